#!/usr/bin/env bash
# The way of a licence through a running network: import, prove, verify offline, revoke, tamper; then seals, sealed licence files and
# what becomes of them. For people who watch, and for tools/demo.sh. Usage: bash tools/walkthrough.sh ZHENGKU ZHENGKU-VERIFY DEMO_DIRECTORY (of a running `zhengku demo --dir`)
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

say "7. 电子印章 E-seals: every issuer applies, the maker makes and files them; the ledger keeps the register (GB/T 38540)"
"$zhengku" seal apply --all --complete --data "$data" --node "$one"
"$zhengku" seal trust --data "$data" --node "$one" --base "$trust" --out "$work/trust-with-seals.json" --force
trust=$work/trust-with-seals.json

say "7a. 时间戳 A timestamping authority with a directory and a key of its own: from now on every seal carries its time (RFC 3161)"
key=$("$zhengku" -o json key new timestamp --algorithm sm2 --keys "$work/timestamps/keys" | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["public_key"])')
"$zhengku" ca issue --profile timestamp --name 示例市时间戳服务中心 --organisation 12999999MB0000010L --key "$key" --data "$data" --out "$work/timestamps.pem"
"$zhengku" -o json timestamp run --data "$work/timestamps" --certificate "$work/timestamps.pem" --listen 127.0.0.1:0 >"$work/timestamps.json" &
timestamps=$!
trap 'kill "$timestamps" 2>/dev/null || true' EXIT
until [ -s "$work/timestamps.json" ]; do
    kill -0 "$timestamps" 2>/dev/null || { echo "时间戳服务未能启动 The timestamping authority did not start" >&2; exit 1; }
    sleep 0.1
done
"$zhengku" timestamp use "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["url"])' "$work/timestamps.json")" --data "$data"

say "8. 签发 Mint a sealed 食品经营许可证 (OFD and PDF/A) from a form"
"$zhengku" licence mint --type 食品经营许可证 --data "$data" --node "$one" --pdf --out "$work/licence" \
    --set licence_number=JY19999990099001 --set operator_name=示例市青禾餐饮管理有限公司 --set credit_code=91999999MA0TE0018W \
    --set legal_representative=买买提·吐尔逊 --set address=示例市示范区和平路118号 \
    --set business_form=餐饮服务经营者 --set business_items='热食类食品制售；冷食类食品制售；自制饮品制售' \
    --set valid_to=2031-11-21 --set issuer_code=11999999TE5T00016J
ofd=$(echo "$work"/licence/*.ofd) pdf=$(echo "$work"/licence/*.pdf)
say "   离线核验 Verify the files offline: seal, certificates, times, anchoring, status"
expect 0 "$verify" "$ofd" --trust "$trust"
expect 0 "$verify" "$pdf" --trust "$trust"
"$zhengku" licence render JY19999990099001 --data "$data" --node "$other" --out "$work/licence/licence.png" --force

say "8a. 变更 Amend its address: a new version under the same number; the file given out before is superseded (exit code 1)"
"$zhengku" licence amend JY19999990099001 --data "$data" --node "$one" --out "$work/licence" \
    --set address=示例市示范区新街9号 --ground "演示: 经营者申请变更住所 (demo)"
expect 1 "$verify" "$ofd" --trust "$trust"
ofd=$(echo "$work"/licence/*.002.*.ofd)
expect 0 "$verify" "$ofd" --trust "$trust"

say "9. 出生医学证明 A birth certificate: one event, two linked licences (正页 and 副联)"
"$zhengku" licence mint --type 出生医学证明 --data "$data" --node "$one" --out "$work/birth" \
    --set licence_number=Z990099001 --set newborn_name=欧阳龑 --set sex=女 --set born_at='2026-11-20 06:42' \
    --set gestation_weeks=39+2 --set weight_grams=3320 --set mother_name=阿依古丽·买买提 \
    --set mother_citizen_number=999999199002280034 --set issuer_code=12999999HP0000013G
for file in "$work"/birth/*.ofd; do
    expect 0 "$verify" "$file" --trust "$trust"
done
for part in 正页 副联; do
    "$zhengku" licence render Z990099001 --part "$part" --data "$data" --node "$one" --out "$work/birth/$part.png" --force
done

say "10. 吊销 Withdraw the licence: its old proof is of its time, a fresh one says REVOKED (exit code 1)"
"$zhengku" licence revoke JY19999990099001 --kind withdraw --data "$data" --node "$one" --ground "演示: 行政处罚决定 (demo)"
"$zhengku" licence render JY19999990099001 --data "$data" --node "$one" --out "$work/after.proof" --force
expect 1 "$verify" "$ofd" --proof "$work/after.proof" --trust "$trust"

say "11. 改动 Put another name into the page and its digest into the references: the seal does not cover it"
python3 - "$ofd" "$work/altered.ofd" <<'PYTHON'
import sys, zipfile
page = "Doc_0/Pages/Page_0/Content.xml"
with zipfile.ZipFile(sys.argv[1]) as original, zipfile.ZipFile(sys.argv[2], "w") as altered:
    for entry in original.infolist():
        content = original.read(entry)
        if entry.filename == page:
            changed = content.replace("青禾".encode(), "青苗".encode())
            assert changed != content
            content = changed
        altered.writestr(entry, content)
PYTHON
expect 1 "$verify" "$work/altered.ofd" --proof "${ofd%.ofd}.proof" --trust "$trust"
say "12. 加注件与批量变更 A copy for one use, and a list of licences suspended by two keys"
"$zhengku" licence annotate Z990099001 --part 正页 --data "$data" --node "$one" --cause "办理样例业务, 他用无效" --days 7 \
    --out "$work/birth/copy.ofd"
expect 0 "$verify" "$work/birth/copy.ofd" --trust "$trust"
sed -n '100,260s/,.*//p' "$work/registers/食品经营许可证.csv" | tr -d '\r ' >"$work/list.txt"
expect 1 "$zhengku" licence change "$work/list.txt" --type 食品经营许可证 --kind suspend --ground "演示: 专项检查 (demo)" \
    --data "$data" --node "$one" --yes --skip
"$zhengku" timestamp drop --data "$data"
say "   文件与图片 Files and pictures: $work"
