#!/usr/bin/env bash
# Browser tests of the pages: tests/browser/run.sh [directory for pictures]. Needs node, npm and chromium (Debian's packages do).
# Packages go to a cache outside the clone; the pages are served over a ledger in memory.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/zhengku/browser"
pictures="${1:--}"
mkdir -p "$cache"
cp "$here"/*.mjs "$here"/package.json "$here"/package-lock.json "$cache/"
(cd "$cache" && npm ci --no-audit --no-fund --silent)
# With the whole workspace, so that dependencies keep the features they were built with.
cargo build --release --locked --manifest-path "$root/Cargo.toml" --workspace --example pages
pages="${CARGO_TARGET_DIR:-$root/target}/release/examples/pages"
started=()
trap 'kill "${started[@]}" 2>/dev/null || true' EXIT
"$pages" 18491 & started+=($!)
"$pages" 18492 cut & started+=($!)
for port in 18491 18492; do
  curl --silent --fail --retry 50 --retry-delay 1 --retry-connrefused --output /dev/null "http://127.0.0.1:$port/about"
done
cd "$cache" && node run.mjs http://127.0.0.1:18491 "$pictures" http://127.0.0.1:18492
