#!/usr/bin/env bash
# The kernel lab: boots Debian's kernels under QEMU, runs the experiments of lab/experiments.toml there, and holds what
# they did against what the model says.
#
#   lab/run.sh [KERNEL...] [--short | --only=NAME,...] [--record]
#
# KERNEL is 6.1 or 6.12, both if none is named. --short runs a set of six, --only those that are named. --record keeps
# the results of a whole run in assets/lab, and lines of the kernel's log in tests/lab. ACCEL=kvm has QEMU use KVM; SECONDS_EACH=N has each race take so long.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$PATH:/usr/sbin:/sbin

kernels=() options=()
for argument; do
    case $argument in
    6.1 | 6.12) kernels+=("$argument") ;;
    --short | --record | --only=*) options+=("$argument") ;;
    *) echo "lab: $argument is no kernel (6.1, 6.12) and no option (--short, --only=NAME,..., --record)" >&2 && exit 2 ;;
    esac
done
[ ${#kernels[@]} -gt 0 ] || kernels=(6.1 6.12)
accel=${ACCEL:-tcg,thread=multi}
seconds=${SECONDS_EACH:-5}

packages=$PWD/.tools/lab # What was fetched stays here.
work=$PWD/target/lab
mkdir -p "$packages" "$work"

# In the order in which the guest loads them; what a kernel has not, it has built in.
modules="crct10dif_common crct10dif_generic crc64 crc64_rocksoft_generic crc-t10dif scsi_common scsi_mod crc64-rocksoft
    t10-pi sd_mod crc32c_generic jbd2 mbcache crc16 ext4 libcrc32c xfs zstd_compress raid6_pq xor blake2b_generic btrfs
    md-mod raid1 scsi_debug brd"

skip() {
    echo "lab: no Linux $kernel: $*" >&2
    failed=1
}

# fetch KERNEL: its newest package, unpacked into .tools/lab, not installed. Sets `package`.
fetch() {
    local pattern
    case $1 in
    6.1) pattern='^linux-image-6\.1\.0-[0-9]+-amd64$' ;;
    6.12) pattern='^linux-image-6\.12\.[0-9]+\+deb1[23]-amd64$' ;;
    esac
    # One that is there is used again; LAB_UPDATE=1 looks for a newer one.
    package=$(cd "$packages" && find . -maxdepth 1 -name 'linux-image-*.deb' | sed 's,^\./,,; s,_.*,,' | grep -E "$pattern" | sort -V | tail -n 1 || true)
    if [ -z "$package" ] || [ -n "${LAB_UPDATE:-}" ]; then
        [ -n "$(apt-cache pkgnames linux-image-)" ] || apt-get update >"$work/apt.log" 2>&1 || true
        package=$(apt-cache pkgnames linux-image- | grep -E "$pattern" | sort -V | tail -n 1 || true)
        [ -n "$package" ] || { skip "no package of it is known here (it is what is tested); add the Debian release that has it to apt's sources, then: apt-get update"; return 1; }
        # Where lists are old, what they name may be gone.
        (cd "$packages" && apt-get download "$package" || { apt-get update && apt-get download "$package"; }) >"$work/apt.log" 2>&1 ||
            { skip "could not fetch $package (it is what is tested); no network? By hand, in .tools/lab: apt-get download $package"; return 1; }
    fi
    local unpacked=$packages/$package
    [ -e "$unpacked/done" ] && return
    rm -rf "$unpacked"
    mkdir -p "$unpacked"
    local wanted=(./boot/vmlinuz-'*') module
    for module in $modules; do wanted+=("*/$module.ko*"); done
    # tar complains of modules that this kernel has built in.
    dpkg-deb --fsys-tarfile "$packages/$package"_*.deb |
        tar -x -C "$unpacked" --wildcards "${wanted[@]}" 2>/dev/null || true
    find "$unpacked" -name '*.ko.xz' -exec xz -d {} +
    [ -e "$(echo "$unpacked"/boot/vmlinuz-*)" ] || { skip "$package has no kernel in it"; return 1; }
    dpkg-deb -f "$packages/$package"_*.deb Version >"$unpacked/done"
}

# image NAME SIZE COMMAND...: a file system, as its blocks that are not zero.
image() {
    local name=$1 size=$2
    shift 2
    rm -f "$work/image"
    truncate -s "$size" "$work/image"
    "$@" "$work/image" >"$work/mkfs.log" 2>&1 || { cat "$work/mkfs.log" >&2; return 1; }
    "$work/root/bin/image" pack "$work/image" >"$work/root/images/$name"
    rm -f "$work/image"
}

build_guest() {
    rm -rf "$work/root"
    mkdir -p "$work/root/bin" "$work/root/images"
    cp "$(command -v busybox)" lab/init lab/recorded.sh lab/record-writeback.sh "$work/root/bin/"
    mv "$work/root/bin/init" "$work/root/init"
    local source file
    for source in lab/programs/*.c; do
        cc -O1 -Wall -Wextra -Werror -static -pthread -o "$work/root/bin/$(basename "$source" .c)" "$source"
    done
    # mdadm is the one program that is not static; it comes with its libraries.
    cp "$(command -v mdadm)" "$work/root/bin/"
    for file in $(ldd "$(command -v mdadm)" | grep -o '/[^ ]*'); do
        mkdir -p "$work/root/$(dirname "$file")"
        cp -L "$file" "$work/root/$file"
    done
    image ext4 64M mke2fs -q -b 4096 -t ext4
    image ext4-small 16M mke2fs -q -b 4096 -t ext4 -J size=4
    image ext4-nojournal 64M mke2fs -q -b 4096 -t ext4 -O ^has_journal
    image ext2 64M mke2fs -q -b 4096 -t ext2
    image xfs 320M mkfs.xfs -q
    image btrfs 128M mkfs.btrfs -q
    ln "$work/root/images/btrfs" "$work/root/images/btrfs-nodatasum"
}

# boot KERNEL: its experiments run; what the guest tells goes to target/lab/KERNEL.
boot() {
    local kernel=$1 guest=$work/guest-$1 out=$work/$1
    rm -rf "$guest"
    cp -a "$work/root" "$guest"
    mkdir -p "$guest/modules"
    find "$packages/$package" -name '*.ko' -exec cp {} "$guest/modules/" \;
    cp "$out.plan" "$guest/plan"
    (cd "$guest" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/initrd"
    {
        echo "package $package"
        echo "package-version $(cat "$packages/$package/done")"
        echo "date $(date -u +%F)"
        echo "machine $(qemu-system-x86_64 --version | sed -n '1s/.*version \([0-9.]*\).*/QEMU \1/p'), ${accel%%,*}, 2 processors"
    } >"$out.about"
    # QEMU's translator may trip over code that a kernel patches while it boots; then it is tried again.
    local try
    for try in 1 2 3; do
        run_guest "$kernel" "$out"
        if grep -q '^begin ' "$out.told"; then break; fi
        echo "lab: Linux $kernel did not boot (try $try of 3); the end of its console is in target/lab/$kernel.console" >&2
    done
    grep -q '^all done' "$out.told" || { tail -n 5 "$out.console" >&2; echo "lab: Linux $kernel did not come to the end of its experiments" >&2; }
    tr -d '\r' <"$out.told" | sed -n '/^capture begins$/,/^capture ends$/p' | sed '1d;$d' >"$out.ftrace"
    rm -rf "$guest" "$work/initrd"
}

# run_guest KERNEL OUT: QEMU, until the guest powers off or is stuck; prints what each experiment came to meanwhile.
run_guest() {
    local kernel=$1 out=$2
    : >"$out.told"
    timeout 900 qemu-system-x86_64 -accel "$accel" -smp 2 -m 1536 -nic none -display none -monitor none -no-reboot \
        -kernel "$packages/$package"/boot/vmlinuz-* -initrd "$work/initrd" \
        -append "console=ttyS0 panic=-1 loglevel=1 log_buf_len=16M" \
        -serial "file:$out.console" -serial "file:$out.told" </dev/null &
    local machine=$! shown=0 lines began=$SECONDS
    trap 'kill $machine 2>/dev/null; exit 130' INT TERM
    while kill -0 $machine 2>/dev/null; do
        sleep 1
        # Whole lines only; the last one may be half there.
        lines=$(wc -l <"$out.told")
        head -n "$lines" "$out.told" | tail -n +$((shown + 1)) | tr -d '\r' | awk -v kernel="$kernel" '
            $1 == "begin" { printf "lab: %s %s\n", kernel, $2 }
            $1 == "result" || $1 == "broken" { print "lab:     " $0 }'
        shown=$lines
        [ "$lines" -gt 0 ] || [ $((SECONDS - began)) -lt 120 ] || kill $machine
    done
    trap - INT TERM
    wait $machine || echo "lab: QEMU ended with $?" >&2
}

lab() { cargo run --quiet --no-default-features --profile check-bin --bin lab -- "$@"; }

failed=
ready=()
for kernel in "${kernels[@]}"; do
    fetch "$kernel" && ready+=("$kernel")
done
[ ${#ready[@]} -gt 0 ] || exit 1

# The model is asked first.
lab predict "$work" "$seconds" "${ready[@]}" "${options[@]}"
build_guest
for kernel in "${ready[@]}"; do
    fetch "$kernel"
    boot "$kernel"
done
lab table "$work" "${ready[@]}" "${options[@]}" || failed=1
[ -z "$failed" ]
