"""Lines for machines: name, value, target, pass or FAIL; the same form as the campaigns'."""

import sys
import time


class Report:
    """Metrics of one run."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.seed = seed
        self.failed = 0
        self._started = time.monotonic()

    def metric(self, name: str, value: object, target: str = "-", passed: bool = True) -> None:
        self.failed += not passed
        print(f"metric {self.name}.{name} {value} {target} {'pass' if passed else 'FAIL'}", flush=True)

    def zero(self, name: str, value: int) -> None:
        self.metric(name, value, "0", value == 0)

    def at_most(self, name: str, value: float, most: float) -> None:
        self.metric(name, f"{value:.2f}", f"<={most:g}", value <= most)

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self._started:6.1f} s] {text}", file=sys.stderr, flush=True)

    def seconds(self) -> float:
        return time.monotonic() - self._started

    def end(self) -> int:
        """Prints the seed and the time; gives the exit code."""
        self.metric("seconds", round(self.seconds()))
        print(f"seed {self.seed}")
        return 1 if self.failed else 0


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))] if ordered else 0.0
