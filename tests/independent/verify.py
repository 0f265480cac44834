#!/usr/bin/env python3
"""An independent verifier of every kind of Zhengku file, written from docs/spec/.

    verify.py FILE --trust trust.json [--history history.txt] [--at MS] [--max-age 90s|15m|24h|7d] [--expect KEY=VALUE]...

The first line of FILE says what it is: licence proof, receipt, extension, history, or a signed checkpoint. Prints
{"verdict": ..., "checks": [...]}; exit 0 for VALID, 1 for any other verdict, 2 for wrong usage or an unusable trust file.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import verify_proof
import verify_records as records
from verify_proof import VERDICTS, Malformed, outcome


def timeline_of(trust, history):
    """The known validator sets and the check of the history: None without one."""
    timeline = records.Timeline(trust)
    if history is None:
        return timeline, None
    check = outcome("history", lambda: timeline.follow(records.HISTORY_FILE.read(history)))
    if check["verdict"] != "VALID":
        timeline = records.Timeline(trust)
    return timeline, check


def checks(content, trust, history, clock, expected):
    """Every check, in the order of the report."""
    found = []

    def read(reader):
        return outcome("file", lambda: found.append(reader(content)))

    timeline, followed = timeline_of(trust, history)
    judge = None
    if records.RECEIPT_FILE.begins(content):
        first = read(records.RECEIPT_FILE.read)
        judge = lambda value: records.judge_receipt(value, timeline, clock, expected)
    elif records.EXTENSION_FILE.begins(content):
        first = read(records.EXTENSION_FILE.read)
        judge = lambda value: records.judge_extension(value, timeline, clock)
    elif records.HISTORY_FILE.begins(content):
        first = read(records.HISTORY_FILE.read)
        judge = lambda value: [outcome("history", records.Timeline(trust).follow, value)]
        followed = None
    elif content.startswith(b"zhengku.invalid/"):
        first = read(records.read_checkpoint)
        judge = lambda value: records.judge_checkpoint(value, timeline, clock)
    else:
        first = read(verify_proof.read_file)
        judge = lambda value: verify_proof.checks_of(value, timeline.at(value.header.height), clock, expected)
    yield first
    if found:
        if followed is not None:
            yield followed
        yield from judge(found[0])


def arguments_of(command_line):
    parser = argparse.ArgumentParser(description="Verifies a Zhengku file.")
    parser.add_argument("file")
    parser.add_argument("--trust", required=True)
    parser.add_argument("--history")
    parser.add_argument("--at", type=int, metavar="MS", help="milliseconds since 1970 (UTC); default: the clock")
    parser.add_argument("--max-age", type=verify_proof.duration_ms, metavar="DURATION")
    parser.add_argument("--expect", type=verify_proof.key_and_value, action="append", default=[], metavar="KEY=VALUE")
    return parser.parse_args(command_line)


def main():
    arguments = arguments_of(None)
    try:
        trust = verify_proof.read_trust(arguments.trust)
        content = Path(arguments.file).read_bytes()
        history = None if arguments.history is None else Path(arguments.history).read_bytes()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, Malformed) as error:
        print(f"verify.py: {error}", file=sys.stderr)
        return 2
    now = int(time.time() * 1000) if arguments.at is None else arguments.at
    clock = SimpleNamespace(now=now, max_age_ms=arguments.max_age)
    found = list(checks(content, trust, history, clock, arguments.expect))
    verdict = max((check["verdict"] for check in found), key=VERDICTS.index)
    print(json.dumps({"verdict": verdict, "checks": found}, ensure_ascii=False, indent=2))
    return 0 if verdict == "VALID" else 1


if __name__ == "__main__":
    sys.exit(main())
