"""Where benchmarks run: an installation of their own, as a user has it. Does I/O."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.installation import Installation, installation


@contextmanager
def quiet_installation() -> Iterator[Installation]:
    """An installation whose commands keep Python's byte code, as they do for a user: environments made for tests
    often forbid it, and then every start compiles every module again."""
    with installation() as made:
        made.env.pop("PYTHONDONTWRITEBYTECODE", None)
        yield made


def cpu(pid: int) -> float:
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def machine() -> str:
    """One line: processors, memory, load."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{os.cpu_count()} processors, {memory:.0f} GiB, load average {load}"
