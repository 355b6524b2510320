#!/usr/bin/env bash
# Builds the page, serves it and rebuilds it on every change; prints its address
# once it answers.   tools/serve.sh [PORT]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

TRUNK=${TRUNK:-trunk} # The Makefile sets it, with options.

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

wanted=${1:-8080} port=${1:-8080}
while answers "$port"; do port=$((port + 1)); done
[ "$port" = "$wanted" ] || echo "serve: port $wanted is taken; using $port (PORT=... chooses another)"

# Trunk serves even after a failed build, so a first build is made apart.
$TRUNK build --release
# Trunk builds once more (a second or so) before it listens; the address is printed then.
(
    until answers "$port"; do
        kill -0 $$ 2>/dev/null || exit 0
        sleep 0.2
    done
    printf '\nStable Pages is at http://127.0.0.1:%s/   (Ctrl-C stops it)\n\n' "$port"
) &
exec $TRUNK serve --release --port "$port"
