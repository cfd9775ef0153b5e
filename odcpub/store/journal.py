"""Operations and their messages. Does I/O."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, RowMapping, Select, insert, select, update
from sqlalchemy.exc import IntegrityError

from odcpub.errors import Refused, Severity
from odcpub.store.clock import now
from odcpub.store.records import Message, OperationRecord, Status
from odcpub.store.tables import MESSAGES, OPERATIONS

LAST = "\U0010ffff"
"""Sorts behind whatever a key can go on with."""


class Journal:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.changes = 0
        """Rises with every change of this process, the only one that writes: who waits for news asks this, not the
        database."""

    def begin(
        self, kind: str, asset: tuple[str, str], stage: str, user: str, request: dict[str, Any], key: str = ""
    ) -> str:
        """Records a running operation on ``asset`` (key, name) under ``key``, or a new one; its key. Refused while
        another one runs there."""
        key = key or str(uuid.uuid4())
        row = {
            "key": key, "kind": kind, "asset": asset[0], "asset_name": asset[1], "stage": stage, "user": user,
            "status": Status.RUNNING, "started_at": now(), "state": "{}",
            "request": json.dumps(request, sort_keys=True),
        }  # fmt: skip
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(OPERATIONS), row)
        except IntegrityError:
            raise self._busy(asset, stage) from None
        return key

    def _busy(self, asset: tuple[str, str], stage: str) -> Refused:
        running = [one for one in self.operations(asset=asset[0], status=Status.RUNNING) if one.stage == stage]
        if not running:
            return Refused(f"{asset[1]}: another operation has just ended", "try again")
        one = running[0]
        name = one.request.get("stage", stage)
        return Refused(
            f"{asset[1]} ({name}): {one.user} has been running {one.kind} since {one.started_at}",
            f"wait for it, and follow it with: odcpub log {one.key[:8]} --follow",
        )

    def finish(self, key: str, status: Status) -> None:
        """Ends an operation that is still running; one that has ended stays as it is."""
        statement = update(OPERATIONS).where(OPERATIONS.c.key == key, OPERATIONS.c.status == Status.RUNNING)
        with self._engine.begin() as connection:
            connection.execute(statement.values(status=status, finished_at=now()))
        self.changes += 1

    def fail(self, key: str, step: str, text: str, data: dict[str, Any], exit_code: int) -> None:
        """Ends a running operation with an error, its message and exit code together; one that has ended stays."""
        running = OPERATIONS.c.key == key, OPERATIONS.c.status == Status.RUNNING
        with self._engine.begin() as connection:
            state = connection.execute(select(OPERATIONS.c.state).where(*running)).scalar()
            if state is None:
                return
            ended = {
                "status": Status.FAILED, "finished_at": now(),
                "state": json.dumps(json.loads(state) | {"exit_code": exit_code}, sort_keys=True),
            }  # fmt: skip
            connection.execute(update(OPERATIONS).where(*running).values(**ended))
            connection.execute(insert(MESSAGES), _line(key, step, text, Severity.ERROR, data))
        self.changes += 1

    def note(self, key: str, **state: Any) -> None:
        """Adds to what an operation's steps have found out."""
        with self._engine.begin() as connection:
            found = connection.execute(select(OPERATIONS.c.state).where(OPERATIONS.c.key == key)).scalar_one()
            merged = json.dumps(json.loads(found) | state, sort_keys=True)
            connection.execute(update(OPERATIONS).where(OPERATIONS.c.key == key).values(state=merged))

    def operation(self, key: str) -> OperationRecord | None:
        """The operation of that very key."""
        found = self._operations(select(OPERATIONS).where(OPERATIONS.c.key == key))
        return found[0] if found else None

    def find(self, typed: str) -> OperationRecord | None:
        """The operation whose key starts with what somebody typed, if it is the only one."""
        start = typed.lower()
        if not start:
            return None
        # A range and not LIKE, for which SQLite would read every row.
        within = OPERATIONS.c.key >= start, OPERATIONS.c.key < start + LAST
        found = self._operations(select(OPERATIONS).where(*within).limit(2))
        return found[0] if len(found) == 1 else None

    def operations(
        self, asset: str = "", status: str = "", kinds: Sequence[str] = (), limit: int = 50, offset: int = 0
    ) -> tuple[OperationRecord, ...]:
        """Operations, the latest first."""
        statement = select(OPERATIONS).order_by(OPERATIONS.c.started_at.desc()).limit(limit).offset(offset)
        if asset:
            statement = statement.where(OPERATIONS.c.asset == asset)
        if status:
            statement = statement.where(OPERATIONS.c.status == status)
        if kinds:
            statement = statement.where(OPERATIONS.c.kind.in_(kinds))
        return self._operations(statement)

    def _operations(self, statement: Select[Any]) -> tuple[OperationRecord, ...]:
        with self._engine.connect() as connection:
            return tuple(_operation(row) for row in connection.execute(statement).mappings())

    def say(
        self, key: str, step: str, text: str, severity: Severity = Severity.INFO, data: dict[str, Any] | None = None
    ) -> None:
        """Adds a message to an operation."""
        with self._engine.begin() as connection:
            connection.execute(insert(MESSAGES), _line(key, step, text, severity, data or {}))
        self.changes += 1

    def messages(self, key: str, after: int = 0, limit: int = 500) -> tuple[Message, ...]:
        """An operation's messages after the given id, in order."""
        statement = select(MESSAGES).where(MESSAGES.c.operation == key, MESSAGES.c.id > after)
        with self._engine.connect() as connection:
            rows = connection.execute(statement.order_by(MESSAGES.c.id).limit(limit)).mappings()
            return tuple(_message(row) for row in rows)


def _line(key: str, step: str, text: str, severity: Severity, data: dict[str, Any]) -> dict[str, Any]:
    text = text.encode(errors="backslashreplace").decode()  # half a character, as of a file's name, cannot be stored
    return {
        "operation": key, "timestamp": now(), "step": step, "severity": severity, "text": text,
        "data": json.dumps(data, sort_keys=True),
    }  # fmt: skip


def _operation(row: RowMapping) -> OperationRecord:
    return OperationRecord(**{**row, "request": json.loads(row["request"]), "state": json.loads(row["state"])})


def _message(row: RowMapping) -> Message:
    return Message(**{**row, "severity": Severity(row["severity"]), "data": json.loads(row["data"])})
