"""Doing again what a lost connection or a conflict has undone. Waits; no I/O of its own."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from odcpub.errors import TemporaryEngineError

P = ParamSpec("P")
T = TypeVar("T")
C = TypeVar("C")
SECONDS = 20.0
"""How long a store that does not answer is tried; then whoever asked is told."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0


class Undone(TemporaryEngineError):
    """The transaction may not have happened, for a reason that may pass."""


def again(method: Callable[P, T]) -> Callable[P, T]:
    """The method, tried until it is not ``Undone``. It may run twice, so it must find what its first run has done."""

    @functools.wraps(method)
    def tried(*args: P.args, **named: P.kwargs) -> T:
        end, pause = time.monotonic() + SECONDS, FIRST_PAUSE
        while True:
            try:
                return method(*args, **named)
            except Undone:
                if time.monotonic() + pause > end:
                    raise
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    return tried


def persistent(*besides: str) -> Callable[[type[C]], type[C]]:
    """Makes a class whose public methods are each tried ``again``, but those that see to it themselves."""

    def made(kind: type[C]) -> type[C]:
        for name, member in list(vars(kind).items()):
            if inspect.isfunction(member) and not name.startswith("_") and name not in besides:
                setattr(kind, name, again(member))
        return kind

    return made
