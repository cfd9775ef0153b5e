"""An edit → the answer of ``verify --watch``, and an element renamed: at 1,000 entities in files of ten.

The floor of an edit is half of the time between two looks at the files; that of a rename is ``verify``, which reads and
checks the model once.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import models
from bench.report import Table, median, seconds, times

EDITS = 20
IDLE = 5.0
ENTITIES = (10, 1_000)
INTERVAL = 0.1
ODCPUB = [sys.executable, "-m", "odcpub.cli"]


def run() -> Iterator[Table]:
    rows = [row for entities in ENTITIES for row in watched(entities)]
    yield Table("verify --watch", ("work", "seconds", "× floor"), rows)
    yield Table("rename", ("work", "seconds", "× verify"), [row for entities in ENTITIES for row in renamed(entities)])


def watched(entities: int) -> list[tuple[str, ...]]:
    with tempfile.TemporaryDirectory() as name:
        folder = models.write(Path(name), entities)
        command = [*ODCPUB, "verify", str(folder), "--watch"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watch:
            assert watch.stdout
            watch.stdout.readline()
            took = []
            for number in range(EDITS):
                time.sleep(0.25 + number % 7 / 70)  # at any moment between two looks
                start = time.perf_counter()
                models.add_attribute(folder, number)
                watch.stdout.readline()
                took.append(time.perf_counter() - start)
            before = cpu(watch.pid)
            time.sleep(IDLE)
            idle = (cpu(watch.pid) - before) / IDLE
            watch.kill()
    floor = INTERVAL / 2
    what = f"{entities:,} entities: an edit → the answer"
    return [
        (f"{what}, median", seconds(median(took)), times(median(took), floor)),
        (f"{what}, longest of {EDITS}", seconds(max(took)), times(max(took), floor)),
        (f"{entities:,} entities: CPU seconds a second while nothing changes", seconds(idle), ""),
    ]


def renamed(entities: int) -> list[tuple[str, ...]]:
    with tempfile.TemporaryDirectory() as name:
        folder = str(models.write(Path(name), entities))
        verify = own([*ODCPUB, "verify", folder])
        commands = {
            "an attribute": ["Entity1.Attr0", "Title"],
            "an entity": ["Entity1", "Renamed"],
        }
        found = {what: own([*ODCPUB, "rename", folder, *names]) for what, names in commands.items()}
    rows = [(f"{entities:,} entities: verify, once", seconds(verify), "")]
    return rows + [
        (f"{entities:,} entities: {what} renamed", seconds(took), times(took, verify)) for what, took in found.items()
    ]


def own(command: list[str]) -> float:
    """CPU seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cpu(pid: int) -> float:
    """CPU seconds of a process so far."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(ticks[11]) + int(ticks[12])) / 100
