"""What every command costs before it does anything: beside the bare interpreter, all in turns in one run; and what
the server's start costs, beside loading its libraries alone."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from bench.report import Table, median, seconds, times
from bench.surroundings import quiet_installation

ROUNDS, STARTS = 15, 5
LIBRARIES = "import sqlalchemy, fastapi, uvicorn"
"""What no server could answer without."""
FLOOR = "floor: the bare interpreter"


def run() -> Iterator[Table]:
    odcpub = [sys.executable, "-m", "odcpub.cli"]
    commands = {
        FLOOR: [sys.executable, "-c", "pass"],
        "odcpub --version": [*odcpub, "--version"],
        "odcpub --help": [*odcpub, "--help"],
        "odcpub status, server there": [*odcpub, "status"],
    }
    found: dict[str, list[float]] = {name: [] for name in commands}
    own: dict[str, list[float]] = {name: [] for name in commands}
    with quiet_installation() as made:
        first = timed(lambda: made.run("status"))
        starts, libraries = list[float](), list[float]()
        for _ in range(STARTS):
            made.run("down")
            starts.append(timed(lambda: made.run("status")))
            libraries.append(timed(lambda: subprocess.run([sys.executable, "-c", LIBRARIES], check=True, env=made.env)))
        for _ in range(ROUNDS):
            for name, command in commands.items():
                start, before = time.perf_counter(), children()
                subprocess.run(command, check=True, capture_output=True, env=made.env)
                found[name].append(time.perf_counter() - start)
                own[name].append(children() - before)
    floor = median(found[FLOOR])
    rows = [
        (name, seconds(median(took)), times(median(took), floor), seconds(median(own[name])))
        for name, took in found.items()
    ]
    for name, took in (
        ("odcpub status, starting the server", median(starts)),
        ("the same, in a new data folder", first),
        (f"floor: python -c '{LIBRARIES}'", median(libraries)),
    ):
        rows.append((name, seconds(took), times(took, floor), ""))
    yield Table("Commands", ("command", "median", "× the interpreter", "its CPU"), rows)


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def children() -> float:
    """CPU seconds of the commands that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
