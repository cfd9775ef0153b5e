"""What every command costs before it does anything: beside the bare interpreter, all in turns in one run."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Iterator

from bench.report import Table, median, seconds, times
from bench.surroundings import quiet_installation

ROUNDS = 15
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
        start = time.perf_counter()
        made.run("status")
        first = time.perf_counter() - start
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
    rows.append(("odcpub status, starting the server", seconds(first), times(first, floor), ""))
    yield Table("Commands", ("command", "median", "× the interpreter", "its CPU"), rows)


def children() -> float:
    """CPU seconds of the commands that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
