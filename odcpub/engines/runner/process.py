"""Processes of published apps on this machine. I/O: starts, signals and inspects processes (Linux, ``/proc``).

A process is known by pid and start time together; signals go through a pidfd, so that a reused pid is never hit.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from odcpub.engines.ports import Leave, never
from odcpub.engines.runner.not_ready import Answer
from odcpub.errors import EngineError

KILL_SECONDS = 5.0
LOOK_SECONDS = 0.1
"""How often a wait asks whether it is to end early."""
MARK = "ODCPUB_LOCAL"
"""Environment name that tells a local app's process: ``<home>|<stage>/<asset>``."""

_children: dict[int, subprocess.Popen[bytes]] = {}
"""Our own children, to be reaped; those of a killed server are reaped by the system."""
_children_lock = threading.Lock()


def supported() -> None:
    """Raises an EngineError where this system lacks what the module needs."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        hint = "publish to Kubernetes instead, as docs/kind.md says"
        raise EngineError(
            "local runner: this system cannot run apps locally: it needs Linux 5.3 or newer", hint
        ) from None


def began(pid: int) -> int | None:
    """The process's start time in clock ticks since boot; None where it is gone or only waits to be reaped."""
    _reap(pid)
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def alive(pid: int, start: int) -> bool:
    return pid > 0 and began(pid) == start


def uprooted(pid: int) -> bool:
    """Whether the folder that the process was started in has been removed, and its files with it."""
    try:
        return str(Path(f"/proc/{pid}/cwd").readlink()).endswith(" (deleted)")
    except OSError:
        return False


def environment(pid: int) -> dict[str, str]:
    """The environment a process was started with; empty where it can't be read."""
    try:
        content = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="surrogateescape")
    except OSError:
        return {}
    return dict(entry.split("=", 1) for entry in content.split("\0") if "=" in entry)


def marked(mark: str) -> Iterator[int]:
    """The pids of processes that were started with this mark."""
    return (pid for pid in _others() if environment(pid).get(MARK) == mark and began(pid) is not None)


def left_of(home: Path, helper: Path) -> Iterator[int]:
    """The pids of all processes of a runner's home: its apps, and those of the program ``helper`` that was given it."""
    for pid in _others():
        words = _words(pid)
        if environment(pid).get(MARK, "").startswith(f"{home}|") or words[-2:] == [str(helper), str(home)]:
            yield pid


def _others() -> Iterator[int]:
    found = (int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdecimal())
    return (pid for pid in found if pid != os.getpid())


def _words(pid: int) -> list[str]:
    try:
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).split("\0")[:-1]
    except OSError:
        return []


def spawn(
    command: Sequence[str], folder: Path, env: Mapping[str, str], log: Path, descriptors: Sequence[int]
) -> tuple[int, int]:
    """Starts a process in a session of its own, output appended to ``log``; its pid and start time."""
    output = _output(log)
    try:
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=tuple(descriptors),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise EngineError(f"local runner: {command[0]}: cannot be started: {error}", _SEE) from error
    finally:
        os.close(output)
    with _children_lock:
        _children[process.pid] = process
    return process.pid, began(process.pid) or 0


def _output(log: Path) -> int:
    try:
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise EngineError(f"local runner: {log}: cannot be written: {error.strerror}", _SEE) from error


_SEE = "check the permissions and the owner, then run the same command again"


def exit_reason(pid: int) -> str:
    """How our own child ended; without a number for one that a killed server had started."""
    with _children_lock:
        process = _children.get(pid)
    code = process.poll() if process else None
    if code is None:
        return "its process ended"
    if code >= 0:
        return f"its process ended with code {code}"
    known = {int(one): one.name for one in signal.Signals}
    return f"its process was ended by {known.get(-code, f'signal {-code}')}"


def ask_to_end(processes: Sequence[tuple[int, int]]) -> None:
    """Asks the processes to end, and waits for none of them."""
    for pid, start in processes:
        if (handle := _handle(pid, start)) is not None:
            _signal(handle, signal.SIGTERM)
            os.close(handle)


def end(processes: Sequence[tuple[int, int]], seconds: float, leave: Leave = never) -> bool:
    """Asks the processes to end, waits up to ``seconds`` in all, then kills what is left and waits for that. False as
    soon as ``leave`` says that nobody is to wait."""
    ask_to_end(processes)
    handles = {pid: handle for pid, start in processes if (handle := _handle(pid, start)) is not None}
    try:
        left, deadline = dict(handles), time.monotonic() + seconds
        while left and (rest := deadline - time.monotonic()) > 0:
            if leave():
                return False
            left = _gone(left, min(rest, LOOK_SECONDS))
        for handle in left.values():
            _signal(handle, signal.SIGKILL)
        _gone(left, KILL_SECONDS)
        return True
    finally:
        for handle in handles.values():
            os.close(handle)
        for pid, _ in processes:
            _reap(pid, forget=True)


def _handle(pid: int, start: int) -> int | None:
    """A pidfd of exactly this process."""
    if not alive(pid, start):
        return None
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return None
    if alive(pid, start):
        return handle
    os.close(handle)
    return None


def _signal(handle: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(handle, number)


def _gone(handles: Mapping[int, int], seconds: float) -> dict[int, int]:
    """Waits until all have ended; those that have not."""
    left, deadline = dict(handles), time.monotonic() + seconds
    while left and (wait := deadline - time.monotonic()) > 0:
        poll = select.poll()
        for handle in left.values():
            poll.register(handle, select.POLLIN)
        ended = {handle for handle, _ in poll.poll(wait * 1000)}
        left = {pid: handle for pid, handle in left.items() if handle not in ended}
    return left


def _reap(pid: int, forget: bool = False) -> None:
    with _children_lock:
        process = _children.get(pid)
        if process is not None and process.poll() is not None and forget:
            del _children[pid]


def ask(host: str, port: int, path: str, seconds: float = 2.0) -> Answer | None:
    """None where nothing answers."""
    connection = http.client.HTTPConnection(host, port, timeout=seconds)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        answer = connection.getresponse()
        return _answer(answer.status, answer.read(2000))
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def listens(host: str, port: int) -> bool:
    """Whether anybody accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0


def _answer(status: int, content: bytes) -> Answer:
    try:
        told = json.loads(content)
        return Answer(status, str(told["detail"]), told.get("lasting") is True)
    except (ValueError, KeyError, TypeError):
        return Answer(status, content[:500].decode(errors="replace").strip())


def size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def tail(log: Path, lines: int, since: int) -> list[str]:
    """The last lines of a log file, of what was written after byte ``since``; read from its end only."""
    try:
        with log.open("rb") as stream:
            length = stream.seek(0, os.SEEK_END)
            stream.seek(max(length - 65536, since if since <= length else 0))
            return stream.read().decode(errors="replace").splitlines()[-lines:]
    except FileNotFoundError:
        return []


def shorten(log: Path, limit: int) -> None:
    """Moves a log that outgrew ``limit`` bytes to ``<log>.1``; writers append, so they go on in the emptied file."""
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > limit:
            keep = log.read_bytes()[-limit:]
            log.with_name(f"{log.name}.1").write_bytes(keep)
            os.truncate(log, 0)


def prune(logs: set[Path], kept: set[Path]) -> None:
    """Removes logs, and what ``shorten`` moved of them."""
    for log in logs - kept:
        log.unlink(missing_ok=True)
        log.with_name(f"{log.name}.1").unlink(missing_ok=True)
