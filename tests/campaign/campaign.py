"""Shared by the campaigns: running `zhengku`, imports that are cut, and what must be true after a cut.

The register lies outside the directory that is cut, and so does the acknowledgement file: one line "rows log_size height log_root"
for each chunk that `zhengku import` calls durable. Proof files are read by tests/independent/verify_proof.py, which shares no code
with the ledger. Python 3.11 and its standard library.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "independent"))
import verify_proof  # noqa: E402

TIMEOUT_S = 60
REGISTERS = ["食品经营许可证.csv", "居住证.csv", "出生医学证明.tsv"]
ANCHOR = "结婚证.csv"
UNFINISHED = "is unreadable after height"


class Broken(Exception):
    """Something that must hold does not."""


@dataclass
class Answer:
    """What one run of the program gave."""
    arguments: list
    code: int
    out: str
    err: str
    hung: bool

    @property
    def crashed(self):
        return self.hung or self.code < 0 or self.code not in (0, 1, 2, 3) or "panicked at" in self.err

    def json(self):
        try:
            return json.loads(self.out.strip().splitlines()[-1])
        except (ValueError, IndexError):
            return None

    def first_error(self):
        lines = [line for line in self.err.splitlines() if line.strip()]
        return " | ".join(lines)[:300]


class Program:
    """The binary under test, copied so that a build meanwhile does not change it."""

    def __init__(self, work, binary):
        self.path = Path(work) / "zhengku"
        shutil.copy2(binary, self.path)

    def command(self, *arguments):
        return [str(self.path), "-o", "json", "--lang", "en", *map(str, arguments)]

    def run(self, *arguments, timeout=TIMEOUT_S):
        try:
            ended = subprocess.run(self.command(*arguments), capture_output=True, timeout=timeout, check=False)
        except subprocess.TimeoutExpired as late:
            return Answer(list(arguments), -1, "", (late.stderr or b"").decode(errors="replace"), True)
        out, err = ended.stdout.decode(errors="replace"), ended.stderr.decode(errors="replace")
        return Answer(list(arguments), ended.returncode, out, err, False)

    def must(self, *arguments):
        answer = self.run(*arguments)
        if answer.code != 0 or answer.crashed:
            raise Broken(f"{' '.join(map(str, arguments))}: exit {answer.code}: {answer.first_error()}")
        return answer


@dataclass
class Acknowledged:
    rows: int
    log_size: int
    height: int
    log_root: str


def read_acknowledgements(path):
    """Whole lines only: the last may be half-written when the program was killed in it."""
    if not path.exists():
        return []
    lines = path.read_text().split("\n")[:-1]
    split = [line.split() for line in lines]
    return [Acknowledged(int(rows), int(size), int(height), root) for rows, size, height, root in split]


@dataclass
class Tally:
    """Counts over a whole campaign."""
    cuts: int = 0
    finished: int = 0
    rounds: int = 0
    acknowledged_chunks: int = 0
    acknowledged_entries: int = 0
    lost_entries: int = 0
    lost_cuts: int = 0
    refusals: int = 0
    torn_ledger: int = 0
    torn_vault: int = 0
    finished_blocks: int = 0
    roots_checked: int = 0
    problems: list = field(default_factory=list)


class Round:
    """One ledger, one register set, imported with cuts until it is whole."""

    def __init__(self, campaign, number):
        self.c = campaign
        self.random = campaign.random
        self.seed = self.random.randrange(1, 2**31)
        self.outside = Path(campaign.work) / f"round-{number}"
        self.outside.mkdir()
        self.acks = self.outside / "acknowledgements"
        self.data = campaign.medium.data
        self.held = None

    def prepare(self):
        program, rows = self.c.program, self.c.arguments.rows
        program.must("sample", "--out", self.outside, "--rows", rows, "--seed", self.seed)
        program.must("sample", "--out", self.outside / "anchor", "--rows", 3, "--seed", self.seed, "--clean")
        self.files = [self.outside / name for name in REGISTERS]
        self.random.shuffle(self.files)
        expected = json.loads((self.outside / "expected.json").read_text())
        self.expected = sum(expected[path.name]["licences"] for path in self.files)
        program.must("init", "--data", self.data)
        program.must("import", self.outside / "anchor" / ANCHOR, "--data", self.data)
        self.anchor = (self.outside / "anchor" / ANCHOR).read_text().splitlines()[1].split(",")[0]
        self.base = program.must("ledger", "status", "--data", self.data).json()

    def start(self):
        more = ["--danger-no-sync"] if self.c.unsafe else []
        command = self.c.program.command(
            "import", *self.files, "--data", self.data, "--acknowledge", self.acks, *more)
        self.errors = open(self.outside / "stderr", "wb")
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=self.errors)

    def wait_for_moment(self, process):
        """A random moment: during the start and its recovery, or some blocks and milliseconds into the writing."""
        before = read_acknowledgements(self.acks)
        height = before[-1].height if before else 0
        if self.random.random() < 0.25:
            return self.pause(process, self.random.uniform(0, 0.4))
        blocks = self.random.randrange(0, 5)
        deadline = time.monotonic() + TIMEOUT_S
        while process.poll() is None and time.monotonic() < deadline:
            newest = read_acknowledgements(self.acks)
            if newest and newest[-1].height > height and newest[-1].height >= height + blocks:
                break
            if blocks == 0:
                break
            time.sleep(0.001)
        return self.pause(process, self.random.uniform(0, 0.15))

    @staticmethod
    def pause(process, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and process.poll() is None:
            time.sleep(0.0005)

    def run(self):
        """Cuts until the import is whole, or the campaign has its number. False when the ledger was refused or lost something."""
        self.prepare()
        while True:
            if self.c.tally.cuts >= self.c.arguments.cuts:
                return self.finish()
            process = self.start()
            self.wait_for_moment(process)
            if process.poll() is not None:
                self.errors.close()
                self.note_errors()
                if process.returncode != 0:
                    raise Broken(f"the import ended by itself with {process.returncode}: {self.error_text()}")
                return self.finish()
            self.c.medium.cut(process)
            self.errors.close()
            self.note_errors()
            self.c.tally.cuts += 1
            if not self.check():
                return False

    def error_text(self):
        return (self.outside / "stderr").read_text(errors="replace")[-500:]

    def note_errors(self):
        """The program warns once when it opened to write after a torn tail."""
        text = self.error_text()
        if "panicked at" in text:
            self.c.problem(f"panic in the import: {text}")
        self.c.tally.torn_vault += "log of the vault ends in a torn" in text

    def check(self):
        """After a cut and before anything writes: everything acknowledged is there, and nothing is half-written."""
        tally, program = self.c.tally, self.c.program
        acks = read_acknowledgements(self.acks)
        new = [one for one in acks if self.held is None or one.height > self.held.height]
        heights = {one.height for one in new}
        tally.acknowledged_chunks += len(heights)
        last = max(acks, key=lambda one: one.height, default=None)
        floor = self.held.log_size if self.held else self.base["log_size"]
        if last:
            tally.acknowledged_entries += max(0, last.log_size - floor)
        answer = program.run("ledger", "status", "--data", self.data)
        if answer.code != 0 and UNFINISHED in answer.err:
            # A torn record after the newest block: readers wait for the next writer, which finishes the signed block.
            tally.torn_ledger += 1
            program.run("import", self.outside / "anchor" / ANCHOR, "--data", self.data)
            answer = program.run("ledger", "status", "--data", self.data)
        status = answer.json()
        if answer.crashed:
            raise Broken(f"status crashed: {answer.first_error()}")
        if answer.code != 0 or status is None:
            tally.refusals += 1
            return self.lost(last, floor, f"the ledger does not open: {answer.first_error()}")
        tally.torn_ledger += status["torn_tail"]
        if last and (status["height"] < last.height or status["log_size"] < last.log_size):
            missing = last.log_size - status["log_size"]
            return self.lost(last, status["log_size"], f"height {status['height']} of {last.height} acknowledged, {missing} entries gone")
        audit = program.run("ledger", "fsck", "--data", self.data)
        checked = audit.json()
        if audit.code != 0 or audit.crashed or not checked or not checked["ok"]:
            what = checked["problem"] if checked else audit.first_error()
            return self.lost(last, floor, f"fsck after the cut: {what}")
        if last:
            for one in {one.height: one for one in new + [last]}.values():
                if not self.is_kept(one):
                    return self.lost(last, floor, f"block {one.height} is not the one acknowledged")
            self.held = last
        return True

    def lost(self, last, kept, why):
        tally = self.c.tally
        tally.lost_cuts += 1
        tally.lost_entries += max(0, (last.log_size if last else 0) - kept)
        self.c.problem(f"cut {tally.cuts}: {why}", expected=self.c.unsafe)
        return False

    def is_kept(self, acknowledged):
        """The header of that height, from a proof file, has the size and the root that were acknowledged."""
        out = self.outside / "proof.txt"
        self.c.program.must("licence", "prove", self.anchor, "--data", self.data, "--out", out, "--height", acknowledged.height)
        header = verify_proof.read_file(out.read_bytes()).header
        self.c.tally.roots_checked += 1
        root = header.log_root.hex() if isinstance(header.log_root, bytes) else str(header.log_root)
        return (header.height, header.log_size, root) == (acknowledged.height, acknowledged.log_size, acknowledged.log_root)

    def finish(self):
        """The import runs to its end: the same set of licences as an undisturbed one, and once more changes nothing."""
        program = self.c.program
        program.must("import", *self.files, "--data", self.data)
        status = program.must("ledger", "status", "--data", self.data).json()
        again = program.must("import", *self.files, "--data", self.data)
        for line in again.out.strip().splitlines():
            repeated = json.loads(line)
            if repeated["accepted"] or repeated["licences"] or repeated["log_root"] != status["log_root"]:
                raise Broken(f"importing again changed something: {line[:300]}")
        audit = program.must("ledger", "fsck", "--data", self.data).json()
        licences = status["log_size"] - self.base["log_size"]
        if licences != self.expected or audit["keys"] != status["log_size"] or not audit["ok"]:
            raise Broken(f"{licences} licences after all cuts, {self.expected} expected; fsck {audit}")
        vault = self.expected + 3 - audit["records"]
        if vault:
            raise Broken(f"{vault} licences without face data")
        self.c.tally.finished += 1
        return True


class Campaign:
    """Rounds until the number of cuts is reached."""

    def __init__(self, name, medium, arguments):
        self.name, self.medium, self.arguments = name, medium, arguments
        self.unsafe = getattr(arguments, "unsafe_no_sync", False)
        self.random = random.Random(arguments.seed)
        self.work = medium.work
        self.program = Program(self.work, arguments.binary)
        self.tally = Tally()

    def problem(self, text, expected=False):
        self.tally.problems.append(text)
        print(f"  {'(expected) ' if expected else ''}{text}", file=sys.stderr, flush=True)

    def run(self):
        """True when nothing acknowledged was lost and every ledger became whole."""
        while self.tally.cuts < self.arguments.cuts:
            self.tally.rounds += 1
            self.medium.fresh()
            one = Round(self, self.tally.rounds)
            try:
                one.run()
            except Broken as broken:
                self.problem(f"round {self.tally.rounds}, cut {self.tally.cuts}: {broken}")
                self.keep(one)
            except verify_proof.Malformed as malformed:
                self.problem(f"round {self.tally.rounds}: a proof file is malformed: {malformed}")
            print(f"  round {self.tally.rounds}: {self.tally.cuts} cuts so far", file=sys.stderr, flush=True)
            shutil.rmtree(one.outside, ignore_errors=True)
        return not self.tally.problems

    def keep(self, one):
        """A broken ledger is evidence."""
        if self.arguments.keep:
            target = Path(self.arguments.keep) / f"{self.name}-{self.arguments.seed}-{self.tally.rounds}"
            shutil.copytree(one.data, target / "data", dirs_exist_ok=True)
            shutil.copytree(one.outside, target / "outside", dirs_exist_ok=True)

    def report(self, passed):
        tally = self.tally
        metric(f"{self.name}.cuts", tally.cuts, f">={self.arguments.cuts}", tally.cuts >= self.arguments.cuts)
        metric(f"{self.name}.acknowledged_chunks", tally.acknowledged_chunks, ">0", tally.acknowledged_chunks > 0)
        metric(f"{self.name}.acknowledged_entries", tally.acknowledged_entries, ">0", tally.acknowledged_entries > 0)
        metric(f"{self.name}.torn_tails_ledger", tally.torn_ledger, "-", True)
        metric(f"{self.name}.torn_tails_vault", tally.torn_vault, "-", True)
        metric(f"{self.name}.roots_checked", tally.roots_checked, "-", True)
        metric(f"{self.name}.imports_finished", f"{tally.finished}/{tally.rounds}", "-", True)
        target = "0" if not self.unsafe else ">0"
        is_met = tally.lost_cuts > 0 if self.unsafe else tally.lost_entries == 0 and passed
        metric(f"{self.name}.refusals", tally.refusals, "-" if self.unsafe else "0", self.unsafe or tally.refusals == 0)
        metric(f"{self.name}.cuts_with_loss", tally.lost_cuts, target, is_met)
        metric(f"{self.name}.lost_entries", tally.lost_entries, "-" if self.unsafe else "0", is_met)
        print(f"seed {self.arguments.seed}")
        return is_met


class PlainDirectory:
    """A directory; a cut is SIGKILL."""

    def __init__(self, work):
        self.work = work
        self.data = Path(work) / "data"

    def fresh(self):
        shutil.rmtree(self.data, ignore_errors=True)

    @staticmethod
    def cut(process):
        process.send_signal(signal.SIGKILL)
        process.wait()

    def end(self):
        shutil.rmtree(self.data, ignore_errors=True)


def metric(name, value, target, passed):
    """One line for machines: name, value, target, pass or FAIL."""
    print(f"metric {name} {value} {target} {'pass' if passed else 'FAIL'}", flush=True)


def parser(description, count_name, count):
    made = argparse.ArgumentParser(description=description)
    made.add_argument(f"--{count_name}", type=int, default=count)
    made.add_argument("--seed", type=int, default=int(time.time()), help="printed at the end; the same seed makes the same choices")
    target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
    made.add_argument("--binary", type=Path, default=Path(target) / "release" / "zhengku")
    made.add_argument("--keep", help="directory for ledgers that broke")
    made.add_argument("--work", help="scratch directory (default: under the system's)")
    return made


def scratch(arguments):
    if not arguments.binary.exists():
        print(f"{arguments.binary} is missing: cargo build --release -p zhengku-tools", file=sys.stderr)
        sys.exit(2)
    return Path(tempfile.mkdtemp(prefix="zhengku-campaign-", dir=arguments.work))
