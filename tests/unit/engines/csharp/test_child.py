"""A command that the server runs ends with it. Processes on this machine."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

from odcpub.engines.csharp import dotnet
from odcpub.engines.csharp.child import run

PROGRAM = """
import os, sys
from pathlib import Path
from odcpub.engines.csharp import dotnet
dotnet.run(["/bin/sh", "-c", sys.argv[1]], os.environ, Path(sys.argv[2]), 60)
"""
LONG = "exec 3>alive; echo started >&3; sleep 30 & sleep 30"
"""A command and a child of it, which both hold a named pipe open."""
DEADLINE = 10.0


def read(pipe: int) -> bytes:
    """What comes next; empty when nobody holds the pipe any more."""
    ready, _, _ = select.select([pipe], [], [], DEADLINE)
    assert ready, f"after {DEADLINE:g} s somebody holds the pipe still, and writes nothing"
    return os.read(pipe, 100)


def test_a_command_and_its_children_end_with_a_server_that_is_killed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "alive")
    server = subprocess.Popen([sys.executable, "-c", PROGRAM, LONG, str(tmp_path)])
    pipe = os.open(tmp_path / "alive", os.O_RDONLY)
    try:
        assert read(pipe) == b"started\n"
        server.kill()
        assert read(pipe) == b""
    finally:
        os.close(pipe)
        server.kill()
        server.wait()


def test_a_command_that_takes_too_long_ends_with_its_children(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "alive")
    pipe = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert dotnet.run(["/bin/sh", "-c", LONG], os.environ, tmp_path, 1.0).code is None
        assert read(pipe) == b"started\n"
        assert read(pipe) == b""
    finally:
        os.close(pipe)


def test_what_a_command_leaves_ends_with_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "alive")
    pipe = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    begun = time.monotonic()
    try:
        left = "exec 3>alive; echo started >&3; sleep 30 >/dev/null 2>&1 & echo done; exit 3"
        done = run(["/bin/sh", "-c", left], os.environ, tmp_path, 20.0)
        assert (done.code, done.output) == (3, "done\n")
        assert read(pipe) == b"started\n"
        assert read(pipe) == b"" and time.monotonic() - begun < DEADLINE
    finally:
        os.close(pipe)


def test_a_command_that_a_signal_ends_says_which(tmp_path: Path) -> None:
    assert run(["/bin/sh", "-c", "kill -9 $$"], os.environ, tmp_path, 20.0).code == -signal.SIGKILL
