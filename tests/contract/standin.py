"""A stand-in for a published app: docs/published-app.md's sockets, health, readiness and SIGTERM, nothing else.

Standard library alone; started by the local runner's tests as ``<root>/app/app``. Behaviour by environment:
``ODC_SETTING_Mode`` is ``ready``, ``crash`` (ends at once, telling its secret), ``never`` (stays unready), ``refused``
(by a database, until the file of ``ODC_SETTING_Mended`` is there) or ``deaf`` (ignores SIGTERM). ``/cut`` takes its
database away: ready once, it is so no longer when asked how it is now. Answers carry revision, pid and setting.
"""

import json
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

ENVIRONMENT = dict(os.environ)
MODE = ENVIRONMENT.get("ODC_SETTING_Mode", "ready")
ended, cut = threading.Event(), threading.Event()
busy: set[threading.Thread] = set()


def about() -> bytes:
    told = {"revision": ENVIRONMENT["ODCPUB_REVISION"], "pid": os.getpid(), "environment": ENVIRONMENT}
    return json.dumps(told).encode()


def answer(path: str) -> tuple[int, bytes]:
    if path.startswith("/_odc/ready") and MODE == "never":
        return 503, b"the schema is not there yet"
    if path == "/cut":
        cut.set()
    if path == "/_odc/ready?now" and cut.is_set():
        return 503, b'{"detail": "Not ready: the database at db:5432 refuses: it is full."}'
    if path.startswith("/_odc/ready") and MODE == "refused" and not Path(ENVIRONMENT["ODC_SETTING_Mended"]).exists():
        return 503, b'{"detail": "Not ready: the database at db:5432 refuses: no pg_hba.conf entry.", "lasting": true}'
    if path == "/crash":
        os._exit(7)
    if path == "/slow":
        print("asked to be slow", flush=True)
        time.sleep(0.5)
    return 200, about()


def serve(connection: socket.socket) -> None:
    with connection:
        request = connection.recv(65536).split(b" ")
        if len(request) > 1:
            status, body = answer(request[1].decode())
            head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            connection.sendall(head.encode() + body)
    busy.discard(threading.current_thread())


def accept(listener: socket.socket) -> None:
    listener.settimeout(0.05)
    while not ended.is_set():
        try:
            connection, _ = listener.accept()
        except (TimeoutError, BlockingIOError):
            continue
        connection.settimeout(None)
        thread = threading.Thread(target=serve, args=(connection,), daemon=True)
        busy.add(thread)
        thread.start()


def main() -> None:
    print("secret is", ENVIRONMENT.get("ODC_SECRET_Token"), "in", ENVIRONMENT.get("ODCPUB_DATABASE"), flush=True)
    if MODE == "crash":
        print("cannot go on", flush=True)
        sys.exit(3)
    # Blocked everywhere and waited for: Python's own handlers can be late while the main thread waits for others.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    listeners = [socket.socket(fileno=int(ENVIRONMENT[name])) for name in ("ODCPUB_LISTEN_FD", "ODCPUB_PRIVATE_FD")]
    accepting = [threading.Thread(target=accept, args=(listener,)) for listener in listeners]
    for thread in accepting:
        thread.start()
    while signal.sigwait({signal.SIGTERM}) and MODE == "deaf":
        pass
    ended.set()
    for thread in accepting:
        thread.join()
    for thread in list(busy):
        thread.join(5)


main()
