"""The compiler without C#: model of 20 entities → files, in a process of its own. CPU seconds and memory.

Floor: the same process that only imports the compiler.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import models
from bench.report import Table, median, seconds

ROUNDS = 7
ENTITIES = 20
_WORK = """
import json, resource, sys, time
from pathlib import Path
from odcpub.compiler.compile import compile_app
from odcpub.model.load import load_found
from odcpub.tree.folder import read_folder
from odcpub.model.verify import verify

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

imported, before = time.process_time(), peak()
asset, _ = verify(load_found(read_folder(Path(sys.argv[1]))), {})
verified = time.process_time()
compile_app(asset, {})
cold = time.process_time()
compile_app(asset, {})
print(json.dumps([imported, verified - imported, cold - verified, time.process_time() - cold, before, peak()]))
"""


def run() -> Iterator[Table]:
    with tempfile.TemporaryDirectory() as name:
        folder = models.write(Path(name), ENTITIES)
        command = [sys.executable, "-c", _WORK, str(folder)]
        found = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(ROUNDS)]
    imported, loaded, cold, again, before, peak = (median(each) for each in zip(*found, strict=True))
    rows = [
        ("floor: interpreter and imports", seconds(imported), f"{before:.0f} MB"),
        ("load and verify", seconds(loaded), ""),
        ("compile, cold", seconds(cold), f"{peak:.0f} MB"),
        ("compile, once more", seconds(again), ""),
    ]
    yield Table(f"Compile of {ENTITIES} entities before C#", ("work", "CPU seconds", "peak memory"), rows)
