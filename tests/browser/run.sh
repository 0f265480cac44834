#!/usr/bin/env bash
# Browser tests of the pages: tests/browser/run.sh [directory for pictures]. Needs node, npm and chromium (Debian's packages do).
# Packages go to a cache outside the clone; the pages are served over a ledger in memory, and by the real programs over real ledgers.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/zhengku/browser"
pictures="${1:--}"
mkdir -p "$cache"
cp "$here"/*.mjs "$here"/package.json "$here"/package-lock.json "$cache/"
(cd "$cache" && npm ci --no-audit --no-fund --silent)
# As tools/test.sh builds: nothing is compiled for these tests alone.
cargo build --release --locked --manifest-path "$root/Cargo.toml" --workspace --all-targets
programs="${CARGO_TARGET_DIR:-$root/target}/release"
pages="$programs/examples/pages"
desk="$programs/examples/desk"
started=()
trap 'kill "${started[@]}" 2>/dev/null || true' EXIT
"$pages" 18491 & started+=($!)
"$pages" 18492 cut & started+=($!)
"$desk" 18493 & started+=($!)
"$desk" 18494 away & started+=($!)
for address in 18491/about 18492/about 18493/verify 18494/verify; do
  curl --silent --fail --retry 50 --retry-delay 1 --retry-connrefused --output /dev/null "http://127.0.0.1:$address"
done
cd "$cache"
node run.mjs http://127.0.0.1:18491 "$pictures" http://127.0.0.1:18492
node desk.mjs http://127.0.0.1:18493 "$pictures" http://127.0.0.1:18494
# The real desk: `zhengku desk run` alone and at a node of `zhengku demo`, judged by `zhengku-verify`.
node desk_real.mjs "$programs" "$pictures"
