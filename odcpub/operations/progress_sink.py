"""Where engines report progress to: the step that runs in this thread, else the log. No I/O of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LOG = logging.getLogger("odcpub.engines")
_sink: ContextVar[Callable[[str], None] | None] = ContextVar("sink", default=None)


@contextmanager
def reporting_to(sink: Callable[[str], None]) -> Iterator[None]:
    """Within it, what engines report in this thread goes to ``sink``."""
    token = _sink.set(sink)
    try:
        yield
    finally:
        _sink.reset(token)


def report(text: str) -> None:
    """An engine's line of progress."""
    (_sink.get() or LOG.info)(text)
