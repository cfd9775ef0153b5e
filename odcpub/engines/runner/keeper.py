"""The keeper of sockets: a process of its own, standard library alone. I/O: a unix socket and what it is handed.

It owns the listening sockets of published apps, so that they outlive the server: neither a new version nor a killed
server ever makes a connection fail. Started as ``python -I keeper.py FOLDER``; speaks on ``FOLDER/keeper.sock`` (mode
0600, the owner alone), a JSON line a request with at most one descriptor beside it:

    {"do": "put", "name": …} + descriptor   {"do": "get", "name": …} → descriptor   {"do": "drop", "name": …}
    {"do": "end"}

It ends when told, or when another keeper has the folder's lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import struct
import sys

LIMIT = 4096
SOCKET = "keeper.sock"


def address(folder: str) -> tuple[str, int]:
    """The socket's address through an open folder, since a path longer than 107 bytes is no address; and that fd."""
    opened = os.open(folder, os.O_DIRECTORY | os.O_CLOEXEC)
    return f"/proc/self/fd/{opened}/{SOCKET}", opened


def receive(connection: socket.socket) -> tuple[dict[str, object], list[int]]:
    """One message; ({}, []) where the other side is gone."""
    data, descriptors, _, _ = socket.recv_fds(connection, LIMIT, 1)
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    while data and not data.endswith(b"\n") and len(data) < LIMIT:
        more = connection.recv(LIMIT)
        if not more:
            break
        data += more
    try:
        message = json.loads(data)
    except ValueError:
        message = {}
    return (message if isinstance(message, dict) else {}), list(descriptors)


def send(connection: socket.socket, message: dict[str, object], descriptors: list[int]) -> None:
    data = json.dumps(message).encode() + b"\n"
    socket.send_fds(connection, [data], descriptors) if descriptors else connection.sendall(data)


def _close(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            os.close(descriptor)


def _answer(connection: socket.socket, kept: dict[str, int]) -> bool:
    """Serves one connection; False when told to end."""
    message, descriptors = receive(connection)
    do, name = message.get("do"), str(message.get("name", ""))
    if do == "put" and descriptors:
        _close([kept.pop(name)] if name in kept else [])
        kept[name] = descriptors.pop()
    elif do == "drop":
        _close([kept.pop(name)] if name in kept else [])
    _close(descriptors)
    found = do == "get" and name in kept
    send(connection, {"found": found}, [kept[name]] if found else [])
    return do != "end"


def _ours(connection: socket.socket) -> bool:
    peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return bool(struct.unpack("3i", peer)[1] == os.geteuid())


def _serve(listener: socket.socket) -> None:
    kept: dict[str, int] = {}
    going = True
    while going:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            if _ours(connection):
                going = _answer(connection, kept)


def main(folder: str) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.umask(0o177)
    lock = os.open(f"{folder}/keeper.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 0
    path, opened = address(folder)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(SOCKET, dir_fd=opened)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(path)
        listener.listen(64)
        _serve(listener)
    os.unlink(SOCKET, dir_fd=opened)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
