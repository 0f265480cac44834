#!/usr/bin/env python3
"""Reads a running network through the HTTP interface of a node, and believes nothing that it cannot check; written from docs/spec/.

    read_network.py URL --trust trust.json [--history FILE | --no-history] [--older CHECKPOINT]
                    [--proof KEY]... [--receipt ORGANISATION/KEY]... [--keep DIR] [--at MS]

Judges the node's checkpoint; reads the whole log by it (every bundle and every tile must be what its root says); that the log of an older
checkpoint is its beginning; proof files as of its height; receipt files. The history of the validator set comes from the node, too, and
is judged from the trust file on. Prints {"verdict": ..., "checks": [...]}; exit 0 for VALID, 1 for any other verdict, 2 for wrong usage
or an unusable file. Python 3.11 and its standard library; signatures through `openssl`.
"""

import argparse
import base64
import hashlib
import http.client
import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import verify
import verify_proof
import verify_records as records
from verify_proof import LOG, VERDICTS, Finding, Malformed, Reader, outcome, sha256

WIDTH = 256
TIMEOUT_S = 20
# Beyond every limit of docs/spec: the longest file is a history of 33,554,432 bytes.
MOST_BYTES = 40_000_000


class Node:
    """What a node gives at its addresses."""

    def __init__(self, url):
        self.url = url.rstrip("/")

    def get(self, path):
        try:
            with urllib.request.urlopen(self.url + path, timeout=TIMEOUT_S) as answer:
                content = answer.read(MOST_BYTES + 1)
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            raise Finding("UNVERIFIABLE", f"GET {path}: {error}") from error
        if len(content) > MOST_BYTES:
            raise Finding("UNVERIFIABLE", f"GET {path}: longer than anything that is asked for")
        return content


# --- The log: docs/spec/log.md sections 1 and 3, C2SP tlog-tiles, RFC 6962 section 2.1 --------------------------------

def root(leaves):
    """RFC 6962's tree hash over leaf hashes."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else sha256()
    left = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(LOG[1:], root(leaves[:left]), root(leaves[left:]))


def spans(count):
    """The tiles over `count` hashes: the path of each, the number of its first hash and of those it holds."""
    for first in range(0, count, WIDTH):
        number, width = first // WIDTH, min(WIDTH, count - first)
        path = f"{number % 1000:03d}"
        while number >= 1000:
            number //= 1000
            path = f"x{number % 1000:03d}/{path}"
        yield path + (f".p/{width}" if width < WIDTH else ""), first, width


def split(bundle):
    """The entries of a bundle, each behind its length (u16, big-endian)."""
    entries, at = [], 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at:at + 2], "big")
        if at + 2 > len(bundle) or end > len(bundle):
            raise Finding("TAMPERED", "an entry is cut off")
        entries.append(bundle[at + 2:end])
        at = end
    return entries


class Log:
    """The whole log below a checkpoint, as a node serves it."""

    def __init__(self, node):
        self.node, self.entries, self.leaves = node, [], []

    def read(self, note):
        """Reads bundles and tiles; everything must lead to the root of the checkpoint."""
        entries = []
        for path, _, width in spans(note.size):
            bundle = split(self.node.get(f"/tile/entries/{path}"))
            if len(bundle) != width:
                raise Finding("TAMPERED", f"bundle {path} holds {len(bundle)} entries")
            entries += bundle
        leaves = [sha256(LOG[:1], entry) for entry in entries]
        if root(leaves) != note.root:
            raise Finding("TAMPERED", "the entries do not lead to the root of the checkpoint")
        level, hashes = 0, leaves
        while hashes:
            for path, first, width in spans(len(hashes)):
                if self.node.get(f"/tile/{level}/{path}") != b"".join(hashes[first:first + width]):
                    raise Finding("TAMPERED", f"tile {level}/{path} is not that of the entries")
            whole = len(hashes) // WIDTH * WIDTH
            level, hashes = level + 1, [root(hashes[first:first + WIDTH]) for first in range(0, whole, WIDTH)]
        self.entries, self.leaves = [self.decoded(place, entry) for place, entry in enumerate(entries)], leaves
        return f"{note.size} entries, {level} levels of tiles"

    @staticmethod
    def decoded(place, entry):
        reader = Reader(entry)
        try:
            value = verify_proof.ENTRY(reader)
        except Malformed as error:
            raise Finding("TAMPERED", f"entry {place}: {error}") from error
        if reader.at != len(entry):
            raise Finding("TAMPERED", f"entry {place} has bytes behind its end")
        return value

    def begins_with(self, older):
        """That the log of an older checkpoint is the beginning of this one: both roots from the entries themselves."""
        if not self.leaves:
            raise Finding("UNVERIFIABLE", "the log could not be read")
        if older.size > len(self.leaves) or root(self.leaves[:older.size]) != older.root:
            raise Finding("TAMPERED", f"the first {older.size} entries have another root than the older checkpoint")

    def newest(self, key):
        """The place of the newest entry of a key."""
        found = [place for place, entry in enumerate(self.entries) if entry.key == key]
        if not found:
            raise Finding("NOT_ANCHORED", "the log has no entry of this key")
        return found[-1]


# --- Judging ----------------------------------------------------------------------------------------------------------

def extension_of(node, older, newer):
    """The extension file (docs/spec/checkpoint.md section 4) of two notes, with the path that the node gives."""
    old, new = records.read_checkpoint(older), records.read_checkpoint(newer)
    answer = json.loads(node.get(f"/v1/consistency?from={old.size}&to={new.size}"))
    path = [bytes.fromhex(digits) for digits in answer["path"]]
    lists = [older, newer]
    binary = b"\x01" + b"".join(len(note).to_bytes(4, "little") + note for note in lists)
    binary += len(path).to_bytes(4, "little") + b"".join(path)
    return records.EXTENSION_FILE.render(records.decode_extension(binary), binary)


def check_proven(content, key, note, log):
    """That a proof file is of the key that was asked for and of the checkpoint's log, and of the newest entry by the log itself."""
    proof = verify_proof.read_file(content)
    if proof.licence.entry.key != key:
        raise Finding("NOT_ANCHORED", "the proof is of another key")
    header = proof.header
    if (header.height, header.log_size, header.log_root) != (note.height, note.size, note.root):
        raise Finding("TAMPERED", "the proof's header is not that of the checkpoint")
    if not log.entries:
        raise Finding("UNVERIFIABLE", "the log could not be read")
    if log.newest(key) != proof.licence.index:
        raise Finding("SUPERSEDED", f"the newest entry of the key is {log.newest(key)}, not {proof.licence.index}")


class Reading:
    """One reading of one node: its checks in order, and the files it took."""

    def __init__(self, node, trust, history, clock):
        self.node, self.trust, self.history, self.clock = node, trust, history, clock
        self.files, self.checks = {}, []

    def state(self, name, check, *arguments):
        """Runs a check; gives whether it passed."""
        try:
            judged = outcome(name, check, *arguments)
        except (ValueError, KeyError, TypeError, Malformed) as error:
            judged = outcome(name, cannot_be_read, error)
        self.checks.append(judged)
        return judged["verdict"] == "VALID"

    def take(self, name, path):
        """Downloads a file; none when the node does not give it."""
        found = []
        if not self.state(f"{name}.get", lambda: found.append(self.node.get(path))):
            return None
        self.files[name] = found[0]
        return found[0]

    def judge(self, name, content, expected=()):
        """All that verify.py says of a file."""
        for check in verify.checks(content, self.trust, self.history, self.clock, expected):
            self.checks.append({**check, "check": f"{name}.{check['check']}"})

    def run(self, arguments, older):
        if self.history is None and not arguments.no_history:
            self.history = self.take("history", "/v1/validators/history.txt")
        content = self.take("checkpoint", "/checkpoint")
        if content is None:
            return
        self.judge("checkpoint", content)
        found = []
        if not self.state("checkpoint.read", lambda: found.append(records.read_checkpoint(content))):
            return
        note, log = found[0], Log(self.node)
        self.files["keys"] = "".join(f"{key}\n" for key in self.verifier_keys(note)).encode()
        self.state("log", log.read, note)
        if older is not None:
            self.compare(older, content, log)
        for key in arguments.proof:
            self.prove(key, note, log)
        for receipt in arguments.receipt:
            self.receipt(*receipt)

    def compare(self, older, newer, log):
        found = []
        if self.state("extension.get", lambda: found.append(extension_of(self.node, older, newer))):
            self.files["extension"] = found[0]
            self.judge("extension", found[0])
        self.state("prefix", lambda: log.begins_with(records.read_checkpoint(older)))

    def prove(self, key, note, log):
        name = f"proof-{key}"
        content = self.take(name, f"/v1/proofs/{key}?height={note.height}")
        if content is not None:
            self.judge(name, content)
            self.state(f"{name}.log", check_proven, content, bytes.fromhex(key), note, log)

    def receipt(self, organisation, key):
        name = f"receipt-{key}"
        content = self.take(name, f"/v1/organisations/{organisation}/transactions/{key}/receipt.txt")
        if content is not None:
            self.judge(name, content, [("organisation", organisation), ("idempotency_key", key), ("outcome", "applied")])

    def verifier_keys(self, note):
        """The verifier keys (checkpoint.md section 2) of the set that judges the checkpoint, for other tools."""
        timeline, _ = verify.timeline_of(self.trust, self.history)
        trust = timeline.at(note.height)
        for validator, key in zip(trust.names, trust.keys):
            name = records.key_name(f"zhengku.invalid/{self.trust.chain.hex()}", validator)
            identity = hashlib.sha256(name.encode() + b"\n\x01" + key).digest()[:4]
            encoded = base64.b64encode(b"\x01" + key).decode()
            yield f"{name}+{identity.hex()}+{encoded}"


def cannot_be_read(error):
    raise Finding("TAMPERED", f"it cannot be read: {error}")


# --- The command ------------------------------------------------------------------------------------------------------

def organisation_and_key(text):
    organisation, slash, key = text.partition("/")
    if not slash or not organisation.isdigit() or len(key) != 64:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form ORGANISATION/KEY")
    return organisation, key


def key_digits(text):
    verify_proof.lower_hex(text, 32)
    return text


def arguments_of(command_line):
    parser = argparse.ArgumentParser(description="Reads a running Zhengku network and checks what it is told.")
    parser.add_argument("url", metavar="URL", help="the base address of a node's interface")
    parser.add_argument("--trust", required=True)
    histories = parser.add_mutually_exclusive_group()
    histories.add_argument("--history", metavar="FILE", help="instead of asking the node")
    histories.add_argument("--no-history", action="store_true", help="judge by the trust file alone")
    parser.add_argument("--older", metavar="CHECKPOINT", help="a checkpoint that was kept from an earlier reading, of any node")
    parser.add_argument("--proof", type=key_digits, action="append", default=[], metavar="KEY")
    parser.add_argument("--receipt", type=organisation_and_key, action="append", default=[], metavar="ORGANISATION/KEY")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where to put the files that were read")
    parser.add_argument("--at", type=int, metavar="MS", help="milliseconds since 1970 (UTC); default: the clock")
    return parser.parse_args(command_line)


def main():
    arguments = arguments_of(None)
    now = int(time.time() * 1000) if arguments.at is None else arguments.at
    try:
        trust = verify_proof.read_trust(arguments.trust)
        history = None if arguments.history is None else Path(arguments.history).read_bytes()
        older = None if arguments.older is None else Path(arguments.older).read_bytes()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, Malformed) as error:
        print(f"read_network.py: {error}", file=sys.stderr)
        return 2
    reading = Reading(Node(arguments.url), trust, history, SimpleNamespace(now=now, max_age_ms=None))
    reading.run(arguments, older)
    if arguments.keep is not None:
        arguments.keep.mkdir(parents=True, exist_ok=True)
        for name, content in reading.files.items():
            (arguments.keep / f"{name}.txt").write_bytes(content)
    verdict = max((check["verdict"] for check in reading.checks), key=VERDICTS.index)
    print(json.dumps({"verdict": verdict, "checks": reading.checks}, ensure_ascii=False, indent=2))
    return 0 if verdict == "VALID" else 1


if __name__ == "__main__":
    sys.exit(main())
