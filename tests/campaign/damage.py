#!/usr/bin/env python3
"""Single-bit flips over every file of a node's directory: noticed at open, read or fsck, or without effect; never a wrong answer.

Two ledgers of about 30,000 entries in many blocks. One ends in an import: its write-ahead logs hold many blocks. The other ends in a
revocation: losing the last block would turn REVOKED into VALID. Both have superseded entries and sealed texts stored as files.

A try: copy the directory, flip one random bit of one file below ledger/, signed/ or vault/, then with a fresh process each
  1. `ledger status`       an error here is "noticed at open";
  2. `licence status` of nine licences, `licence show` of two, `licence list` of all: an answer that is given must equal the one of the
                           undamaged directory ("noticed at read" when one is refused);
  3. `ledger fsck`         DAMAGED or an error is "noticed at fsck";
  4. an import of rows that are there already, and all of the above again: writing must not turn damage into a wrong answer.
A try that nothing notices is "without effect" when every answer, those of the whole list and of the second pass included, is equal.
Without effect by design: flips in LOG, OPTIONS-*, IDENTITY (RocksDB's diary and text files); in the older of the two files below
signed/ (it is overwritten next); in tables of the column `default` that hold only overwritten rows (tip and tail of older blocks), and
in the statistics of a table. A panic, a signal or 60 s without an end fails the try.

The controls must be flagged as wrong answers: an older copy of the whole directory in place of the newer one (self-consistent, so that
nothing on this machine can notice it), and an expected answer that was altered. Exit: 0 as it should be, 1 not, 2 cannot run.
"""

import collections
import hashlib
import json
import math
import random
import re
import shutil
import sys
import time
from pathlib import Path

from campaign import Broken, Program, metric, parser, scratch

ANCHOR = "结婚证.csv"
BY_DESIGN = {"diary LOG", "OPTIONS", "IDENTITY"}
ROCKSDB = [("write-ahead log", r"\d+\.log"), ("table", r"\d+\.sst"), ("MANIFEST", r"MANIFEST-\d+"), ("CURRENT", r"CURRENT"),
           ("OPTIONS", r"OPTIONS-\d+"), ("diary LOG", r"LOG(\.old\.\d+)?"), ("IDENTITY", r"IDENTITY")]


def kind_of(path):
    """ledger table, vault write-ahead log, signed record, vault file, ..."""
    top = path.parts[0]
    if top == "signed":
        return "signed record"
    if top == "vault" and path.parts[1] != "rows":
        return "vault file"
    for name, pattern in ROCKSDB:
        if re.fullmatch(pattern, path.name):
            return f"{top} {name}"
    return f"{top} other"


def is_by_design(kind):
    return kind.split(" ", 1)[-1] in BY_DESIGN


class Ledger:
    """An undamaged directory and the answers it gives."""

    def __init__(self, program, data, small):
        self.program, self.data, self.small = program, data, small
        self.files = sorted(
            path.relative_to(data) for top in ("ledger", "signed", "vault") for path in (data / top).rglob("*")
            if path.is_file() and path.stat().st_size)
        self.numbers, self.shown = [], []

    def learn(self, numbers, shown):
        self.numbers, self.shown = numbers, shown
        self.expected = {}
        for question in self.questions():
            answer = self.program.run(*question, "--data", self.data)
            if answer.crashed or answer.code != 0:
                raise Broken(f"the undamaged ledger: {question}: {answer.first_error()}")
            self.expected[question] = answer.json()
        self.fsck = self.program.must("ledger", "fsck", "--data", self.data).json()

    def questions(self):
        yield ("ledger", "status")
        for number in self.numbers:
            yield ("licence", "status", number)
        for number in self.shown:
            yield ("licence", "show", number)
        yield ("licence", "list", "--limit", "1000000")


def comparable(question, answer):
    """The size on disk, and how the database was opened, are no answers about the ledger."""
    if question == ("ledger", "status") and answer:
        return {key: value for key, value in answer.items() if key not in ("ledger_bytes", "torn_tail")}
    return answer


class Try:
    """One copy, damaged, asked everything."""

    def __init__(self, program, ledger, copy):
        self.program, self.ledger, self.copy = program, ledger, copy
        self.noticed, self.wrong, self.crashed, self.errors = [], [], [], []

    def ask(self, questions, phase):
        for question in questions:
            answer = self.program.run(*question, "--data", self.copy)
            place = "open" if question == ("ledger", "status") else "read"
            if answer.crashed:
                self.crashed.append(f"{question}: exit {answer.code} hung {answer.hung}: {answer.err[-300:]}")
            elif answer.code != 0 and answer.json() is None:
                self.noticed.append(phase + place)
                self.errors.append(answer.first_error())
                if place == "open":
                    return False
            elif comparable(question, answer.json()) != comparable(question, self.ledger.expected[question]):
                self.wrong.append(f"{phase}{' '.join(question)}: {answer.out[:400]}")
        return True

    def check(self, phase=""):
        opened = self.ask(self.ledger.questions(), phase)
        audit = self.program.run("ledger", "fsck", "--data", self.copy)
        if audit.crashed:
            self.crashed.append(f"fsck: exit {audit.code} hung {audit.hung}: {audit.err[-300:]}")
        elif audit.code != 0:
            if opened:
                self.noticed.append(phase + "fsck")
            found = audit.json()
            self.errors.append(found["problem"] if found else audit.first_error())
        elif not opened:
            self.wrong.append(f"{phase}fsck says ok where the ledger does not open")
        elif audit.json() != self.ledger.fsck:
            self.wrong.append(f"{phase}fsck says ok of another ledger: {audit.out[:300]}")

    def write(self):
        """Rows that are there already: a refusal or `repeated`, never minted again."""
        answer = self.program.run("import", self.ledger.small, "--data", self.copy)
        found = answer.json()
        if answer.crashed:
            self.crashed.append(f"import: exit {answer.code} hung {answer.hung}: {answer.err[-300:]}")
        elif answer.code != 0 or not found:
            self.noticed.append("write")
            self.errors.append(answer.first_error())
        elif found["accepted"] or found["licences"] or found["log_size"] != self.ledger.expected[("ledger", "status")]["log_size"]:
            self.wrong.append(f"writing: {answer.out[:300]}")

    def all(self):
        self.check()
        self.write()
        self.check("after writing: ")

    def place(self):
        first = [one for one in self.noticed if not one.startswith("after")]
        return first[0] if first else ("later" if self.noticed else "nowhere")


def build(program, work, seed):
    """The two ledgers, and an older copy of the second for the control."""
    sample = work / "sample"
    program.must("sample", "--out", sample, "--rows", 6_000, "--seed", seed, "--clean")
    small = work / "few.csv"
    small.write_text("\n".join((sample / ANCHOR).read_text().splitlines()[:40]) + "\n")
    registers = [sample / name for name in ("居住证.csv", "食品经营许可证.csv", ANCHOR)]
    numbers = [line.split(",")[0] for line in (sample / ANCHOR).read_text().splitlines()[1:]]
    food = [line.split(",")[0] for line in (sample / "食品经营许可证.csv").read_text(encoding="utf-8-sig").splitlines()[1:]]
    base = work / "base"
    program.must("init", "--data", base)
    program.must("import", *registers, "--data", base)
    change(program, base, "suspend", food[10], "x" * 90_000)
    change(program, base, "revoke", food[11], "经营者申请")
    change(program, base, "suspend", numbers[5], "核查")
    change(program, base, "resume", numbers[5], "核查完毕")
    change(program, base, "revoke", numbers[7], "撤销婚姻登记")
    ends_in_import = work / "ends-in-import"
    shutil.copytree(base, ends_in_import)
    program.must("import", sample / "出生医学证明.tsv", "--data", ends_in_import)
    ends_in_change = work / "ends-in-change"
    shutil.copytree(ends_in_import, ends_in_change)
    change(program, ends_in_change, "suspend", food[20], "y" * 100_000)
    older = work / "older"
    shutil.copytree(ends_in_change, older)
    change(program, ends_in_change, "revoke", food[12], "停止经营")
    asked = [food[10], food[11], food[12], food[0], food[-1], numbers[5], numbers[7], numbers[0], numbers[-1]]
    ledgers = [Ledger(program, data, small) for data in (ends_in_import, ends_in_change)]
    for ledger in ledgers:
        ledger.learn(asked, [food[10], numbers[7]])
    return ledgers, older


def change(program, data, verb, number, ground):
    program.must("licence", verb, number, "--data", data, "--ground", ground)


def choose(ledgers, tries, rng):
    """Every file once before any file twice, the harmless kinds last; then by the fourth root of the size, logs three times as often."""
    everything, seen = [], set()
    for ledger in ledgers:
        for path in ledger.files:
            content = hashlib.sha256((ledger.data / path).read_bytes()).digest()
            # The second ledger repeats most tables of the first one.
            if content not in seen:
                seen.add(content)
                everything.append((ledger, path))
    rng.shuffle(everything)
    everything.sort(key=lambda one: is_by_design(kind_of(one[1])))
    chosen = everything[:tries]
    weights = [weight(ledger, path) for ledger, path in everything]
    return chosen + rng.choices(everything, weights, k=max(0, tries - len(chosen))), len(everything)


def weight(ledger, path):
    kind = kind_of(path)
    often = 0 if is_by_design(kind) else 3 if kind.endswith("write-ahead log") else 1
    return often * math.sqrt(math.sqrt((ledger.data / path).stat().st_size))


def flip(path, rng):
    content = bytearray(path.read_bytes())
    place, bit = rng.randrange(len(content)), rng.randrange(8)
    content[place] ^= 1 << bit
    path.write_bytes(content)
    return place, bit, len(content)


def column_of(path):
    """The column family of a table, from its properties (keys share their beginning with the one before)."""
    found = re.search(rb"name(default|bundle|tile|block|key|holder|applied|record|pending)", path.read_bytes())
    return f" (column {found[1].decode()})" if path.suffix == ".sst" and found else ""


def is_older_slot(ledger, path):
    """The slot of the lower sequence (bytes 8 to 16)."""
    if path.parts[0] != "signed":
        return False
    sequence = {one.name: int.from_bytes(one.read_bytes()[8:16], "big") for one in (ledger.data / "signed").iterdir()}
    return sequence[path.name] < max(sequence.values())


def campaign(program, ledgers, arguments, work, rng):
    table = collections.defaultdict(collections.Counter)
    failures, silent, texts = [], [], collections.Counter()
    chosen, files = choose(ledgers, arguments.tries, rng)
    for number, (ledger, path) in enumerate(chosen, 1):
        copy = work / "copy"
        shutil.copytree(ledger.data, copy)
        place, bit, size = flip(copy / path, rng)
        one = Try(program, ledger, copy)
        one.all()
        kind, where = kind_of(path), f"{ledger.data.name}/{path} byte {place} of {size} bit {bit}"
        if one.wrong or one.crashed:
            table[kind]["WRONG" if one.wrong else "CRASHED"] += 1
            failures.append(f"try {number}: {where}: {(one.wrong + one.crashed)[:3]}")
            print(f"  {failures[-1]}", file=sys.stderr, flush=True)
            if arguments.keep:
                shutil.copytree(copy, Path(arguments.keep) / f"damage-{arguments.seed}-{number}", dirs_exist_ok=True)
        else:
            found = one.place()
            if found == "nowhere":
                older = " (older slot: by design)" if is_older_slot(ledger, path) else ""
                found = "no effect"
                if not is_by_design(kind):
                    silent.append(f"{where}{column_of(ledger.data / path)}{older}")
            table[kind][found] += 1
        for text in set(one.errors):
            texts[re.sub(r"[0-9a-f]{8,}|\d+", "#", text)[:110]] += 1
        shutil.rmtree(copy)
        if number % 10 == 0:
            print(f"  {number} tries, {len(failures)} failed", file=sys.stderr, flush=True)
    return table, failures, silent, texts, files


def controls(program, ledgers, older, work):
    """An older directory that contradicts nothing, and an altered expectation: both must be called wrong."""
    ledger = ledgers[1]
    copy = work / "copy"
    shutil.copytree(older, copy)
    swapped = Try(program, ledger, copy)
    swapped.all()
    shutil.rmtree(copy)
    shutil.copytree(ledger.data, copy)
    untouched = Try(program, ledger, copy)
    untouched.all()
    question = ("licence", "status", ledger.numbers[0])
    right = ledger.expected[question]
    ledger.expected[question] = dict(right, verdict="VALID")
    altered = Try(program, ledger, copy)
    altered.ask([question], "")
    ledger.expected[question] = right
    shutil.rmtree(copy)
    clean = not (untouched.wrong or untouched.noticed or untouched.crashed)
    if not clean:
        print(f"  the undamaged copy: {untouched.wrong} {untouched.errors} {untouched.crashed}", file=sys.stderr)
    return bool(swapped.wrong), bool(altered.wrong), clean


def report(table, failures, silent, texts, tries, files):
    columns = ["open", "read", "fsck", "write", "later", "no effect", "WRONG", "CRASHED"]
    print(f"{'file kind':28}" + "".join(f"{column:>10}" for column in columns))
    total = collections.Counter()
    for kind in sorted(table):
        print(f"{kind:28}" + "".join(f"{table[kind][column]:>10}" for column in columns))
        total.update(table[kind])
    print(f"{'all':28}" + "".join(f"{total[column]:>10}" for column in columns))
    for text, count in texts.most_common(12):
        print(f"  said {count} times: {text}")
    for one in silent:
        print(f"  without effect: {one}")
    noticed = sum(total[column] for column in ("open", "read", "fsck", "write", "later"))
    metric("damage.tries", sum(total.values()), f">={tries}", sum(total.values()) >= tries)
    metric("damage.files", files, "-", True)
    metric("damage.noticed", noticed, "-", True)
    metric("damage.without_effect", total["no effect"], "-", True)
    metric("damage.wrong_answers", total["WRONG"], "0", total["WRONG"] == 0)
    metric("damage.panics_or_hangs", total["CRASHED"], "0", total["CRASHED"] == 0)
    return not failures


def main():
    arguments = parser(__doc__.splitlines()[0], "tries", 100).parse_args()
    work = scratch(arguments)
    rng = random.Random(arguments.seed)
    started = time.monotonic()
    try:
        program = Program(work, arguments.binary)
        ledgers, older = build(program, work, rng.randrange(1, 2**31))
        sizes = [json.dumps(ledger.expected[("ledger", "status")]["log_size"]) for ledger in ledgers]
        print(f"  ledgers of {' and '.join(sizes)} entries", file=sys.stderr, flush=True)
        swapped, altered, clean = controls(program, ledgers, older, work)
        table, failures, silent, texts, files = campaign(program, ledgers, arguments, work, rng)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    passed = report(table, failures, silent, texts, arguments.tries, files)
    metric("damage.control_older_copy_flagged", swapped, "True", swapped)
    metric("damage.control_altered_answer_flagged", altered, "True", altered)
    metric("damage.control_undamaged_is_clean", clean, "True", clean)
    print(f"seed {arguments.seed}")
    metric("damage.seconds", round(time.monotonic() - started), "-", True)
    return 0 if passed and swapped and altered and clean else 1


if __name__ == "__main__":
    sys.exit(main())
