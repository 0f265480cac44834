"""Waiting: the one place where the cluster tests let time pass. Every wait has an end and says what it waited for."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LOOK_S = 0.02


class Broken(Exception):
    """Something that must hold does not."""


def until(what: str, seconds: float, probe: Callable[[], T | None]) -> T:
    """The first true value of `probe`; Broken when there is none in time."""
    end = time.monotonic() + seconds
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > end:
            raise Broken(f"not within {seconds:g} s: {what}")
        time.sleep(LOOK_S)


def holds(what: str, seconds: float, probe: Callable[[], bool]) -> None:
    """Broken as soon as `probe` is false within the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not probe():
            raise Broken(f"did not hold for {seconds:g} s: {what}")
        time.sleep(LOOK_S)


def let_pass(seconds: float) -> None:
    """Lets a fault last."""
    time.sleep(seconds)
