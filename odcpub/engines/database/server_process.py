"""Whether a process is the embedded PostgreSQL of one cluster. Reads the system's table of processes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def is_server_of(pid: int, cluster: Path) -> bool:
    """Whether the process is the server of this cluster, and not a later one that was given the same number."""
    command = _command(pid)
    # A server's own children bear other words, another cluster's server another folder.
    folders = [command[place + 1] for place, word in enumerate(command[:-1]) if word == "-D"]
    ours = os.path.realpath(cluster)
    return bool(command) and Path(command[0]).name == "postgres" and ours in map(os.path.realpath, folders)


def _command(pid: int) -> list[str]:
    """The process's program and arguments; empty where there is none."""
    if Path("/proc/self").exists():
        try:
            return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).split("\0")
        except OSError:
            return []
    asked = ["ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
