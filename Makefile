# `make` prints the targets. Each first installs what it lacks (tools/setup.sh),
# which takes no time once all is there.

# .tools/bin has tools that set-up must not put in place of others, and comes first.
# cargo's folder is added for a rustup so fresh that it is not on PATH yet.
CARGO_HOME ?= $(HOME)/.cargo
export PATH := $(CURDIR)/.tools/bin:$(PATH):$(CARGO_HOME)/bin:$(CURDIR)/tests/browser/node_modules/.bin
# Keeps Trunk from asking the network for its newest version. NO_COLOR is unset since
# Trunk does not understand NO_COLOR=1, which some machines have, only "true" and "false".
export TRUNK_SKIP_VERSION_CHECK := true
unexport NO_COLOR

# Trunk logs only warnings (cargo's progress is shown all the same), without a backtrace
# of Trunk itself, and nothing of its minifier, which in 0.21 fails on wasm-bindgen's
# script and leaves it as it is.
export TRUNK := env RUST_BACKTRACE=0 trunk --log warn,trunk::processing::minify=error
PORT ?= 8080

.DEFAULT_GOAL := help
.PHONY: help check serve test lint dist bench kernel-lab shots pictures setup clean

help: ## Print this list
	@echo "Stable Pages"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

# Needs nothing but Rust. make reports the exit status 1 or 2 of `check` as an error.
check: ## Check scenarios in the terminal (FILE=names or slugs, ARGS=--all, --list, --help ...)
	@cargo run --quiet --no-default-features --profile check-bin --bin check -- $(ARGS) $(FILE)

serve: ## Build the page and serve it on http://127.0.0.1:8080/ (PORT=... for another)
	@tools/setup.sh build
	@tools/serve.sh $(PORT)

test: ## Run all tests: the model, the page in Chromium, its size
	@tools/setup.sh test
	@tools/test.sh

# Clippy checks the library, tests and benches for the native target, and the page's two programs for wasm32.
lint: ## Check format, lints and documentation
	@tools/setup.sh lint
	cargo fmt --check
	cargo clippy --quiet --no-default-features --all-targets -- -D warnings
	cargo clippy --quiet --no-default-features --features ui --bin stable-pages --target wasm32-unknown-unknown -- -D warnings
	cargo clippy --quiet --no-default-features --features worker --bin checker --bin reader --target wasm32-unknown-unknown -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-default-features --no-deps --lib

dist: ## Build the page for publication into dist/
	@tools/setup.sh build
	$(TRUNK) build --release
	@$(SHRINK)
	@tools/style.sh
	@tools/publish.sh

bench: ## Run the benchmarks, native and in Chromium
	@tools/setup.sh test
	cargo bench --no-default-features --bench step
	cargo bench --no-default-features --bench capture
	cargo bench --no-default-features --bench explore -- 10m
	@$(MAKE) --no-print-directory dist
	node benches/verdict.mjs
	node benches/editor.mjs
	node benches/frames.mjs
	node benches/memory.mjs

kernel-lab: ## Hold the model against real kernels in QEMU (KERNEL=6.1 or 6.12, ARGS=--short, --record)
	@tools/setup.sh lab
	@lab/run.sh $(KERNEL) $(ARGS)

shots: ## Take screenshots into target/shots/ (ARGS=--full for whole pages)
	@tools/setup.sh browser
	@$(MAKE) --no-print-directory dist
	node tests/browser/shots.mjs $(ARGS)

pictures: ## Draw the icons and the picture of links anew, from their SVGs
	@tools/setup.sh browser
	node tools/pictures.mjs

setup: ## Only install what the other targets need
	@tools/setup.sh test

clean: ## Remove everything built (installed tools stay)
	cargo clean
	rm -rf dist tests/browser/node_modules

# Makes dist/ smaller with tools from the node modules of the browser tests, if they are
# installed; the page works without that. First npm's terser minifies wasm-bindgen's
# script, on which Trunk 0.21's own minifier fails; without terser, awk removes indentation
# and comments. Then wasm-opt (npm's binaryen) saves some 2 % of the page; index.html
# switches it off in Trunk (data-wasm-opt="0"), which would not build without it. Less
# inlining than usual makes the page's wasm larger, but smaller once it is compressed.
# Then what the page exports for streams, which come with Leptos and which it never uses, is taken out, and what is not
# needed any more with it: more than a kilobyte, compressed. What the page imports gets short names (tools/imports.mjs): seven
# kilobytes, since wasm-bindgen's end in checksums. Last, its functions are ordered for gzip (tools/alike.mjs).
FEATURES = --enable-bulk-memory --enable-bulk-memory-opt --enable-nontrapping-float-to-int --enable-sign-ext \
	--enable-mutable-globals --enable-reference-types --enable-multivalue
define SHRINK
for js in dist/stable-pages-*.js dist/checker-*.js dist/reader-*.js; do \
	case $$js in *checker*|*reader*) module= ;; *) module=--module ;; esac; \
	if command -v terser >/dev/null && terser $$module -c passes=2 -m -o "$$js.tmp" -- "$$js"; then mv "$$js.tmp" "$$js"; continue; fi; \
	awk '{ sub(/^[ \t]+/, "") } /^\/\*\*/ { doc = 1 } !doc && !/^\/\// && length { print } /\*\/$$/ { doc = 0 }' \
		"$$js" > "$$js.tmp" && mv "$$js.tmp" "$$js"; \
done; \
if command -v wasm-opt >/dev/null; then \
	for wasm in dist/*.wasm; do \
		case $$wasm in dist/checker*|dist/reader*) how=-O3 ;; *) how='-Oz --flatten --rereloop -Oz -Oz --flatten --rereloop -Oz -Oz --one-caller-inline-max-function-size=20' ;; esac; \
		if wasm-opt $$how --strip-producers --strip-target-features "$$wasm" -o "$$wasm.tmp"; then mv "$$wasm.tmp" "$$wasm"; \
		else rm -f "$$wasm.tmp"; echo "dist: wasm-opt failed on $$wasm, which stays as it was"; fi; \
	done; \
	for wasm in dist/stable-pages-*.wasm; do \
		js=$${wasm%_bg.wasm}.js; cp "$$js" "$$js.tmp"; \
		wasm-dis $(FEATURES) "$$wasm" -o "$$wasm.wat" && sed '/(export "\(__wbg_\)\{0,1\}intounderlying/d' "$$wasm.wat" > "$$wasm.tmp.wat" \
			&& { ! command -v node >/dev/null || node tools/imports.mjs "$$wasm.tmp.wat" "$$js.tmp"; } \
			&& wasm-as $(FEATURES) "$$wasm.tmp.wat" -o "$$wasm.tmp" \
			&& wasm-opt $(FEATURES) --flatten --rereloop -Oz -Oz --one-caller-inline-max-function-size=20 --strip-producers --strip-target-features "$$wasm.tmp" -o "$$wasm" \
			&& mv "$$js.tmp" "$$js" \
			&& wasm-dis $(FEATURES) "$$wasm" -o "$$wasm.wat" && node tools/alike.mjs "$$wasm.wat" && wasm-as $(FEATURES) "$$wasm.wat" -o "$$wasm"; \
		rm -f "$$wasm.wat" "$$wasm.tmp.wat" "$$wasm.tmp" "$$js.tmp"; \
	done; \
	echo "dist: done"; \
else echo "dist: done, without wasm-opt (not on PATH; it would save some 2 %)"; fi
endef
