"""The real app, compiled, published and called over HTTP. Its rows are read from the database itself. Does I/O."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import CSharpCompiler, Place
from odcpub.model import elements as el
from odcpub.model.elements import Asset, Basic, Library
from odcpub.model.literals import as_text, canonical
from odcpub.model.logic.tree import Action
from odcpub.model.physical import physical
from tests.actions.cases import Rows, actions_of
from tests.actions.json_values import DIGITS, Reading
from tests.actions.playing import Outcome, Tables
from tests.contract.desk import setting_of
from tests.contract.published_app import DEADLINE, App, environment, lay_out, migrate

SESSIONS = "select from pg_stat_activity where usename = %s"


class Published:
    """A running app with its database."""

    def __init__(
        self,
        asset: Asset,
        libraries: Mapping[str, Library],
        actions: Mapping[str, Action],
        app: App,
        connection: psycopg.Connection,
    ) -> None:
        self._asset, self._actions, self.app, self._connection = asset, actions, app, connection
        self._reading = Reading(asset, libraries, lambda attribute: None)

    def fill(self, rows: Rows) -> None:
        tables = sql.SQL(", ").join(sql.Identifier(physical(entity.key)) for entity in self._asset.entities)
        self._connection.execute(sql.SQL("truncate {} restart identity cascade").format(tables))
        for name, given in rows.items():
            for row in given:
                answer = self.app.request("POST", f"/api/{name}", row)
                assert answer.status == 201, answer.body

    def call(self, action: str, given: Mapping[str, Any]) -> Outcome:
        answer = self.app.request("POST", f"/api/{action}", given)
        if answer.status == 200:
            outputs = self._actions[action].outputs
            assert list(answer.json) == [one.name for one in outputs]
            values = self._reading.values(answer.json, outputs)
            return Outcome({one.name: self._reading.json(values[one.name], one.type) for one in outputs})
        assert answer.status == 422, (answer.status, answer.body)
        found = answer.json
        errors = {name: " ".join(sentences) for name, sentences in found.get("errors", {}).items()}
        return Outcome(None, found.get("code", ""), found["detail"], errors)

    @property
    def user(self) -> str:
        """As whom the app is in the database."""
        return setting_of(self.app, "Username")

    def kill(self) -> None:
        """The app, without a word; its sessions end with it."""
        assert self.app.process is not None
        self.app.process.kill()
        self.app.process.wait(DEADLINE)
        while self._connection.execute(SESSIONS, [self.user]).fetchall():
            time.sleep(0.01)

    def start(self) -> None:
        """Another time."""
        self.app.start()
        self.app.wait("/_odc/ready", 200)

    def tables(self) -> Tables:
        return {entity.name: self._table(entity) for entity in self._asset.entities}

    def _table(self, entity: el.Entity) -> dict[int, dict[str, Any]]:
        columns = sql.SQL(", ").join(sql.Identifier(physical(one.key)) for one in entity.attributes)
        text = sql.SQL("select id, {} from {} order by id").format(columns, sql.Identifier(physical(entity.key)))
        return {
            key: {one.name: _json(value, one.type) for one, value in zip(entity.attributes, values, strict=True)}
            for key, *values in self._connection.execute(text).fetchall()
        }


def _json(value: Any, type_: el.DataType) -> Any:
    if value is None:
        return None
    if type_.basic in DIGITS:
        return as_text(Decimal(value))
    if isinstance(value, datetime):
        return canonical(value.astimezone(UTC).isoformat(), el.DataType(Basic.DATE_TIME))
    if isinstance(value, time_of_day):
        return canonical(value.isoformat(), el.DataType(Basic.TIME))
    return value.isoformat() if isinstance(value, date) else value


@contextmanager
def published(
    asset: Asset,
    compiler: CSharpCompiler,
    database: Postgres,
    folder: Path,
    libraries: Mapping[str, Library] | None = None,
) -> Iterator[Published]:
    """The app, with tables of its own."""
    used = libraries or {}
    place = Place("development", f"actions_{secrets.token_hex(3)}")
    laid = lay_out(compiler, asset, used, folder / "app")
    login = database.prepare(place, secrets.token_hex(16))
    fingerprint = migrate(database, place, asset, folder / "migrations")
    app = App(laid, environment(compiler, login, fingerprint) | {"ODCPUB_APP": asset.name}).start()
    try:
        app.wait("/_odc/ready", 200)
        with closing(database.server().connect(place.database, schema=place.schema)) as connection:
            connection.execute("set timezone to 'UTC'")
            yield Published(asset, used, actions_of(asset, used), app, connection)
    finally:
        app.stop()
