"""A client of one published app: 200 requests a second on a fixed schedule, until its standard input is closed.

A process of its own (``python -m tests.acceptance.load ADDRESS``), so that what the test does meanwhile delays no
request. Open loop: a request is due at its moment whether or not the ones before it were answered, and its latency
counts from that moment. Most requests open a connection, as those of new visitors do; some go over kept ones, and are
repeated once where the server had closed such a connection, as browsers and proxies do. I/O: HTTP, stdin and stdout.
"""

from __future__ import annotations

import http.client
import json
import queue
import random
import subprocess
import sys
import threading
import time
import uuid
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

RATE = 200
"""Requests a second."""
SCHEDULE = ("create", "list", "one", "search", "change", "page", "list", "one")
"""What the requests are, one after the other: a quarter writes."""
KEPT_EVERY = 5
"""One request in so many goes over a kept connection; no divisor of the schedule, so that it is each kind's turn."""
TIMEOUT_SECONDS = 30.0
AT_ONCE = 256
LATE_SECONDS = 0.25
"""A request sent so much after its moment was late because of the client."""
_CLOSED = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


@dataclass
class Report:
    """What the client saw. ``created``: token → row's identifier, ``changed``: token → number, both acknowledged.

    ``failures`` begin with the second in which they were seen; ``slowest`` are seconds waited, second due, kind;
    ``waits`` are seconds, one a request.
    """

    created: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    slowest: list[tuple[float, float, str]] = field(default_factory=list)
    late: int = 0
    repeated: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Requests a second that were sent in time: one that was late has not met the app at its moment."""
        return (len(self.waits) - self.late) / self.seconds

    def wait(self, percent: float) -> float:
        return sorted(self.waits)[min(int(len(self.waits) * percent / 100), len(self.waits) - 1)]

    def __str__(self) -> str:
        parts = [
            f"{len(self.waits)} requests in {self.seconds:.1f} s ({self.rate:.1f}/s in time)",
            f"{len(self.created)} created, {len(self.changed)} changed",
            f"{len(self.failures)} failed, {self.late} sent late, {self.repeated} repeated on a new connection",
            f"p50 {self.wait(50) * 1000:.1f} ms, p99 {self.wait(99) * 1000:.1f} ms, max {max(self.waits):.3f} s",
            "slowest " + ", ".join(f"{took:.3f} s at {at:.1f} ({kind})" for took, at, kind in self.slowest[:5]),
        ]
        if self.failures:
            # Each begins with its second, so that the test's own moments tell what happened then.
            parts.append(
                "failed in second " + ", ".join(sorted({one.partition(".")[0] for one in self.failures}, key=int))
            )
        return "; ".join(parts)


class Client:
    """The requests, and what came of them."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._kept: queue.LifoQueue[http.client.HTTPConnection] = queue.LifoQueue()
        self._rows: deque[tuple[str, int]] = deque()
        """Created and not changed yet."""
        self._numbers = count(1)
        self._lock = threading.Lock()
        self.report = Report()

    def send(self, kind: str, kept: bool, due: float, began: float) -> None:
        """One request with all that follows; ``due`` and ``began`` on the monotonic clock."""
        late = time.monotonic() - due > LATE_SECONDS
        failure = ""
        try:
            getattr(self, f"_{kind}")(kept)
        except (OSError, http.client.HTTPException, AssertionError) as error:
            failure = f"{kind}{' (kept)' if kept else ''}: {type(error).__name__}: {error}"
        took = time.monotonic() - due
        with self._lock:
            self.report.waits.append(took)
            self.report.late += late
            self.report.slowest = sorted([*self.report.slowest, (took, due - began, kind)], reverse=True)[:20]
            if failure:
                self.report.failures.append(f"{due - began + took:.2f} s, due {took:.2f} s before: {failure}")

    def _create(self, kept: bool) -> None:
        token = uuid.uuid4().hex
        row = {"Token": token, "Title": f"Note {token[:8]}", "Author": "load", "Size": 0}
        made = self._ask("POST", "/api/Note", kept, row)
        assert made["Token"] == token, made
        with self._lock:
            self.report.created[token] = made["Id"]
            self._rows.append((token, made["Id"]))

    def _change(self, kept: bool) -> None:
        with self._lock:
            row = self._rows.popleft() if self._rows else None
        if row is None:
            return self._create(kept)
        number = next(self._numbers)
        changed = self._ask("PATCH", f"/api/Note/{row[1]}", kept, {"Size": number})
        assert (changed["Token"], int(changed["Size"])) == (row[0], number), changed
        with self._lock:
            self.report.changed[row[0]] = number
        return None

    def _one(self, kept: bool) -> None:
        with self._lock:
            row = random.choice(self._rows) if self._rows else None  # noqa: S311
        if row is None:
            return self._list(kept)
        found = self._ask("GET", f"/api/Note/{row[1]}", kept)
        assert found["Token"] == row[0], found
        return None

    def _search(self, kept: bool) -> None:
        with self._lock:
            row = random.choice(self._rows) if self._rows else None  # noqa: S311
        if row is None:
            return self._list(kept)
        found = self._ask("GET", f"/api/Note?search={row[0][:12]}", kept)
        assert [each["Id"] for each in found["items"]] == [row[1]], found
        return None

    def _list(self, kept: bool) -> None:
        found = self._ask("GET", "/api/Note?sort=-Id&filter.Author=load", kept)
        # Counted first, and rows only ever come.
        assert len(found["items"]) >= min(found["total"], 25), found

    def _page(self, kept: bool) -> None:
        self._ask("GET", "/Notes", kept)

    def _ask(self, method: str, path: str, kept: bool, body: Any = None) -> Any:
        """The answer's content; it must be a good one."""
        status, kind, content = self._exchange(method, path, kept, None if body is None else json.dumps(body))
        assert 200 <= status < 300, f"{method} {path}: {status} {content[:500].decode(errors='replace')}"
        return json.loads(content) if kind.startswith("application/json") else content

    def _exchange(self, method: str, path: str, kept: bool, body: str | None) -> tuple[int, str, bytes]:
        if not kept:
            return self._over(self._connection(), method, path, body, False)
        try:
            connection = self._kept.get_nowait()
        except queue.Empty:
            return self._over(self._connection(), method, path, body, True)
        try:
            return self._over(connection, method, path, body, True)
        except _CLOSED:
            with self._lock:
                self.report.repeated += 1
            return self._over(self._connection(), method, path, body, True)

    def _connection(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT_SECONDS)
        # It connects again by itself unless told not to, and a kept connection is repeated here and nowhere else.
        connection.auto_open = 0
        connection.connect()
        return connection

    def _over(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: str | None, keep: bool
    ) -> tuple[int, str, bytes]:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        try:
            connection.request(method, path, body, headers | ({} if keep else {"Connection": "close"}))
            answer = connection.getresponse()
            content = answer.read()
            keep = keep and not answer.will_close
        except BaseException:
            connection.close()
            raise
        if keep:
            self._kept.put(connection)
        else:
            connection.close()
        return answer.status, answer.headers.get("Content-Type", ""), content

    def close(self) -> None:
        while not self._kept.empty():
            self._kept.get_nowait().close()


def run(address: str, ended: threading.Event) -> Report:
    """Sends requests on schedule until ``ended``, and waits for their answers."""
    client, began = Client(address), time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for number in count():
            due = began + number / RATE
            if ended.wait(max(due - time.monotonic(), 0)):
                break
            threads.submit(client.send, SCHEDULE[number % len(SCHEDULE)], number % KEPT_EVERY == 0, due, began)
    client.report.seconds = time.monotonic() - began
    client.close()
    return client.report


class Load:
    """The client as a process, as the test has it."""

    def __init__(self, address: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.acceptance.load", address],
            cwd=Path(__file__).parent.parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def end(self) -> Report:
        """Ends it when what is under way has been answered."""
        out, _ = self._process.communicate("")
        assert self._process.returncode == 0
        return Report(**json.loads(out))


def main(address: str) -> None:
    ended = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    json.dump(asdict(run(address, ended)), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
