#!/usr/bin/env bash
# The way of a licence through a running network: import, prove, verify offline, revoke, tamper. For people who watch, and for
# tools/demo.sh. Usage: bash tools/walkthrough.sh ZHENGKU ZHENGKU-VERIFY DEMO_DIRECTORY (of a running `zhengku demo --dir`)
set -euo pipefail
zhengku=$1 verify=$2 demo=$3
data=$demo/department trust=$demo/trust.json work=$demo/walkthrough
mkdir -p "$work"

say() { printf '\n== %s\n' "$*" >&2; }

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

# The nodes' addresses, as the demo tells them.
mapfile -t nodes < <("$zhengku" -o json demo --dir "$demo" status | python3 -c '
import json, sys
for node in json.load(sys.stdin):
    print(node["url"])')
one=${nodes[0]} other=${nodes[1]:-${nodes[0]}}

say "1. 生成四种登记簿 Four sample registers (invented people, area code 999999 does not exist)"
"$zhengku" sample --out "$work/registers" --rows 400 --seed 20261122

say "2. 经一个节点导入 Import through one node: check, encrypt, mint; a quorum of the nodes decides each block"
"$zhengku" import "$work"/registers/*.csv "$work"/registers/*.tsv --data "$data" --node "$one"

# What one node has decided the others have decided too, or are about to: wait until the other one stands as high.
python3 - "$one" "$other" <<'PYTHON'
import json, sys, time, urllib.request
height = lambda node: json.load(urllib.request.urlopen(node + "/v1/status", timeout=5))["height"]
wanted, deadline = height(sys.argv[1]), time.monotonic() + 30
while height(sys.argv[2]) < wanted:
    if time.monotonic() > deadline:
        sys.exit(f"{sys.argv[2]} does not reach height {wanted}")
    time.sleep(0.05)
PYTHON

number=$(sed -n '2s/,.*//p' "$work/registers/食品经营许可证.csv" | tr -d '\r\357\273\277 ')
say "3. 经另一节点取得证明并离线核验 Prove licence $number through another node, verify it offline"
"$zhengku" licence prove "$number" --data "$data" --node "$other" --out "$work/proof.txt"
expect 0 "$verify" "$work/proof.txt" --trust "$trust" --expect "licence_number=$number"

say "4. 注销 Revoke it"
"$zhengku" licence revoke "$number" --data "$data" --node "$one" --ground "演示: 经营者申请注销 (demo)"
"$zhengku" licence prove "$number" --data "$data" --node "$one" --out "$work/proof-after.txt"
say "   新证明 The fresh proof says REVOKED (exit code 1):"
expect 1 "$verify" "$work/proof-after.txt" --trust "$trust"
say "   旧证明仍按其高度有效 The old file is still VALID as of its own height:"
expect 0 "$verify" "$work/proof.txt" --trust "$trust"

say "5. 改动一个字节 Change one byte of the file"
python3 - "$work/proof.txt" "$work/proof-tampered.txt" <<'PYTHON'
import sys
content = bytearray(open(sys.argv[1], "rb").read())
place = content.index(b"-----BEGIN") + 200
content[place] = ord("A") if content[place] != ord("A") else ord("B")
open(sys.argv[2], "wb").write(content)
PYTHON
expect 1 "$verify" "$work/proof-tampered.txt" --trust "$trust"

say "6. 网络 The network"
"$zhengku" network status --node "$one"
