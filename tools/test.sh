#!/usr/bin/env bash
# Runs all tests, stopping at the first stage that fails, and prints their number in a last
# line. It is run by `make test`, which first installs what is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

log=$(mktemp)
finish() {
    local status=$?
    # cargo says "test result: ok. 3 passed; 0 failed; ...", node "# pass 3", with a
    # sign for the # where its output is meant for people.
    awk -v status="$status" '
        /^test result: / { passed += $4; failed += $6 }
        /^[^ ]+ pass [0-9]+$/ { passed += $3 }
        /^[^ ]+ (fail|cancelled) [0-9]+$/ { failed += $3 }
        END {
            printf "\n%d passed, %d failed%s\n", passed, failed, \
                status && !failed ? " (stopped by an error above)" : ""
        }' "$log"
    rm -f "$log"
}
trap finish EXIT

stage() {
    printf '\n== %s\n' "$1"
    shift
    "$@" 2>&1 | tee -a "$log"
}

stage "Format, lints, documentation" make --no-print-directory lint
stage "The model, natively (without Leptos)" cargo test --no-default-features --no-fail-fast
stage "The page, as published" make --no-print-directory dist
stage "The page in Chromium, and its size" node --test --test-reporter=spec tests/browser/*.test.mjs
