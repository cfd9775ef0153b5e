"""Other Python versions of this machine, that the product can run on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)


def pythons() -> list[str]:
    """Programs of other versions than this process's, newest first."""
    names = [f"python3.{minor}" for minor in range(20, OLDEST[1] - 1, -1) if minor != sys.version_info.minor]
    homes = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3"), reverse=True)
    found = [path for name in names if (path := shutil.which(name))]
    return [python for python in (*found, *map(str, homes)) if _version(python) not in (None, sys.version_info[:2])]


def _version(python: str) -> tuple[int, int] | None:
    """A Python's version, None below the oldest or where it doesn't start."""
    command = [python, "-c", "import sys; print(*sys.version_info[:2])"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    version = (int(told[0]), int(told[1])) if len(told) == 2 else (0, 0)
    return version if version >= OLDEST else None
