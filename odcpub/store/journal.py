"""Operations and their messages. Does I/O."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Select, insert, select, update
from sqlalchemy.exc import IntegrityError

from odcpub.errors import Severity
from odcpub.store.again import again, persistent
from odcpub.store.clock import now
from odcpub.store.records import DeploymentEnd, Failure, Message, OperationRecord, Status
from odcpub.store.tables import DEPLOYMENTS, MESSAGES, OPERATIONS

Change = Callable[[OperationRecord], OperationRecord]
"""Makes of an operation as it is recorded the one that is to be, with another request or state."""
LAST = "\U0010ffff"
"""Sorts behind whatever a key can go on with."""
_LATEST_FIRST = OPERATIONS.c.started_at.desc(), OPERATIONS.c.key
"""The key tells those apart that were begun in the same moment: a list that is read page by page has each once."""


@persistent("say")
class Journal:
    """What each operation is recorded as, and what it has said."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.changes = 0
        """Rises with every change of this process, the only one that writes: who waits for news asks this, not the
        database."""

    def begin(self, operation: OperationRecord) -> bool:
        """Records a running operation; whether it could: another one may run on its asset in its stage, whose
        new version does not serve yet. Recorded twice, it is the same."""
        row = {name: getattr(operation, name) for name in OperationRecord.__slots__}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(OPERATIONS), row)
        except IntegrityError:
            return self._operations(select(OPERATIONS).where(OPERATIONS.c.key == operation.key)) == (operation,)
        return True

    def finish(self, key: str, status: Status) -> None:
        """Ends an operation that is still running; one that has ended stays as it is."""
        statement = update(OPERATIONS).where(OPERATIONS.c.key == key, OPERATIONS.c.status == Status.RUNNING)
        with self._engine.begin() as connection:
            connection.execute(statement.values(status=status, finished_at=now()))
        self.changes += 1

    def fail(self, key: str, failure: Failure, ended: Change, deployment: DeploymentEnd | None = None) -> None:
        """Ends a running operation with an error: its message, its last state and its ``deployment`` together. One
        that has ended stays."""
        more: dict[str, object] = {"status": Status.FAILED, "finished_at": now()}
        more |= {"serving": 1} if deployment and deployment.serves else {}
        while True:
            with self._engine.begin() as connection:
                row = _locked(connection, key)
                if row["status"] != Status.RUNNING:
                    return
                if _changed(connection, row, ended, more):
                    if deployment:
                        _end_deployment(connection, key, deployment)
                    line = _line(key, failure.step, failure.text, Severity.ERROR, failure.data)
                    connection.execute(insert(MESSAGES), line)
                    break
        self.changes += 1

    def change(self, key: str, changed: Change) -> None:
        """Gives an operation the texts that ``changed`` makes of it: of what is recorded at that very moment, whoever
        else changes it."""
        while True:
            with self._engine.begin() as connection:
                if _changed(connection, _locked(connection, key), changed):
                    break
        self.changes += 1

    def serve(self, key: str, changed: Change, address: str) -> None:
        """Its new version serves at the address: what ``changed`` makes of it, the end of its deployment, and that the
        next operation may begin, all of it or nothing."""
        while True:
            with self._engine.begin() as connection:
                if _changed(connection, _locked(connection, key), changed, {"serving": 1}):
                    _end_deployment(connection, key, DeploymentEnd(Status.FINISHED, address))
                    break
        self.changes += 1

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

    def serving(self, asset: str, stage: str) -> tuple[OperationRecord, ...]:
        """The operations there that go on though their new version serves."""
        here = OPERATIONS.c.asset == asset, OPERATIONS.c.stage == stage
        running = OPERATIONS.c.status == Status.RUNNING, OPERATIONS.c.serving == 1
        return self._operations(select(OPERATIONS).where(*here, *running))

    def running(self, asset: str = "") -> tuple[OperationRecord, ...]:
        """Every operation that has not ended, the latest first; of one asset where its key is given."""
        here = (OPERATIONS.c.asset == asset,) if asset else ()
        found = select(OPERATIONS).where(OPERATIONS.c.status == Status.RUNNING, *here)
        return self._operations(found.order_by(*_LATEST_FIRST))

    def operations(
        self, asset: str = "", status: str = "", kinds: Sequence[str] = (), limit: int = 50, offset: int = 0
    ) -> tuple[OperationRecord, ...]:
        """Operations, the latest first."""
        statement = select(OPERATIONS).order_by(*_LATEST_FIRST).limit(limit).offset(offset)
        if asset:
            statement = statement.where(OPERATIONS.c.asset == asset)
        if status:
            statement = statement.where(OPERATIONS.c.status == status)
        if kinds:
            statement = statement.where(OPERATIONS.c.kind.in_(kinds))
        return self._operations(statement)

    def _operations(self, statement: Select[Any]) -> tuple[OperationRecord, ...]:
        with self._engine.connect() as connection:
            return tuple(OperationRecord(**row) for row in connection.execute(statement).mappings())

    def say(
        self, key: str, step: str, text: str, severity: Severity = Severity.INFO, data: dict[str, object] | None = None
    ) -> None:
        """Adds a message to an operation."""
        self._add(_line(key, step, text, severity, data or {}), [])
        self.changes += 1

    @again
    def _add(self, line: dict[str, object], tries: list[int]) -> None:
        """Once, also where the connection broke before anybody was told that it was done. One message of an operation
        at a time: a reader that has seen a number has seen all lower ones."""
        tries.append(len(tries))
        same = select(MESSAGES.c.id).where(*(MESSAGES.c[name] == value for name, value in line.items()))
        operation = select(OPERATIONS.c.key).where(OPERATIONS.c.key == line["operation"])
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":  # SQLite lets one write at a time
                connection.execute(operation.with_for_update(key_share=True))
            if len(tries) == 1 or connection.execute(same).first() is None:
                connection.execute(insert(MESSAGES), line)

    def messages(self, key: str, after: int = 0, limit: int = 500, offset: int = 0) -> tuple[Message, ...]:
        """An operation's messages after the given id, in order; ``offset`` of them are passed over."""
        statement = select(MESSAGES).where(MESSAGES.c.operation == key, MESSAGES.c.id > after)
        with self._engine.connect() as connection:
            rows = connection.execute(statement.order_by(MESSAGES.c.id).limit(limit).offset(offset)).mappings()
            return tuple(_message(row) for row in rows)

    def has_said(self, key: str, until: int, name: str) -> bool:
        """Whether a message of the operation up to that id has something under ``name`` in its data."""
        here = MESSAGES.c.operation == key, MESSAGES.c.id <= until, MESSAGES.c.data.contains(f'"{name}": ')
        with self._engine.connect() as connection:
            found = connection.execute(select(MESSAGES.c.data).where(*here)).scalars()
            return any(json.loads(data).get(name) for data in found)


def _locked(connection: Connection, key: str) -> RowMapping:
    """The operation's row, which nobody else changes before the transaction ends; on SQLite somebody may."""
    return connection.execute(select(OPERATIONS).where(OPERATIONS.c.key == key).with_for_update()).mappings().one()


def _changed(
    connection: Connection, row: RowMapping, changed: Change, more: Mapping[str, object] | None = None
) -> bool:
    """Gives the row's operation the texts that ``changed`` makes of it, and ``more``; whether it could: nobody else has
    changed it since it was read."""
    values = _written(changed(OperationRecord(**row))) | dict(more or {})
    as_read = OPERATIONS.c.key == row["key"], OPERATIONS.c.status == row["status"], OPERATIONS.c.state == row["state"]
    return bool(connection.execute(update(OPERATIONS).where(*as_read).values(values)).rowcount)


def _end_deployment(connection: Connection, operation: str, end: DeploymentEnd) -> None:
    """Of an operation that has one. What has ended stays as it is: an undeployed app must not seem to run again."""
    open_ones = DEPLOYMENTS.c.status.in_((Status.RUNNING, Status.FAILED))
    statement = update(DEPLOYMENTS).where(DEPLOYMENTS.c.operation == operation, open_ones)
    connection.execute(statement.values(status=end.status, address=end.address))


def _written(operation: OperationRecord) -> dict[str, object]:
    return {"request": operation.request, "state": operation.state}


def _line(key: str, step: str, text: str, severity: Severity, data: dict[str, object]) -> dict[str, object]:
    # Half a character, as of a file's name, cannot be stored, nor, by PostgreSQL, a NUL.
    text = text.encode(errors="backslashreplace").decode().replace("\0", "\\0")
    return {
        "operation": key, "timestamp": now(), "step": step, "severity": severity, "text": text,
        "data": json.dumps(data, sort_keys=True),
    }  # fmt: skip


def _message(row: RowMapping) -> Message:
    return Message(**{**row, "severity": Severity(row["severity"]), "data": json.loads(row["data"])})
