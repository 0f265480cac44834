#!/usr/bin/env bash
# Zhengku from nothing: builds it, starts a network of four nodes on this machine (`zhengku demo`), walks licences through it
# (tools/walkthrough.sh: import, proofs, sealed files, revoked and altered ones), and keeps the network running until Ctrl-C.
# Usage: bash tools/demo.sh [--once | arguments of zhengku demo]
#   --once       by itself: the same, then one node killed, brought back and level again, everything stopped and removed; exit code 0
#                when all of it came out.
#   arguments    zhengku demo with them and nothing else, e.g. --nodes 7, kill 3.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/environment.sh

need_packages fonts-wqy-microhei fonts-lxgw-wenkai fonts-hanazono
build_rocksdb_once
say "编译证库 Building zhengku and zhengku-verify"
cargo build --release --locked -p zhengku-tools -p zhengku-verify
zhengku=$CARGO_TARGET_DIR/release/zhengku
verify=$CARGO_TARGET_DIR/release/zhengku-verify

if [ $# -gt 0 ] && [ "$1" != --once ]; then
    exec "$zhengku" demo "$@"
fi

work=$(mktemp -d -t zhengku-demo-XXXXXX)
"$zhengku" demo --dir "$work/demo" --no-import &
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

if [ "${1:-}" != --once ]; then
    say "网络仍在运行, 文件在 $work/demo/walkthrough; 停止: Ctrl-C
   The network goes on running, the files lie in $work/demo/walkthrough; stop it with Ctrl-C"
    wait "$demo"
    exit 0
fi

finish
trap - EXIT
say "13. 演练 The drill: kill one node, the others go on, it comes back and is level again"
"$zhengku" demo --once
say "完成 Done."
