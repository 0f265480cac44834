#!/usr/bin/env python3
"""An independent verifier of Zhengku proof files, written from docs/spec/ (encoding.md, log.md, block.md, proof.md).

    verify_proof.py FILE --trust trust.json [--at MS] [--max-age 90s|15m|24h|7d] [--expect KEY=VALUE]...

Prints {"verdict": ..., "checks": [{"check", "state", "verdict", "reason"}, ...]}; exit 0 for VALID, 1 for any other verdict,
2 for wrong usage or an unusable trust file. Python 3.11 and its standard library; ed25519 through the `openssl` command.
"""

import argparse
import base64
import datetime
import functools
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

VERDICTS = ["VALID", "NOT_YET_VALID", "EXPIRED", "SUSPENDED", "SUPERSEDED", "REVOKED", "NOT_ANCHORED", "UNVERIFIABLE",
            "UNTRUSTED", "TAMPERED"]


class Malformed(Exception):
    """The bytes are not the canonical encoding of what stands there."""


class Finding(Exception):
    """A check that does not pass, with the verdict it gives."""

    def __init__(self, verdict, reason):
        super().__init__(reason)
        self.verdict, self.reason = verdict, reason


# --- Hashing: docs/spec/encoding.md section 3 -------------------------------------------------------------------------

def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def in_domain(name, message):
    """The domain prefix: one length byte, the name, the message."""
    name = f"zhengku/{name}/v1".encode()
    return bytes([len(name)]) + name + message


LOG, CURRENT, FIELDS = b"\x00\x01", b"\x02\x03", b"\x0a\x0b"


def root_from_path(tree, index, count, leaf, path):
    """The root over `count` leaves when `leaf` stands at `index`. Recursive form of RFC 6962 section 2.1.1; the tree's shape
    comes from `count` alone, and every hash of the path must be used exactly once."""
    if not 0 <= index < count:
        raise Finding("TAMPERED", f"index {index} is not below {count}")
    path = list(path)

    def fold(position, size):
        if size == 1:
            return leaf
        if not path:
            raise Finding("TAMPERED", "the path is too short")
        left_size = 1 << ((size - 1).bit_length() - 1)
        sibling = path.pop()
        if position < left_size:
            return sha256(tree[1:], fold(position, left_size), sibling)
        return sha256(tree[1:], sibling, fold(position - left_size, size - left_size))

    root = fold(index, count)
    if path:
        raise Finding("TAMPERED", "the path is too long")
    return root


# --- Keys and signatures: docs/spec/encoding.md section 4 -------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SM2_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
SM2_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
SM2_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123


def edwards_point(encoded):
    """The affine point of an ed25519 encoding, or None (RFC 8032 section 5.1.3; y >= p is refused)."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        return None
    return (P - x if x & 1 != sign else x) % P, y


def has_small_order(point):
    for _ in range(3):
        x, y = point
        product = D * x * x * y * y % P
        x, y = 2 * x * y * pow(1 + product, P - 2, P) % P, (y * y + x * x) * pow(1 - product, P - 2, P) % P
        point = x, y
    return point == (0, 1)


@functools.cache
def is_good_key(tag, key):
    if tag == 1:
        point = edwards_point(key)
        return point is not None and not has_small_order(point)
    x, y = int.from_bytes(key[1:33], "big"), int.from_bytes(key[33:], "big")
    on_curve = (y * y - (x * x * x - 3 * x + SM2_B)) % SM2_P == 0
    return key[0] == 4 and x < SM2_P and y < SM2_P and on_curve


def is_good_signature(tag, signature):
    if tag == 1:
        return int.from_bytes(signature[32:], "little") < L
    return all(1 <= int.from_bytes(half, "big") < SM2_N for half in (signature[:32], signature[32:]))


@functools.cache
def ed25519_verifies(key, message, signature):
    commitment = edwards_point(signature[:32])
    if commitment is None or has_small_order(commitment):
        return False
    with tempfile.TemporaryDirectory() as folder:
        names = {"key": bytes.fromhex("302a300506032b6570032100") + key, "message": message, "signature": signature}
        for name, content in names.items():
            Path(folder, name).write_bytes(content)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key", "-rawin", "-in", "message",
                   "-sigfile", "signature"]
        try:
            return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0
        except OSError as error:
            raise Finding("UNVERIFIABLE", f"openssl cannot be run: {error.strerror}") from error


# --- Decoding: docs/spec/encoding.md section 1 ------------------------------------------------------------------------

class Reader:
    def __init__(self, content):
        self.content, self.at = content, 0

    def take(self, count):
        piece = self.content[self.at:self.at + count]
        if len(piece) != count:
            raise Malformed(f"{count} bytes wanted at {self.at}, {len(piece)} left")
        self.at += count
        return piece


def number(width, signed=False):
    return lambda reader: int.from_bytes(reader.take(width), "little", signed=signed)


def raw(count):
    return lambda reader: reader.take(count)


def one_of(*allowed):
    def read(reader):
        tag = reader.take(1)[0]
        if tag not in allowed:
            raise Malformed(f"tag {tag}, allowed are {allowed}")
        return tag
    return read


def optional(kind):
    return lambda reader: kind(reader) if one_of(0, 1)(reader) else None


def listed(kind, fewest=0, most=2**32 - 1):
    def read(reader):
        count = U32(reader)
        if not fewest <= count <= most:
            raise Malformed(f"a list of {count}, allowed are {fewest} to {most}")
        return [kind(reader) for _ in range(count)]
    return read


def text(most):
    def read(reader):
        length = U32(reader)
        if length > most:
            raise Malformed(f"text of {length} bytes, allowed are {most}")
        try:
            content = reader.take(length).decode("utf-8")
        except UnicodeDecodeError as error:
            raise Malformed("text that is not UTF-8") from error
        if any((ord(one) < 0x20 and one != "\n") or 0x7F <= ord(one) < 0xA0 for one in content):
            raise Malformed("text with a control character other than a line feed")
        return content
    return read


def record(**parts):
    def read(reader):
        start = reader.at
        fields = {name: kind(reader) for name, kind in parts.items()}
        return SimpleNamespace(**fields, encoded=reader.content[start:reader.at])
    return read


def tagged_bytes(lengths, is_good, what):
    def read(reader):
        tag = one_of(*lengths)(reader)
        content = reader.take(lengths[tag])
        if not is_good(tag, content):
            raise Malformed(f"no canonical {what}")
        return tag, content
    return read


def role_set(reader):
    roles = U8(reader)
    if not 1 <= roles <= 15:
        raise Malformed(f"roles {roles}")
    return roles


U8, U16, U32, U64, DATE = number(1), number(2), number(4), number(8), number(4, signed=True)
DIGEST, FLAG = raw(32), one_of(0, 1)
PUBLIC_KEY = tagged_bytes({1: 32, 2: 65}, is_good_key, "public key")
SIGNATURE = tagged_bytes({1: 64, 2: 64}, is_good_signature, "signature")

ORGANISATION = record(
    number=U32, credit_code=text(18), name_zh=text(192), name_en=text(192), roles=role_set, keys=listed(PUBLIC_KEY, 1, 8),
    status=one_of(1, 2))
FIELD_RULE = record(
    key=text(48), label_zh=text(96), label_en=text(96), kind=one_of(*range(1, 13)), code=text(16), mandatory=FLAG)
ALIAS = record(jurisdiction=text(12), code=text(32))
STATE_NAME = record(state=one_of(*range(1, 8), 64, 65, 66), code=text(8), name_zh=text(24))
LICENCE_FILE = record(kind=one_of(1, 2), sha256=DIGEST, sm3=DIGEST)
LICENCE_TYPE = record(
    number=U32, code=text(21), name_zh=text(96), name_en=text(96), definer=U32, issuers=listed(U32, 0, 1024), holder_kinds=listed(U16, 1, 4),
    min_holders=U8, max_holders=U8, twin=FLAG, validity=one_of(1, 2, 3), fields=listed(FIELD_RULE, 1, 64),
    aliases=listed(ALIAS, 0, 16), template=text(32), openness=one_of(1, 2, 3), level=one_of(1, 2, 3, 4), placeholder=FLAG,
    collection_start=optional(DATE), states=listed(STATE_NAME, 0, 16))
LICENCE = record(
    licence_type=U32, issuer=U32, version=U16, holders=listed(DIGEST, 1, 8), fields_root=DIGEST, field_count=U16,
    record_sha256=DIGEST, record_sm3=DIGEST, files=listed(LICENCE_FILE, 0, 4), seal=optional(U32), issued_on=DATE, valid_from=DATE, valid_to=optional(DATE),
    status=one_of(1, 2, 3, 4, 5, 6, 7), disputed=FLAG, ground=one_of(1, 2, 3, 4, 5, 6), ground_text=optional(DIGEST),
    operator=optional(DIGEST), twin=optional(DIGEST), replaces=optional(DIGEST), replaced_by=optional(DIGEST))
NODE = record(
    name=text(64), organisation=U32, role=one_of(1, 2), consensus_key=PUBLIC_KEY, network_key=PUBLIC_KEY, consensus_address=text(128),
    exchange_address=text(128), url=text(128), certificate=listed(U8, 0, 2048), status=one_of(1, 2))
PARAMETERS = raw(12 * 4)


def change(reader):
    layouts = [NODE, NODE, text(64), ORGANISATION, ORGANISATION, PARAMETERS]
    return layouts[one_of(0, 1, 2, 3, 4, 5)(reader)](reader)


def proposal_status(reader):
    # Open, approved (its height), applied, failed (its code), expired.
    return {1: U64, 3: reject_code}.get(one_of(0, 1, 2, 3, 4)(reader), lambda _: None)(reader)


def reject_code(reader):
    code = U16(reader)
    if code not in REJECT_CODES:
        raise Malformed(f"reject code {code}")
    return code


# docs/spec/transaction.md section 6.
REJECT_CODES = {
    *range(100, 105), *range(110, 115), *range(120, 124), *range(130, 134), *range(140, 147), *range(200, 216), 300, 301, *range(310, 319), 320,
    *range(330, 334), *range(340, 345),
    *range(400, 409), *range(410, 419), *range(420, 425)}
PROPOSAL = record(number=U32, proposer=U32, change=change, approvals=listed(U32, 0, 200), expires=U64, status=proposal_status)
BALLOT = record(step=one_of(1, 2), height=U64, round=U32, block=optional(DIGEST))
BID = record(height=U64, round=U32, block=DIGEST, valid_round=optional(U32))


def evidence(reader):
    message = [BALLOT, BID][one_of(0, 1)(reader)]
    return record(validator=PUBLIC_KEY, first=message, by_first=SIGNATURE, second=message, by_second=SIGNATURE)(reader)


OFFENCE = record(number=U32, node=text(64), reporter=U32, evidence=evidence)
MADE_SEAL = record(
    maker=U32, sha256=DIGEST, sm3=DIGEST, certificates=listed(DIGEST, 1, 8), valid_from=DATE, valid_to=DATE)
SEAL = record(
    number=U32, id=text(64), owner=U32, name_zh=text(192), kind=one_of(1, 2, 3, 4), made=optional(MADE_SEAL),
    status=one_of(1, 2, 3, 4), changed=U64, ground=one_of(1, 2, 3, 4, 5, 6), ground_text=optional(DIGEST), operator=optional(DIGEST))


def material_source(reader):
    # The applicant, a licence of a type, a department.
    return {1: U32, 2: U32}.get(one_of(0, 1, 2)(reader), lambda _: None)(reader)


MATERIAL_TYPE = record(
    number=U32, code=text(32), name_zh=text(96), name_en=text(96), definer=U32, kind=one_of(1, 2, 3, 4, 5, 6), source=material_source)
BATCH_APPROVAL = record(
    organisation=U32, items_root=DIGEST, count=U32, kind=one_of(*range(17)), approver=PUBLIC_KEY, used_by=optional(DIGEST))
BODIES = [("organisation", ORGANISATION), ("licence type", LICENCE_TYPE), ("licence", LICENCE), ("node", NODE),
          ("parameters", PARAMETERS), ("proposal", PROPOSAL), ("offence", OFFENCE), ("seal", SEAL), ("material type", MATERIAL_TYPE),
          ("batch approval", BATCH_APPROVAL)]


def body(reader):
    kind, layout = BODIES[one_of(*range(len(BODIES)))(reader)]
    return kind, layout(reader)


ENTRY = record(version=U8, key=DIGEST, previous=optional(U64), height=U64, transaction=U32, item=U32, body=body)
ENTRY_PROOF = record(index=U64, entry=ENTRY, path=listed(DIGEST), chunk=raw(256), current_path=listed(DIGEST))
HEADER = record(
    format=U16, suite=U16, chain=DIGEST, height=U64, time=U64, proposer=U16, parent=DIGEST, transaction_count=U32,
    transaction_root=DIGEST, outcome_root=DIGEST, log_size=U64, log_root=DIGEST, current_root=DIGEST, keys_root=DIGEST,
    validators=DIGEST, next_validators=DIGEST)
VOTE = record(validator=U16, signature=SIGNATURE)
CERTIFICATE = record(height=U64, round=U32, block=DIGEST, votes=listed(VOTE, 1, 200))
FIELD = record(key=text(48), value=text(8192), salt=raw(16))
DISCLOSED = record(index=U16, field=FIELD, path=listed(DIGEST))
PROOF = record(
    version=one_of(1), header=HEADER, certificate=CERTIFICATE, licence=ENTRY_PROOF, issuer=ENTRY_PROOF,
    licence_type=ENTRY_PROOF, disclosed=listed(DISCLOSED, 0, 64))


def decode_proof(content):
    if len(content) > 655_360:
        raise Malformed("longer than any proof")
    reader = Reader(content)
    proof = PROOF(reader)
    if reader.at != len(content):
        raise Malformed("bytes after the proof")
    return proof


def body_of(proof, place, kind):
    found, content = getattr(proof, place).entry.body
    return content if found == kind else None


# --- The file: docs/spec/proof.md section 2 ---------------------------------------------------------------------------

FIRST_LINE, BEGIN, END = "ZHENGKU-PROOF 1", "-----BEGIN ZHENGKU PROOF-----", "-----END ZHENGKU PROOF-----"
STATUS = {1: "有效 valid", 2: "暂扣 suspended", 3: "注销 cancelled", 4: "撤销 rescinded", 5: "吊销 withdrawn", 6: "已换发 replaced",
          7: "转出 transferred_out"}
DAY_MS = 86_400_000
# What a viewer does not show, or what turns the writing direction: ranges of code points, both ends included.
HIDDEN = [(0xAD, 0xAD), (0x61C, 0x61C), (0x180E, 0x180E), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0xFEFF, 0xFEFF),
          (0xFFF9, 0xFFFB), (0xE0000, 0xE007F)]


def date_text(days):
    """A day number of the proleptic Gregorian calendar, also outside the years 1 to 9999."""
    eras, rest = divmod(days + 719_162, 146_097)
    day = datetime.date.fromordinal(rest + 1)
    return f"{day.year + 400 * eras:04d}-{day.month:02d}-{day.day:02d}"


def instant_text(ms):
    seconds = ms // 1000
    day = date_text(min(seconds // 86_400, 2**31 - 1))
    return f"{day}T{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}Z"


def shown_text(value):
    def one(character):
        if character == "\n":
            return " ⏎ "
        if any(first <= ord(character) <= last for first, last in HIDDEN):
            return f"\\u{{{ord(character):x}}}"
        return character
    return "".join(map(one, value))


def head(proof):
    lines = [FIRST_LINE, "证照状态证明 Licence status proof", ""]
    kind, issuer = body_of(proof, "licence_type", "licence type"), body_of(proof, "issuer", "organisation")
    licence = body_of(proof, "licence", "licence")

    def line(label, value):
        lines.append(f"{label}: {shown_text(value)}")

    if kind:
        line("证照类型 Type", f"{kind.name_zh} {kind.name_en} ({kind.code})")
    if issuer:
        line("发证机关 Issuer", f"{issuer.name_zh} {issuer.name_en} ({issuer.credit_code})")
    if licence:
        end = "长期 no end" if licence.valid_to is None else date_text(licence.valid_to)
        line("状态 Status", STATUS[licence.status] + (" (异议中 disputed)" if licence.disputed else ""))
        line("版本 Version", f"{licence.version:03d}")
        line("颁发日期 Issued", date_text(licence.issued_on))
        line("有效期 Valid", f"{date_text(licence.valid_from)} – {end}")
    labels = {rule.key: rule.label_zh for rule in reversed(kind.fields)} if kind else {}
    for shown in proof.disclosed:
        key = shown.field.key
        line("照面 Field", f"{labels.get(key, key)} ({key}) = {shown.field.value}")
    line("截至 As of", f"{instant_text(proof.header.time)} 区块 block {proof.header.height}")
    line("账本 Ledger", proof.header.chain.hex())
    lines += ["", "核验 Verify: zhengku-verify FILE --trust trust.json",
              "以上文字由下方数据生成, 以核验结果为准。 The text above is made from the proof below; trust only the verifier.", ""]
    return "\n".join(lines) + "\n"


def render(proof, content):
    encoded = base64.b64encode(content).decode()
    rows = [encoded[at:at + 64] for at in range(0, len(encoded), 64)]
    before = head(proof) + "\n".join([BEGIN, *rows, END]) + "\n"
    return f"{before}sha256: {hashlib.sha256(before.encode()).hexdigest()}\n".encode()


def not_whole(content):
    first = content.split(b"\n")[0]
    marked = BEGIN.encode() in content
    version = first.removeprefix(b"ZHENGKU-PROOF ")
    newer = version != first and len(version) <= 4 and version.isdigit() and version[:1] != b"0" and version != b"1"
    if marked and newer:
        return Finding("UNVERIFIABLE", "the file is of a newer format")
    if marked or first == FIRST_LINE.encode():
        return Finding("TAMPERED", "the file is damaged: its digest line does not fit")
    return Finding("UNVERIFIABLE", "this is no proof file")


def read_file(content):
    if len(content) > 4_587_520:
        raise Finding("UNVERIFIABLE", "longer than any proof file")
    before, tag, _ = content.rpartition(b"sha256: ")
    if not tag or content != before + b"sha256: " + hashlib.sha256(before).hexdigest().encode() + b"\n":
        raise not_whole(content)
    try:
        as_text = content.decode("utf-8")
        if as_text.split("\n")[0].removesuffix("\r") != FIRST_LINE:
            raise not_whole(content)
        encoded = as_text.split(f"\n{BEGIN}\n", 1)[1].split(f"\n{END}\n", 1)
        if len(encoded) != 2:
            raise Malformed("no END line")
        binary = base64.b64decode(encoded[0].replace("\n", ""), validate=True)
        proof = decode_proof(binary)
    except (UnicodeDecodeError, IndexError, ValueError, Malformed) as error:
        raise Finding("TAMPERED", f"the file holds no proof: {error}") from error
    if render(proof, binary) != content:
        raise Finding("TAMPERED", "the text of the file is not what its proof says")
    return proof


# --- The trust file: docs/spec/proof.md section 5 ---------------------------------------------------------------------

def once(pairs):
    """A JSON object whose names are all different."""
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def read_trust(path):
    document = json.loads(Path(path).read_text(encoding="utf-8"), object_pairs_hook=once)
    if set(document) != {"format", "name", "chain_id", "validators"} or document["format"] != "zhengku-trust-1":
        raise ValueError("not a trust file of format zhengku-trust-1")
    if not isinstance(document["name"], str):
        raise ValueError("the name is no text")
    chain = lower_hex(document["chain_id"], 32)
    members, names, keys = document["validators"], [], []
    if not 1 <= len(members) <= 200:
        raise ValueError(f"{len(members)} validators")
    encoded = len(members).to_bytes(4, "little")
    for member in members:
        if set(member) != {"name", "key"} or not member["key"].startswith("ed25519:"):
            raise ValueError("a validator has a name and an ed25519 key")
        name = member["name"].encode()
        wire = len(name).to_bytes(4, "little") + name
        text(64)(Reader(wire))
        names.append(member["name"])
        keys.append(lower_hex(member["key"].removeprefix("ed25519:"), 32))
        if not is_good_key(1, keys[-1]):
            raise ValueError(f"the key of {member['name']} is no canonical ed25519 key")
        encoded += wire + b"\x01" + keys[-1]
    if len(set(keys)) != len(keys):
        raise ValueError("two validators with one key")
    return SimpleNamespace(chain=chain, names=names, keys=keys, validators=sha256(in_domain("validator-set", encoded)))


def lower_hex(digits, count):
    content = bytes.fromhex(digits)
    if content.hex() != digits or len(content) != count:
        raise ValueError(f"{count} bytes in lower-case hexadecimal wanted")
    return content


# --- The checks: docs/spec/proof.md section 7 -------------------------------------------------------------------------

def check_ledger(proof, trust, _):
    header = proof.header
    if not is_known(header):
        raise Finding("UNVERIFIABLE", f"header of format {header.format}, suite {header.suite}")
    if header.chain != trust.chain:
        raise Finding("UNTRUSTED", f"another ledger: {header.chain.hex()}")
    if header.validators != trust.validators:
        raise Finding("UNTRUSTED", "decided by validators that are not in the trust file")


def is_known(header):
    """Whether a header is encoded and hashed in the way of this program."""
    return (header.format, header.suite) == (1, 1)


def check_certificate(proof, trust, _):
    header, certificate = proof.header, proof.certificate
    block = sha256(in_domain("block-id", header.encoded))
    if certificate.height != header.height or certificate.block != block:
        raise Finding("TAMPERED", "the certificate is for another block")
    message = in_domain("precommit", header.chain + header.height.to_bytes(8, "little") +
                        certificate.round.to_bytes(4, "little") + block)
    former = -1
    for vote in certificate.votes:
        if vote.validator <= former:
            raise Finding("UNTRUSTED", f"validator {vote.validator} stands twice or out of order")
        former = vote.validator
        if vote.validator >= len(trust.keys):
            raise Finding("UNTRUSTED", f"there is no validator {vote.validator}")
        tag, signature = vote.signature
        if tag != 1 or not ed25519_verifies(trust.keys[vote.validator], message, signature):
            foreign = header.validators != trust.validators
            raise Finding("UNTRUSTED" if foreign else "TAMPERED", f"the vote of validator {vote.validator} does not verify")
    quorum = 2 * len(trust.keys) // 3 + 1
    if len(certificate.votes) < quorum:
        raise Finding("UNTRUSTED", f"{len(certificate.votes)} votes, {quorum} are needed")


def require_in_log(header, proven):
    leaf = sha256(LOG[:1], proven.entry.encoded)
    if root_from_path(LOG, proven.index, header.log_size, leaf, proven.path) != header.log_root:
        raise Finding("TAMPERED", "the entry's path leads to another log root")
    if proven.entry.version != 1:
        raise Finding("UNVERIFIABLE", f"the entry is on the ledger, in the unknown version {proven.entry.version}")


def is_newest(header, proven):
    if proven.index >= header.log_size:
        raise Finding("TAMPERED", "the entry is beyond the log")
    chunk_number, bit = divmod(proven.index, 2048)
    bits = int.from_bytes(proven.chunk, "little")
    if bits >> max(header.log_size - 2048 * chunk_number, 0):
        raise Finding("TAMPERED", "bits beyond the log are set")
    chunk_count = (header.log_size + 2047) // 2048
    leaf = sha256(CURRENT[:1], proven.chunk)
    if root_from_path(CURRENT, chunk_number, chunk_count, leaf, proven.current_path) != header.current_root:
        raise Finding("TAMPERED", "the chunk's path leads to another root")
    return bits >> bit & 1 == 1


def check_inclusion(proof, *_):
    require_in_log(proof.header, proof.licence)


def check_currency(proof, *_):
    if not is_newest(proof.header, proof.licence):
        raise Finding("SUPERSEDED", "a newer entry of this licence exists")


def the_licence(proof):
    licence = body_of(proof, "licence", "licence")
    if licence is None:
        raise Finding("TAMPERED", "the proven entry is no licence")
    return licence


def supporting(proof, place, kind, domain, wanted):
    content = body_of(proof, place, kind)
    proven = getattr(proof, place)
    key = b"zhengku/" + sha256(in_domain(domain, wanted.to_bytes(4, "little")))[8:]
    if content is None or content.number != wanted or proven.entry.key != key:
        raise Finding("TAMPERED", f"this is not the {kind} that the licence names")
    require_in_log(proof.header, proven)
    if not is_newest(proof.header, proven):
        raise Finding("UNVERIFIABLE", f"a newer entry of this {kind} exists")
    return content


def check_issuer(proof, *_):
    organisation = supporting(proof, "issuer", "organisation", "organisation-key", the_licence(proof).issuer)
    if not organisation.roles & 4:
        raise Finding("UNTRUSTED", "the organisation does not have the issuer role")
    return "barred since" if organisation.status == 2 else ""


def check_licence_type(proof, *_):
    supporting(proof, "licence_type", "licence type", "licence-type-key", the_licence(proof).licence_type)


def check_fields(proof, *_):
    licence, former = the_licence(proof), -1
    for shown in proof.disclosed:
        if shown.index <= former:
            raise Finding("TAMPERED", "fields stand twice or out of order")
        former = shown.index
        leaf = sha256(FIELDS[:1], shown.field.encoded)
        if root_from_path(FIELDS, shown.index, licence.field_count, leaf, shown.path) != licence.fields_root:
            raise Finding("TAMPERED", f"field {shown.index} is not one of the licence's")
    kind = body_of(proof, "licence_type", "licence type")
    keys = [shown.field.key for shown in proof.disclosed]
    if kind and (len(set(keys)) < len(keys) or not set(keys) <= {rule.key for rule in kind.fields}):
        raise Finding("TAMPERED", "a field's key stands twice or is not in the licence type")
    if not keys:
        return "warning: no field is shown, so this proof does not say which licence it is of"
    return f"{len(keys)} of {licence.field_count} fields shown"


def check_expected(proof, key, value):
    shown = [one.field.value for one in proof.disclosed if one.field.key == key][:1]
    if not shown:
        raise Finding("UNVERIFIABLE", f"{key} is not disclosed")
    if shown != [value]:
        raise Finding("NOT_ANCHORED", f"{key} has another value: this is a proof of another licence")
    return f"{key} is as expected"


def check_freshness(proof, _, clock):
    age_ms = max(clock.now - proof.header.time, 0)
    if clock.max_age_ms is not None and proof.header.time > clock.now + 300_000:
        raise Finding("UNVERIFIABLE", "the clock is behind the proof's time, so its age cannot be told")
    if clock.max_age_ms is not None and age_ms > clock.max_age_ms:
        raise Finding("UNVERIFIABLE", f"{age_ms} ms old, {clock.max_age_ms} ms are allowed")
    return f"as of {age_ms // 1000} s ago"


def check_status(proof, *_):
    status = the_licence(proof).status
    verdict = {1: "VALID", 2: "SUSPENDED", 6: "SUPERSEDED", 7: "SUPERSEDED"}.get(status, "REVOKED")
    if verdict != "VALID":
        raise Finding(verdict, STATUS[status])


def check_period(proof, _, clock):
    licence = the_licence(proof)
    today = min((max(clock.now, proof.header.time) + 8 * 3_600_000) // DAY_MS, 2**31 - 1)
    if today < licence.valid_from:
        raise Finding("NOT_YET_VALID", f"valid from {date_text(licence.valid_from)}")
    if licence.valid_to is not None and today > licence.valid_to:
        raise Finding("EXPIRED", f"valid to the end of {date_text(licence.valid_to)} in Beijing")


CHECKS = {"ledger": check_ledger, "certificate": check_certificate, "inclusion": check_inclusion, "currency": check_currency,
          "issuer": check_issuer, "licence_type": check_licence_type, "fields": check_fields, "freshness": check_freshness,
          "status": check_status, "period": check_period}


def outcome(name, check, *arguments):
    try:
        return {"check": name, "state": "passed", "verdict": "VALID", "reason": check(*arguments) or ""}
    except Finding as finding:
        state = "not_checked" if finding.verdict == "UNVERIFIABLE" else "failed"
        return {"check": name, "state": state, "verdict": finding.verdict, "reason": finding.reason}


def checks_of(proof, trust, clock, expected):
    """Every check but `file`, in the order of the report."""
    for name, check in CHECKS.items():
        if name == "freshness":
            yield from (outcome("expected", check_expected, proof, key, value) for key, value in expected)
        if name in ("status", "period") and not body_of(proof, "licence", "licence"):
            continue
        yield outcome(name, check, proof, trust, clock)
        if name == "ledger" and not is_known(proof.header):
            return


def verify(content, trust, now, max_age_ms=None, expected=()):
    """The verdict and the checks, for the bytes of a proof file and an instant in milliseconds since 1970 (UTC); `expected` are
    pairs of a field's key and value."""
    found = []
    checks = [outcome("file", lambda: found.append(read_file(content)))]
    if found:
        checks += checks_of(found[0], trust, SimpleNamespace(now=now, max_age_ms=max_age_ms), expected)
    return {"verdict": max((check["verdict"] for check in checks), key=VERDICTS.index), "checks": checks}


def duration_ms(duration):
    units = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
    if duration[-1:] not in units or not (duration[:-1].isascii() and duration[:-1].isdigit()):
        raise argparse.ArgumentTypeError(f"{duration!r} is no duration such as 90s, 15m, 24h or 7d")
    return int(duration[:-1]) * units[duration[-1]]


def key_and_value(pair):
    key, equals, value = pair.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{pair!r} is not of the form KEY=VALUE")
    return key, value


def arguments_of(command_line):
    parser = argparse.ArgumentParser(description="Verifies a Zhengku proof file.")
    parser.add_argument("file")
    parser.add_argument("--trust", required=True)
    parser.add_argument("--at", "--now", type=int, metavar="MS", help="milliseconds since 1970 (UTC); default: the clock")
    ages = parser.add_mutually_exclusive_group()
    ages.add_argument("--max-age", type=duration_ms, metavar="DURATION", help="oldest proof that is taken: 90s, 15m, 24h, 7d")
    ages.add_argument("--max-age-ms", type=int, metavar="MS", dest="max_age")
    parser.add_argument("--expect", type=key_and_value, action="append", default=[], metavar="KEY=VALUE",
                        help="a field that must be disclosed with this value; can be repeated")
    return parser.parse_args(command_line)


def main():
    arguments = arguments_of(None)
    try:
        trust = read_trust(arguments.trust)
        content = Path(arguments.file).read_bytes()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, Malformed) as error:
        print(f"verify_proof.py: {error}", file=sys.stderr)
        return 2
    now = int(time.time() * 1000) if arguments.at is None else arguments.at
    result = verify(content, trust, now, arguments.max_age, arguments.expect)
    print(json.dumps(result, ensure_ascii=False, indent=2))
    return 0 if result["verdict"] == "VALID" else 1


if __name__ == "__main__":
    sys.exit(main())
