"""Runs a command to its end, and leaves nothing of it behind, however this process ends. Does I/O.

The command and its children are in the process group of a shell that waits for the end of its standard input, which
comes when this process ends, by ``kill -9`` too; then it kills the group. The kernel's parent-death signal would reach
the command alone, and none of its children.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

WATCH = ("/bin/sh", "-c", "read -r _; kill -KILL 0")


@dataclass(frozen=True, slots=True)
class Done:
    """``code``: None where it was ended because it took too long; ``output``: what it wrote, both streams."""

    code: int | None
    output: str


def run(command: Sequence[str], env: Mapping[str, str], folder: Path, seconds: float) -> Done:
    """Runs it in ``folder`` and takes what it writes. Raises ``OSError`` where it cannot be started."""
    with ExitStack() as ended:
        watch = ended.enter_context(subprocess.Popen(WATCH, stdin=subprocess.PIPE, process_group=0))
        process = ended.enter_context(
            subprocess.Popen(
                command,
                cwd=folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                process_group=watch.pid,
            )
        )
        # Before either is waited for.
        ended.callback(os.killpg, watch.pid, signal.SIGKILL)
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return Done(None, "")
        return Done(process.returncode, output)
