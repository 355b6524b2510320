#!/usr/bin/env bash
# Installs tools that are missing, and nothing else; prints a line for each with the reason.
#
#   tools/setup.sh build    what `trunk build` needs: the wasm32 target, Trunk, wasm-bindgen
#   tools/setup.sh test     the same, and what lint needs, Chromium, and the node modules of tests/browser
#   tools/setup.sh lint     what `make lint` needs: the wasm32 target, rustfmt and clippy
#   tools/setup.sh browser  only Chromium and the node modules
#   tools/setup.sh lab      what the kernel lab needs: QEMU, a C compiler, busybox, makers of file systems, mdadm
#
# When nothing is missing it is silent and takes a fraction of a second.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

top=$PWD
cargo_home=${CARGO_HOME:-$HOME/.cargo}
PATH=$top/.tools/bin:$PATH:$cargo_home/bin # As in the Makefile.
job=
# Ctrl-C does not reach a command in the background by itself.
trap '[ -z "$job" ] || kill "$job" 2>/dev/null; exit 130' INT TERM

say() { echo "setup: $*"; }

# give_up: prints in one line what is missing, why it is needed and how to get it; then stops.
give_up() {
    echo "setup: $*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# quietly NAME COMMAND...: runs the command with its output in a log, printing a
# line every 20 s; if it fails, prints the end of the log.
quietly() {
    local log=$top/.tools/$1.log status=0 ticks=0 crates
    shift
    mkdir -p "$top/.tools"
    SECONDS=0
    "$@" >"$log" 2>&1 </dev/null &
    job=$!
    while kill -0 "$job" 2>/dev/null; do
        sleep 0.5
        ticks=$((ticks + 1))
        [ $((ticks % 40)) = 0 ] || continue
        crates=$(grep -c ' Compiling ' "$log" || true)
        say "  ... ${SECONDS}s$([ "$crates" = 0 ] || echo ", $crates crates compiled")"
    done
    wait "$job" || status=$?
    job=
    [ "$status" = 0 ] || tail -n 15 "$log" >&2
    return "$status"
}

# install_crate NAME VERSION WHY CARGO-INSTALL-ARGUMENT...
install_crate() {
    local name=$1 version=$2 why=$3 program=${1%-cli} root=$cargo_home
    shift 3
    # Another version on PATH may be for another project: it is left alone, and this
    # project's goes into .tools, which comes first on its PATH.
    if have "$program"; then root=$top/.tools; fi
    if have cargo-binstall; then
        say "$name $version is missing ($why); fetching the ready-made program"
        quietly "$name" cargo binstall --no-confirm --disable-strategies compile \
            --root "$root" "$name@$version" && return
        say "no ready-made $name could be fetched"
    fi
    say "$name $version is missing ($why); compiling it takes some minutes, once"
    quietly "$name" cargo install --root "$root" "$@" "$name@$version" ||
        give_up "could not install $name $version ($why); no network? Install it by hand: cargo install $name --version $version"
    say "$name $version installed in ${SECONDS}s"
}

setup_rust() {
    have cargo && have rustc ||
        give_up "Rust is missing (it compiles everything here); install it with rustup or from your distribution, 1.88 or later"

    local sysroot
    sysroot=$(rustc --print sysroot)
    if [ ! -d "$sysroot/lib/rustlib/wasm32-unknown-unknown" ]; then
        have rustup ||
            give_up "the wasm32-unknown-unknown target is missing (the page is WebAssembly) and there is no rustup to add it; install your distribution's package for it"
        say "the wasm32-unknown-unknown target is missing (the page is WebAssembly); adding it with rustup"
        quietly wasm32 rustup target add wasm32-unknown-unknown ||
            give_up "could not add the wasm32-unknown-unknown target; no network? By hand: rustup target add wasm32-unknown-unknown"
    fi
}

setup_lint() {
    if cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1; then return; fi
    have rustup ||
        give_up "rustfmt or clippy is missing (make lint runs both) and there is no rustup to add them; install your distribution's packages for them"
    say "rustfmt or clippy is missing (make lint runs both); adding them with rustup"
    quietly lint rustup component add rustfmt clippy ||
        give_up "could not add rustfmt and clippy; no network? By hand: rustup component add rustfmt clippy"
}

setup_build() {
    setup_rust

    # Any version of Trunk that Trunk.toml accepts is good enough.
    case $(trunk --version 2>/dev/null || true) in
    *-*) false ;; # But no pre-release.
    "trunk 0.21."1[4-9] | "trunk 0.21."[2-9][0-9] | "trunk 0.22."*) ;;
    *) false ;;
    esac || CARGO_PROFILE_DEV_DEBUG=false install_crate trunk 0.21.14 "it builds and serves the page" \
        --locked --debug --no-default-features --features rustls

    # wasm-bindgen's command must have exactly the version of the library in Cargo.lock.
    local bindgen
    bindgen=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/.* "|"$/, ""); print; exit }' Cargo.lock 2>/dev/null || true)
    [ -n "$bindgen" ] ||
        give_up "Cargo.lock names no wasm-bindgen (its version says which command the page needs); restore it with git"
    if [ "$(wasm-bindgen --version 2>/dev/null || true)" != "wasm-bindgen $bindgen" ]; then
        # Not --locked: the lock file of 0.2.130 names a version of a crate that registries do not have.
        CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
            install_crate wasm-bindgen-cli "$bindgen" "it joins the WebAssembly to the page"
    fi
}

setup_browser() {
    if [ -n "${CHROMIUM:-}" ]; then
        have "$CHROMIUM" || give_up "CHROMIUM=$CHROMIUM is not a program (the browser tests run in it); correct or unset it"
    elif ! have chromium && ! have chromium-browser && ! have google-chrome; then
        have apt-get && [ "$(id -u)" = 0 ] ||
            give_up "Chromium is missing (the browser tests run in it); install your system's chromium package, or set CHROMIUM to its path"
        say "Chromium is missing (the browser tests run in it); installing Debian's packages chromium and fonts-dejavu-core"
        export DEBIAN_FRONTEND=noninteractive
        quietly apt-update apt-get update &&
            quietly apt-install apt-get install -y --no-install-recommends chromium fonts-dejavu-core ||
            give_up "could not install Chromium (the browser tests run in it); no network? By hand: apt-get install chromium"
    fi

    have node && have npm ||
        give_up "Node.js is missing (the browser tests are run by it); install node and npm, 20 or later"
    local modules=tests/browser/node_modules
    # npm writes this file last, so it dates the install.
    if [ ! -e $modules/.package-lock.json ] || [ tests/browser/package-lock.json -nt $modules/.package-lock.json ]; then
        say "the node modules of tests/browser are missing or old (they drive the browser); running npm ci"
        quietly npm npm ci --prefix tests/browser --no-audit --no-fund ||
            give_up "could not install the node modules (they drive the browser tests); no network? By hand: npm ci --prefix tests/browser"
        touch $modules/.package-lock.json
    fi
}

# Only the tests need SPIN, as an oracle; without it they print that they skip it, except
# in CI, where they fail.
setup_oracle() {
    have spin && return
    if have apt-get && [ "$(id -u)" = 0 ]; then
        say "spin is missing (the tests verify the model with it as well); installing Debian's package"
        export DEBIAN_FRONTEND=noninteractive
        { quietly spin apt-get install -y --no-install-recommends spin ||
            { quietly apt-update apt-get update && quietly spin apt-get install -y --no-install-recommends spin; }; } ||
            say "could not install spin (no network?); the tests go on without it"
    else
        say "spin is missing (the tests would verify the model with it as well); they go on without it. Install your system's package to have it"
    fi
}

# need PROGRAM PACKAGE WHY: adds a Debian package of the kernel lab to those that are missing, with its reason.
need() {
    have "$1" && return
    missing+=("$2")
    reasons+="${reasons:+, }$2 ($3)"
}

setup_lab() {
    setup_rust
    PATH=$PATH:/usr/sbin:/sbin # Where Debian has the makers of file systems.
    local missing=() reasons=
    need qemu-system-x86_64 qemu-system-x86 "it runs the kernels"
    need cc gcc "it compiles the programs of the guest"
    [ -e /usr/lib/x86_64-linux-gnu/libc.a ] || need "" libc6-dev "the programs are linked statically"
    need busybox busybox-static "it is the guest's shell"
    need cpio cpio "it packs the guest"
    need mke2fs e2fsprogs "it makes ext4 and ext2"
    need mkfs.xfs xfsprogs "it makes xfs"
    need mkfs.btrfs btrfs-progs "it makes btrfs"
    need mdadm mdadm "it makes the mirror"
    need xz xz-utils "modules of 6.12 are packed with it"
    [ ${#missing[@]} = 0 ] && return
    [ "$(uname -m)" = x86_64 ] && have apt-get ||
        give_up "the kernel lab needs an amd64 machine with Debian's packages; missing: $reasons"
    [ "$(id -u)" = 0 ] ||
        give_up "missing for the kernel lab: $reasons; as root: apt-get install ${missing[*]}"
    say "installing for the kernel lab: $reasons"
    export DEBIAN_FRONTEND=noninteractive
    { quietly lab apt-get install -y --no-install-recommends "${missing[@]}" ||
        { quietly apt-update apt-get update && quietly lab apt-get install -y --no-install-recommends "${missing[@]}"; }; } ||
        give_up "could not install ${missing[*]} (the kernel lab: $reasons); no network? By hand: apt-get install ${missing[*]}"
}

# A /dev/null that has become a regular file (some root's program replaced its "output") keeps what is
# written to it, and rustc, which cargo has read it, fails with errors that lead nowhere.
mend_null() {
    [ ! -c /dev/null ] || return 0
    say "/dev/null is not a device (rustc would read rubbish from it); making it anew"
    { rm -f /dev/null && mknod -m 666 /dev/null c 1 3; } ||
        give_up "could not make /dev/null anew; as root: rm /dev/null; mknod -m 666 /dev/null c 1 3"
    rm -f target/.rustc_info.json # cargo keeps what rustc said of itself there.
}

mend_null
case ${1:-} in
build) setup_build ;;
lint)
    setup_rust
    setup_lint
    ;;
test)
    setup_build
    setup_lint
    setup_browser
    setup_oracle
    ;;
browser) setup_browser ;;
lab) setup_lab ;;
*) give_up "usage: tools/setup.sh build | test | lint | browser | lab" ;;
esac
