#!/usr/bin/env python3
"""Strangers read a running network: a verifier in Python from docs/spec (openssl for the signatures), and another implementation of C2SP
signed notes and tiles in Rust. They have the trust file and HTTP, nothing else. The validator set changes under them by governance.

Every planted lie must be found. Exit: 0 as it should be, 1 not, 2 cannot run.
"""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import tamper
from hand_over import hand_over
from load import Acknowledged, Load
from node_http import NoAnswer, Node
from polling import Broken, until
from report import Report
from run import parser
from tamper import Plant, Way
from zk_cluster import ROOT, Cluster, running

LIMIT_S = 60
WAIT_S = 20.0
READ_S = 60.0
# Readings with a lie in them; most of a reading is waiting for openssl.
AT_ONCE = 3


@dataclass
class Taken:
    """What a reader took home, and what it says."""
    directory: Path
    code: int
    verdict: str
    failed: list[str]
    rust: dict[str, object]

    def file(self, name: str) -> Path:
        return self.directory / f"{name}.txt"

    def height(self) -> int:
        return height_of(self.file("checkpoint").read_bytes())

    def is_valid(self) -> bool:
        return self.code == 0 and self.verdict == "VALID"

    def is_whole(self) -> bool:
        """Whether the reader in Rust read every entry."""
        return "error" not in self.rust and int(str(self.rust["entries"])) > 0


@dataclass(frozen=True)
class Subject:
    """A transaction, and the key of the licence that it minted."""
    minted: Acknowledged
    licence: str


@dataclass
class Desk:
    """Where strangers sit: a running network under load."""
    cluster: Cluster
    load: Load
    report: Report
    tlog_read: Path
    taken: dict[str, Taken] = field(default_factory=dict)

    def subject_beyond(self, node: Node, height: int) -> Subject:
        """A transaction that a client was told is final above a height, once a checkpoint of the node is above it, too."""
        one = until(f"an acknowledgement beyond {height}", WAIT_S,
                    lambda: next((one for one in self.load.refresh() if one.height > height), None))
        until(f"a checkpoint of {node.name} beyond {one.height}", WAIT_S, lambda: self._checkpoint(node) > one.height)
        return Subject(one, node.read(f"/v1/entries/{one.first}")["key"])

    @staticmethod
    def _checkpoint(node: Node) -> int:
        status, body = node.request("GET", "/checkpoint")
        return height_of(body) if status == 200 else 0

    def read(self, name: str, url: str, subjects: list[Subject], older: Path | None = None,
             keys: Path | None = None, more: tuple[str, ...] = ()) -> Taken:
        """Both readers read one node."""
        directory = self.cluster.work / "readers" / name
        command = [sys.executable, str(ROOT / "tests/independent/read_network.py"), url, "--keep", str(directory),
                   "--trust", str(self.cluster.directory / "trust.json"), *more]
        for one in subjects:
            command += ["--proof", one.licence, "--receipt", f"{one.minted.organisation}/{one.minted.key}"]
        command += ["--older", str(older / "checkpoint.txt")] if older else []
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=READ_S, check=False)
        if ended.returncode not in (0, 1):
            raise Broken(f"read_network.py ended with {ended.returncode}: {ended.stderr[-500:].decode(errors='replace')}")
        report = json.loads(ended.stdout)
        failed = [f"{check['check']}: {check['reason']}" for check in report["checks"] if check["verdict"] != "VALID"]
        rust = self.read_tiles(url, keys or directory / "keys.txt", older)
        return Taken(directory, ended.returncode, report["verdict"], failed, rust)

    def read_tiles(self, url: str, keys: Path, older: Path | None) -> dict[str, object]:
        command = [str(self.tlog_read), url, str(keys)]
        command += [str(older / "checkpoint.txt"), str(older / "keys.txt")] if older else []
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=READ_S, check=False)
        found = json.loads(ended.stdout)
        if (ended.returncode, "error" in found) not in ((0, False), (1, True)):
            raise Broken(f"tlog-read ended with {ended.returncode}: {ended.stdout.decode(errors='replace')[-500:]}")
        return found

    def accepted(self, name: str, taken: Taken) -> None:
        """Both readers must be content."""
        self.taken[name] = taken
        self.report.metric(f"{name}.verdict", taken.verdict, "VALID", taken.is_valid())
        self.report.metric(f"{name}.tiles", taken.rust.get("size", "-"), ">0", taken.is_whole())
        for failed in taken.failed:
            self.report.say(f"{name}: {failed}")
        if "error" in taken.rust:
            self.report.say(f"{name}: tlog-read: {taken.rust['error']}")

    def refused(self, name: str, taken: Taken, found_by: tuple[str, ...], tiles_say: str | None) -> None:
        """The reader in Python must refuse by these checks; the one in Rust by these words, unless it cannot see the lie."""
        missed = [check for check in found_by if not any(one.startswith(check) for one in taken.failed)]
        is_found = taken.code == 1 and not missed
        self.report.metric(f"{name}.refused", taken.verdict, "not_VALID", is_found)
        if not is_found:
            self.report.say(f"{name}: not found by {missed}; failed: {taken.failed}")
        if tiles_say is not None:
            said = str(taken.rust.get("error", ""))
            self.report.metric(f"{name}.tiles_refused", tiles_say in said, "True", tiles_say in said)
            if tiles_say not in said:
                self.report.say(f"{name}: tlog-read: {taken.rust}")


def height_of(note: bytes) -> int:
    return int(note.decode().split("\n")[3].removeprefix("height "))


def with_set_of_genesis(desk: Desk) -> Subject:
    """Two checkpoints of two nodes, with blocks between. Gives what was read both times."""
    one, other = desk.cluster.nodes[:2]
    early = desk.subject_beyond(one, 0)
    desk.accepted("first", desk.read("first", one.url, [early]))
    first = desk.taken["first"]
    late = desk.subject_beyond(other, first.height())
    desk.accepted("second", desk.read("second", other.url, [early, late], first.directory))
    grown = int(str(desk.taken["second"].rust.get("size", 0))) - int(str(first.rust.get("size", 0)))
    desk.report.metric("second.grown", grown, ">0", grown > 0)
    return early


def with_another_set(desk: Desk, early: Subject, plant: str | None) -> list[Subject]:
    """The set of four becomes one of two while the load runs; a reader that has the trust file of the four follows."""
    node = desk.cluster.nodes[1]
    staying = {validator.name for validator in desk.cluster.nodes[:2]}
    start = hand_over(desk.cluster)
    desk.report.metric("handover.height", start, ">0", start > 0)
    late = desk.subject_beyond(node, start)
    subjects, first = [early, late], desk.taken["first"]
    if plant is not None:
        desk.accepted("third", planted(desk, plants(desk, subjects)[plant], [late]))
        return subjects
    desk.accepted("third", desk.read("third", node.url, subjects, first.directory))
    third = desk.taken["third"]
    signers = {line.split(" ")[1].rsplit("/", 1)[1] for line in third.file("checkpoint").read_text().splitlines()[6:]}
    desk.report.metric("third.signers", ",".join(sorted(signers)), ",".join(sorted(staying)), signers == staying)
    alone = desk.read("alone", node.url, [late], more=("--no-history",), keys=first.file("keys"))
    desk.refused("without_history", alone, SET_FAILS, "are needed")
    return subjects


# What must fail when a verifier does not know the set that signs.
SET_FAILS = ("checkpoint.certificate", "proof-", "receipt-")


def plants(desk: Desk, subjects: list[Subject]) -> dict[str, Plant]:
    """Every lie. The two about other licences answer with what is true of the first subject; readers ask for the second."""
    early, first = subjects[0], desk.taken["first"]
    history = first.file("history").read_bytes()
    cluster = desk.cluster
    all_plants = [
        Plant("tile", tamper.at("/tile/", tamper.one_byte, but="/tile/entries/"), ("log",), "tiles below"),
        Plant("entry", tamper.at("/tile/entries/", tamper.one_byte), ("log",), "is not the one in the tiles"),
        Plant("path", tamper.at("/v1/consistency", tamper.one_hash), ("extension.consistency",), None),
        Plant("quorum", tamper.at("/checkpoint", tamper.one_signer), ("checkpoint.certificate",), "are needed"),
        Plant("fork", tamper.at("/checkpoint", lambda note: tamper.betrayed(cluster, note)),
              ("log", "extension.consistency"), "tiles below"),
        Plant("rewritten", tamper.honest, ("extension.consistency", "prefix"), "consistency: "),
        Plant("old-set", tamper.at("/v1/validators/history", lambda _: history), SET_FAILS, "are needed"),
        Plant("proof", tamper.instead("/v1/proofs/", f"/v1/proofs/{early.licence}"), ("proof-",), None),
        Plant("receipt", tamper.instead(
            "/v1/organisations/", f"/v1/organisations/{early.minted.organisation}/transactions/{early.minted.key}/receipt.txt"),
            ("receipt-",), None),
    ]
    return {plant.name: plant for plant in all_plants}


def planted(desk: Desk, plant: Plant, subjects: list[Subject]) -> Taken:
    """A reading with a lie in it."""
    first = desk.taken["first"]
    older, keys = first.directory, None
    if plant.name == "rewritten":
        older = first.directory.with_name("rewritten-first")
        older.mkdir()
        (older / "keys.txt").write_bytes(first.file("keys").read_bytes())
        (older / "checkpoint.txt").write_bytes(tamper.betrayed(desk.cluster, first.file("checkpoint").read_bytes()))
    if plant.name == "old-set":
        keys = first.file("keys")
    with Way(desk.cluster.nodes[1], plant.alter) as way:
        return desk.read(f"planted-{plant.name}", way.url, subjects, older, keys)


NAMES = ["tile", "entry", "path", "quorum", "fork", "rewritten", "old-set", "proof", "receipt"]


def every_plant(desk: Desk, subjects: list[Subject]) -> None:
    late = subjects[-1:]
    nothing = Plant("nothing", tamper.honest, (), None)
    desk.accepted("through_the_way", planted(desk, nothing, late))
    known = plants(desk, subjects)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        readings = pool.map(lambda name: planted(desk, known[name], late), NAMES)
        for name, taken in zip(NAMES, readings):
            desk.refused(f"planted.{name}", taken, known[name].found_by, known[name].tiles_say)


def main() -> int:
    made = parser(__doc__.splitlines()[0])
    made.add_argument("--plant", choices=NAMES, help="lie to the reader after the handover: the run must then fail")
    made.add_argument("--tlog-read", type=Path, help="the reader in Rust; by default beside the binary")
    arguments = made.parse_args()
    tlog_read = arguments.tlog_read or arguments.binary.with_name("tlog-read")
    if not tlog_read.exists():
        print(f"{tlog_read} is missing: cargo build --release -p zhengku-tests", file=sys.stderr)
        return 2
    report = Report("readers", arguments.seed)
    try:
        with running(arguments.binary, keep=arguments.keep) as cluster:
            report.say("cluster is up")
            with Load(cluster, arguments.rate, arguments.seed) as load:
                desk = Desk(cluster, load, report, tlog_read)
                early = with_set_of_genesis(desk)
                report.say("read under the set of the genesis")
                subjects = with_another_set(desk, early, arguments.plant)
                report.say("read under another set")
                if arguments.plant is None:
                    every_plant(desk, subjects)
                    report.say("every plant tried")
    except (Broken, NoAnswer) as broken:
        report.metric("broken", str(broken).replace(" ", "_"), "-", False)
    report.metric("time", round(report.seconds()), f"<={LIMIT_S}", report.seconds() <= LIMIT_S)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
