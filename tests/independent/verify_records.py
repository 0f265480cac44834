"""Receipts, checkpoints, extensions and validator-set histories, read and judged from docs/spec/ (receipt.md, checkpoint.md,
handover.md, log.md). Builds on the primitives of verify_proof.py. Python 3.11 and its standard library; signatures through `openssl`.
"""

import base64
import binascii
import hashlib
import subprocess
import tempfile
from pathlib import Path
from types import SimpleNamespace

from verify_proof import (CERTIFICATE, DIGEST, HEADER, LOG, PUBLIC_KEY, SIGNATURE, U8, U16, U32, U64, Finding, Malformed, Reader,
                          check_certificate, check_freshness, check_ledger, ed25519_verifies, in_domain, instant_text,
                          is_good_signature, is_known, listed, one_of, outcome, record, root_from_path, sha256, shown_text,
                          text)

TRANSACTIONS, OUTCOMES = b"\x04\x05", b"\x06\x07"

# --- The text form of files: docs/spec/proof.md section 2, with the words of each kind ---------------------------------

TAIL = ["核验 Verify: zhengku-verify FILE --trust trust.json",
        "以上文字由下方数据生成, 以核验结果为准。 The text above is made from the proof below; trust only the verifier.", ""]


class Kind:
    def __init__(self, word, title, limit, decode, lines):
        self.word, self.title, self.limit, self.decode, self.lines = word, title, limit, decode, lines
        self.first_line = f"ZHENGKU-{word} 1"
        self.begin, self.end = f"-----BEGIN ZHENGKU {word}-----", f"-----END ZHENGKU {word}-----"

    def begins(self, content):
        return content.startswith(f"ZHENGKU-{self.word} ".encode())

    def render(self, value, binary):
        labelled = [f"{label}: {shown_text(shown)}" for label, shown in self.lines(value)]
        encoded = base64.b64encode(binary).decode()
        rows = [encoded[at:at + 64] for at in range(0, len(encoded), 64)]
        before = "\n".join([self.first_line, self.title, "", *labelled, "", *TAIL, self.begin, *rows, self.end]) + "\n"
        return f"{before}sha256: {hashlib.sha256(before.encode()).hexdigest()}\n".encode()

    def not_whole(self, content):
        first = content.split(b"\n")[0]
        marked = self.begin.encode() in content
        stem = f"ZHENGKU-{self.word} ".encode()
        version = first.removeprefix(stem)
        newer = version != first and len(version) <= 4 and version.isdigit() and version[:1] != b"0" and version != b"1"
        if marked and newer:
            return Finding("UNVERIFIABLE", "the file is of a newer format")
        if marked or first == self.first_line.encode():
            return Finding("TAMPERED", "the file is damaged: its digest line does not fit")
        return Finding("UNVERIFIABLE", "this is no such file")

    def read(self, content):
        if len(content) > self.limit:
            raise Finding("UNVERIFIABLE", "longer than any such file")
        before, tag, _ = content.rpartition(b"sha256: ")
        if not tag or content != before + b"sha256: " + hashlib.sha256(before).hexdigest().encode() + b"\n":
            raise self.not_whole(content)
        try:
            as_text = content.decode("utf-8")
            if as_text.split("\n")[0] != self.first_line:
                raise self.not_whole(content)
            encoded = as_text.split(f"\n{self.begin}\n", 1)[1].split(f"\n{self.end}\n", 1)
            if len(encoded) != 2:
                raise Malformed("no END line")
            binary = base64.b64decode(encoded[0].replace("\n", ""), validate=True)
            value = self.decode(binary)
        except (UnicodeDecodeError, IndexError, ValueError, Malformed) as error:
            raise Finding("TAMPERED", f"the file cannot be read: {error}") from error
        if self.render(value, binary) != content:
            raise Finding("TAMPERED", "the text of the file is not what its data say")
        return value


def whole(layout, limit):
    def decode(content):
        if len(content) > limit:
            raise Malformed("too long")
        reader = Reader(content)
        value = layout(reader)
        if reader.at != len(content):
            raise Malformed("bytes behind the end")
        return value
    return decode


# --- Receipts: docs/spec/receipt.md -----------------------------------------------------------------------------------

def outcome_layout(reader):
    tag = one_of(0, 1, 2)(reader)
    if tag == 0:
        return "applied", f"已执行 applied, 首条 first entry {U64(reader)}, {U32(reader)} 条 entries"
    if tag == 1:
        original = DIGEST(reader).hex()
        return "repeated", f"重复 repeated, 原交易 original {original}, 区块 block {U64(reader)}, 位置 place {U32(reader)}"
    return "rejected", f"已拒绝 rejected, 代码 code {U16(reader)}, 第 item {U32(reader)} 项"


ENVELOPE = record(version=U8, chain=DIGEST, organisation=U32, signer=PUBLIC_KEY, idempotency=DIGEST, kind=U8, count=U32,
                  items_root=DIGEST)
OUTCOME = record(value=outcome_layout)
WIRE_SIGNATURE = record(value=SIGNATURE)
RECEIPT = record(
    version=one_of(1), header=HEADER, certificate=CERTIFICATE, place=U32, envelope=ENVELOPE, signature=WIRE_SIGNATURE,
    outcome=OUTCOME, transaction_path=listed(DIGEST), outcome_path=listed(DIGEST))


def transaction_id(envelope):
    return sha256(in_domain("transaction-id", envelope.encoded)).hex()


def receipt_lines(receipt):
    header, envelope = receipt.header, receipt.envelope
    yield "交易 Transaction", transaction_id(envelope)
    yield "机构 Organisation", str(envelope.organisation)
    yield "幂等键 Idempotency key", envelope.idempotency.hex()
    yield "内容 Payload", f"类别 kind {envelope.kind}, {envelope.count} 项 items"
    yield "结果 Outcome", receipt.outcome.value[1]
    yield "区块 Block", f"{header.height}, 位置 place {receipt.place}, {instant_text(header.time)}"
    yield "账本 Ledger", header.chain.hex()


def der_integer(content):
    content = content.lstrip(b"\0") or b"\0"
    content = b"\0" + content if content[0] & 0x80 else content
    return b"\x02" + bytes([len(content)]) + content


def sm2_verifies(key, message, signature):
    """SM2 with SM3 under the default user id: encoding.md section 4."""
    body = der_integer(signature[:32]) + der_integer(signature[32:])
    public = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200") + key
    with tempfile.TemporaryDirectory() as folder:
        for name, content in {"key": public, "message": message, "signature": b"\x30" + bytes([len(body)]) + body}.items():
            Path(folder, name).write_bytes(content)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key", "-rawin", "-digest", "sm3",
                   "-pkeyopt", "distid:1234567812345678", "-in", "message", "-sigfile", "signature"]
        try:
            return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0
        except OSError as error:
            raise Finding("UNVERIFIABLE", f"openssl cannot be run: {error.strerror}") from error


def check_submitter(receipt):
    envelope = receipt.envelope
    if envelope.chain != receipt.header.chain:
        raise Finding("TAMPERED", "the transaction was signed for another ledger")
    (key_tag, key), (tag, signature) = envelope.signer, receipt.signature.value
    verifies = {1: ed25519_verifies, 2: sm2_verifies}[key_tag]
    if tag != key_tag or not verifies(key, in_domain("transaction", envelope.encoded), signature):
        raise Finding("TAMPERED", "the submitter's signature does not verify")


def require_at_place(receipt, tree, leaf_bytes, path, root):
    leaf = sha256(tree[:1], leaf_bytes)
    if root_from_path(tree, receipt.place, receipt.header.transaction_count, leaf, path) != root:
        raise Finding("TAMPERED", "the path leads to another root")


def check_transaction(receipt):
    leaf = receipt.envelope.encoded + receipt.signature.encoded
    require_at_place(receipt, TRANSACTIONS, leaf, receipt.transaction_path, receipt.header.transaction_root)


def check_outcome(receipt):
    require_at_place(receipt, OUTCOMES, receipt.outcome.encoded, receipt.outcome_path, receipt.header.outcome_root)
    return receipt.outcome.value[1]


def check_expected_of(receipt, key, value):
    envelope = receipt.envelope
    known = {"transaction": transaction_id(envelope), "organisation": str(envelope.organisation),
             "idempotency_key": envelope.idempotency.hex(), "outcome": receipt.outcome.value[0]}
    if key not in known:
        raise Finding("UNVERIFIABLE", f"a receipt says nothing of {key}")
    if known[key] != value:
        raise Finding("NOT_ANCHORED", f"{key} is {known[key]}")


def judge_receipt(receipt, timeline, clock, expected):
    trust = timeline.at(receipt.header.height)
    yield outcome("ledger", check_ledger, receipt, trust, clock)
    if not is_known(receipt.header):
        return
    yield outcome("certificate", check_certificate, receipt, trust, clock)
    yield outcome("submitter", check_submitter, receipt)
    yield outcome("transaction", check_transaction, receipt)
    yield outcome("outcome", check_outcome, receipt)
    yield from (outcome("expected", check_expected_of, receipt, key, value) for key, value in expected)
    yield outcome("freshness", check_freshness, receipt, trust, clock)


# --- Checkpoints: docs/spec/checkpoint.md -----------------------------------------------------------------------------

MAX_NOTE, MAX_LINES = 131_072, 400


def canonical_number(digits):
    if not digits.isascii() or not digits.isdigit() or str(int(digits)) != digits or int(digits) >= 2**64:
        raise Malformed(f"{digits!r} is no number")
    return int(digits)


def strict_base64(encoded):
    content = base64.b64decode(encoded, validate=True)
    if base64.b64encode(content).decode() != encoded:
        raise Malformed("base64 with other spelling")
    return content


def read_note(content):
    if len(content) > MAX_NOTE:
        raise Malformed("longer than any note")
    note = content.decode("utf-8")
    if any(byte < 0x20 and byte != 0x0A for byte in content):
        raise Malformed("a control character")
    body, blank, block = note.rpartition("\n\n")
    if not blank or not block.endswith("\n"):
        raise Malformed("no signatures")
    body += "\n"
    signatures = [signature_line(line) for line in block[:-1].split("\n")]
    if len(signatures) > MAX_LINES:
        raise Malformed("too many signatures")
    lines = body.split("\n")
    if len(lines) != 6 or lines[5]:
        raise Malformed("a checkpoint has five lines")
    origin, size, root, height, time = lines[:5]
    chain = bytes.fromhex(origin.removeprefix("zhengku.invalid/"))
    if origin != f"zhengku.invalid/{chain.hex()}" or len(chain) != 32:
        raise Malformed("another origin")
    if not height.startswith("height ") or not time.startswith("time "):
        raise Malformed("no height or time")
    root = strict_base64(root)
    if len(root) != 32:
        raise Malformed("the root has 32 bytes")
    return SimpleNamespace(
        text=body, signatures=signatures, origin=origin, chain=chain, size=canonical_number(size), root=root,
        height=canonical_number(height[7:]), time=canonical_number(time[5:]))


def signature_line(line):
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—" or not parts[1] or "+" in parts[1] or any(map(str.isspace, parts[1])):
        raise Malformed("no signature line")
    content = strict_base64(parts[2])
    if len(content) < 5:
        raise Malformed("a short signature")
    return parts[1], content[:4], content[4:]


def key_name(origin, validator):
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
    return origin + "/" + "".join(chr(byte) if byte in plain else f"%{byte:02X}" for byte in validator.encode())


def signers(note, trust):
    """The places of the validators that signed; a known key that does not verify spoils the note."""
    known = {}
    for place, (name, key) in enumerate(zip(trust.names, trust.keys)):
        name = key_name(note.origin, name)
        identity = hashlib.sha256(name.encode() + b"\n\x01" + key).digest()[:4]
        known.setdefault((name, identity), []).append((place, key))
    places = set()
    for name, identity, signature in note.signatures:
        candidates = known.get((name, identity))
        if candidates is None:
            continue
        good = len(signature) == 64 and is_good_signature(1, signature)
        signed = [place for place, key in candidates if good and ed25519_verifies(key, note.text.encode(), signature)]
        if not signed:
            raise Finding("TAMPERED", f"the signature of {name} does not verify")
        places.add(signed[0])
    return places


def check_signed(note, timeline):
    if note.chain != timeline.chain:
        raise Finding("UNTRUSTED", "a checkpoint of another ledger")
    trust = timeline.at(note.height)
    count, quorum = len(signers(note, trust)), 2 * len(trust.keys) // 3 + 1
    if count < quorum:
        raise Finding("UNTRUSTED", f"{count} validators signed, {quorum} are needed")
    return f"{count} of {len(trust.keys)} validators signed"


def check_chain(notes, timeline):
    if any(note.chain != timeline.chain for note in notes):
        raise Finding("UNTRUSTED", "a checkpoint of another ledger")


def aged(note):
    return SimpleNamespace(header=SimpleNamespace(time=note.time))


def judge_checkpoint(note, timeline, clock):
    yield outcome("ledger", check_chain, [note], timeline)
    yield outcome("certificate", check_signed, note, timeline)
    yield outcome("freshness", check_freshness, aged(note), None, clock)


# --- Extensions: docs/spec/checkpoint.md section 4, docs/spec/log.md section 2 ----------------------------------------

def decode_extension(content):
    note = listed(U8, 0, MAX_NOTE)
    layout = record(version=one_of(1), old=note, new=note, path=listed(DIGEST))
    value = whole(layout, 2 * MAX_NOTE + 8192)(content)
    return SimpleNamespace(old=read_note(bytes(value.old)), new=read_note(bytes(value.new)), path=value.path)


def extension_lines(extension):
    for label, note in (("较早 Older", extension.old), ("较新 Newer", extension.new)):
        yield label, f"{instant_text(note.time)} 区块 block {note.height}, {note.size} 条 entries"
    yield "账本 Ledger", extension.new.chain.hex()


def check_consistency(extension):
    old, new, path = extension.old, extension.new, list(extension.path)
    if old.height > new.height or (old.size > new.size and old.height != new.height):
        raise Finding("TAMPERED", "heights and sizes run against each other")
    if old.height == new.height and old.text != new.text:
        raise Finding("TAMPERED", "two different checkpoints of one height")

    def fold(count, total, is_old_root):
        """RFC 6962 section 2.1.2 backwards: the roots of the first `count` and of all `total` leaves of a subtree."""
        if count == total:
            node = old.root if is_old_root else take()
            return node, node
        left = 1 << ((total - 1).bit_length() - 1)
        sibling = take()
        if count <= left:
            before, after = fold(count, left, is_old_root)
            return before, sha256(LOG[1:], after, sibling)
        before, after = fold(count - left, total - left, False)
        return sha256(LOG[1:], sibling, before), sha256(LOG[1:], sibling, after)

    def take():
        if not path:
            raise Finding("TAMPERED", "the path is too short")
        return path.pop()

    if old.size == 0:
        roots = (sha256(), sha256() if new.size == 0 else new.root)
    else:
        roots = fold(old.size, new.size, True)
    if path or roots != (old.root, new.root):
        raise Finding("TAMPERED", "the path does not lead from the older root to the newer")


def judge_extension(extension, timeline, clock):
    yield outcome("ledger", check_chain, [extension.old, extension.new], timeline)
    yield outcome("older", check_signed, extension.old, timeline)
    yield outcome("newer", check_signed, extension.new, timeline)
    yield outcome("consistency", check_consistency, extension)
    yield outcome("freshness", check_freshness, aged(extension.new), None, clock)


# --- Histories: docs/spec/handover.md ---------------------------------------------------------------------------------

def validator_set(reader):
    members = SET(reader)
    keys = [one.key[1] for one in members.validators]
    if any(one.key[0] != 1 for one in members.validators) or len(set(keys)) != len(keys):
        raise Malformed("validators with one key, or with keys that are not ed25519")
    return SimpleNamespace(names=[one.name for one in members.validators], keys=keys,
                           validators=sha256(in_domain("validator-set", members.encoded)))


SET = record(validators=listed(record(name=text(64), key=PUBLIC_KEY), 1, 200))
HANDOVER = record(header=HEADER, certificate=CERTIFICATE, next=validator_set)
HISTORY = record(version=one_of(1), chain=DIGEST, handovers=listed(HANDOVER, 0, 4096))


class Timeline:
    """The validator sets by height: the trusted one, and what a history adds."""

    def __init__(self, trust):
        self.chain, self.periods = trust.chain, [(1, trust)]

    def at(self, height):
        return [trust for start, trust in self.periods if start <= max(height, 1)][-1]

    def follow(self, history):
        if history.chain != self.chain:
            raise Finding("UNTRUSTED", "a history of another ledger")
        former = (0, 0)
        for handover in history.handovers:
            header, in_force = handover.header, self.periods[-1][1]
            if not is_known(header):
                raise Finding("UNVERIFIABLE", "a header of an unknown format")
            if header.chain != self.chain or header.validators != in_force.validators:
                raise Finding("UNTRUSTED", f"the header of height {header.height} was not decided by the set in force")
            if header.height <= former[0] or header.time <= former[1]:
                raise Finding("UNTRUSTED", f"height {header.height} or its time does not rise")
            former = header.height, header.time
            judged = outcome("certificate", check_certificate, handover, in_force, None)
            if judged["verdict"] != "VALID":
                raise Finding("UNTRUSTED", judged["reason"])
            if header.next_validators != handover.next.validators or handover.next.validators == in_force.validators:
                raise Finding("UNTRUSTED", "the next set is not the one that the header names, or the same again")
            self.periods.append((header.height + 1, SimpleNamespace(chain=self.chain, **vars(handover.next))))
        return f"{len(history.handovers)} changes"


def history_lines(history):
    for handover in history.handovers:
        header = handover.header
        yield "变更 Change", (f"自区块 from block {header.height + 1}, {instant_text(header.time)}: "
                              f"{', '.join(handover.next.names)}")
    yield "变更次数 Changes", str(len(history.handovers))
    yield "账本 Ledger", history.chain.hex()


RECEIPT_FILE = Kind("RECEIPT", "交易回执 Transaction receipt", 131_072, whole(RECEIPT, 65_536), receipt_lines)
EXTENSION_FILE = Kind("EXTENSION", "账本延续证明 Proof that the log was only extended", 540_672, decode_extension, extension_lines)
HISTORY_FILE = Kind("HISTORY", "节点集合沿革 Validator-set history", 33_554_432, whole(HISTORY, 16_777_216), history_lines)


def read_checkpoint(content):
    try:
        return read_note(content)
    except (UnicodeDecodeError, ValueError, binascii.Error, Malformed) as error:
        raise Finding("TAMPERED", f"no signed checkpoint: {error}") from error
