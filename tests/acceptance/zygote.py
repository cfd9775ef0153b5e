"""Starts servers that kill themselves, and waits for what becomes of processes. Does I/O."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.waiting import wait_for

ROOT = Path(__file__).parent.parent.parent


class Zygote:
    """Starts servers that kill themselves: ``killing_server`` as a process."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.acceptance.killing_server"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    def fork(self, env: dict[str, str], step: str = "", moment: str = "", client: str | None = "") -> int:
        """A new server; without a step it never kills itself. Its process id. ``client``: see ``killing_server``."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"env": env, "step": step, "moment": moment, "client": client}) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate("")


def gone(pid: int) -> None:
    """Waits until the process has ended with all its threads; one that nobody reaps counts as ended."""

    def ended() -> bool:
        try:
            threads = [
                path.read_text().rpartition(")")[2].split()[0] for path in Path(f"/proc/{pid}/task").glob("*/stat")
            ]
        except OSError:
            return not Path(f"/proc/{pid}").exists()
        return all(state in "ZX" for state in threads)

    wait_for(ended, f"the end of {pid}")
