#!/usr/bin/env bash
# Zhengku from nothing: builds it, makes a ledger, imports four generated registers, proves a licence, verifies the proof offline,
# revokes the licence, and shows what each file says then. Leaves everything in the directory it names; runs again without harm.
# Usage: bash tools/demo.sh [DIR]   (default: a new temporary directory)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/environment.sh

build_rocksdb_once
say "编译证库 Building zhengku and zhengku-verify"
cargo build --release --locked -p zhengku-tools -p zhengku-verify
zhengku=$CARGO_TARGET_DIR/release/zhengku
verify=$CARGO_TARGET_DIR/release/zhengku-verify
work=${1:-$(mktemp -d -t zhengku-demo-XXXXXX)}
data=$work/node
mkdir -p "$work"
if [ -e "$data" ]; then
    say "移开上次的演示 Putting the former demo aside: $data.$$"
    mv "$data" "$data.$$"
fi

# expect CODE COMMAND...: runs a command that must end with this exit code.
expect() {
    local expected=$1 actual=0
    shift
    "$@" || actual=$?
    if [ "$actual" != "$expected" ]; then
        printf '\n演示失败 The demo failed: exit code %s where %s was expected: %s\n' "$actual" "$expected" "$*" >&2
        exit 1
    fi
}

say "1. 新建账本 A new ledger of one node"
"$zhengku" init --data "$data"

say "2. 生成四种登记簿 Four sample registers (invented people, area code 999999 does not exist)"
"$zhengku" sample --out "$work/registers" --rows 2000 --seed 20261121

say "3. 导入 Import: check, encrypt, mint, anchor"
"$zhengku" import "$work"/registers/*.csv "$work"/registers/*.tsv --data "$data"
"$zhengku" ledger status --data "$data"

number=$(sed -n '2s/,.*//p' "$work/registers/食品经营许可证.csv" | tr -d '\r\357\273\277 ')
say "4. 证明一份证照并离线核验 Prove licence $number and verify it offline"
"$zhengku" licence prove "$number" --data "$data" --out "$work/proof.txt"
expect 0 "$verify" "$work/proof.txt" --trust "$data/trust.json" --expect "licence_number=$number"

say "5. 注销 Revoke it"
"$zhengku" licence revoke "$number" --data "$data" --ground "演示: 经营者申请注销 (demo)"
"$zhengku" licence prove "$number" --data "$data" --out "$work/proof-after.txt"
say "   新证明 The fresh proof says REVOKED (exit code 1):"
expect 1 "$verify" "$work/proof-after.txt" --trust "$data/trust.json"
say "   旧证明仍按其高度有效, 并说明多旧 The old file is still VALID as of its own height, and says how old it is:"
expect 0 "$verify" "$work/proof.txt" --trust "$data/trust.json"
say "   限定时效则拒绝 With a limit of age it is refused as stale (judged two days from now):"
expect 1 "$verify" "$work/proof.txt" --trust "$data/trust.json" --max-age 24h --at "$(($(date +%s) * 1000 + 172800000))"

say "6. 改动一个字节 Change one byte of the file"
python3 - "$work/proof.txt" "$work/proof-tampered.txt" <<'PYTHON'
import sys
content = bytearray(open(sys.argv[1], "rb").read())
place = content.index(b"-----BEGIN") + 200
content[place] = ord("A") if content[place] != ord("A") else ord("B")
open(sys.argv[2], "wb").write(content)
PYTHON
expect 1 "$verify" "$work/proof-tampered.txt" --trust "$data/trust.json"

say "7. 全面核对 Check everything: replay from genesis, every root, signature, index row and record"
expect 0 "$zhengku" ledger fsck --data "$data"

say "完成 Done. 全部在 Everything is in $work
   试一试 Try: $zhengku licence show $number --data $data
             $zhengku licence list --data $data
             $zhengku bench ledger --entries 1000000 --block 10000"
