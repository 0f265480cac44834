#!/usr/bin/env bash
# Zhengku from nothing: builds it, then runs a network of four nodes on this machine (`zhengku demo`) until Ctrl-C.
# Usage: bash tools/demo.sh [--once] [arguments of zhengku demo]
#   --once   by itself: a licence's way through the network (tools/walkthrough.sh), one node killed, brought back and level again,
#            everything stopped and removed; exit code 0 when all of it came out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/environment.sh

need_packages fonts-wqy-microhei fonts-lxgw-wenkai fonts-hanazono
build_rocksdb_once
say "编译证库 Building zhengku and zhengku-verify"
cargo build --release --locked -p zhengku-tools -p zhengku-verify
zhengku=$CARGO_TARGET_DIR/release/zhengku
verify=$CARGO_TARGET_DIR/release/zhengku-verify

once= rest=()
for argument in "$@"; do
    if [ "$argument" = --once ]; then once=1; else rest+=("$argument"); fi
done
if [ -z "$once" ]; then
    exec "$zhengku" demo "${rest[@]}"
fi

work=$(mktemp -d -t zhengku-once-XXXXXX)
"$zhengku" demo --dir "$work/demo" --no-import "${rest[@]}" &
demo=$!
finish() {
    "$zhengku" demo --dir "$work/demo" stop >/dev/null 2>&1 || kill "$demo" 2>/dev/null || true
    wait "$demo" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
until "$zhengku" demo --dir "$work/demo" status >/dev/null 2>&1; do
    kill -0 "$demo" 2>/dev/null || { echo "演示未能启动 The demo did not start" >&2; exit 1; }
    sleep 0.2
done
bash tools/walkthrough.sh "$zhengku" "$verify" "$work/demo"
finish
trap - EXIT

say "12. 演练 The drill: kill one node, the others go on, it comes back and is level again"
"$zhengku" demo --once "${rest[@]}"
say "完成 Done."
