"""When the catalog is looked through again: where a transaction has ended since, and on another server."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from odcpub.data.schema import Column, Schema, Table
from odcpub.engines.database import catalog
from odcpub.engines.ports import Place

PLACE = Place("odc_qa", "shop")


class Server:
    """Answers with one table, which is called as the server is told; counts how often its tables are looked through."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.name, self.start, self.snapshot = "a", "1", "100:100:"
        self.looks = 0
        self._known: catalog.Known = {}
        monkeypatch.setattr(catalog, "look", lambda *_: 1)
        monkeypatch.setattr(catalog, "_with_records", lambda _connection, _place, schema: schema)
        monkeypatch.setattr(
            catalog, "_tables", lambda _, oids: {oid: Table(self.name, (Column("id", "bigint"),)) for oid in oids}
        )

    def execute(self, query: Any, _arguments: object = None) -> Any:
        if query == catalog._SERVER:
            return SimpleNamespace(fetchone=lambda: (self.start, self.snapshot))
        self.looks += 1
        return SimpleNamespace(fetchall=lambda: [(7, self.name)])

    def read(self) -> Schema | None:
        connection: Any = self
        return catalog.read(connection, PLACE, self._known)


def test_where_no_transaction_has_ended_nothing_is_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(monkeypatch)
    first = server.read()
    assert server.read() is first
    assert server.looks == 1


@pytest.mark.parametrize("snapshot", ["100:101:", "101:101:", "100:102:101", ""])
def test_where_one_has_all_tables_are(monkeypatch: pytest.MonkeyPatch, snapshot: str) -> None:
    server = Server(monkeypatch)
    first = server.read()
    server.snapshot = snapshot
    assert server.read() is first
    server.name, server.snapshot = "b", f"9{snapshot}"
    assert [table.name for table in (server.read() or Schema()).tables] == ["b"]
    assert server.looks == 3


def test_another_server_says_nothing_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was put back from a backup gives out the same numbers again."""
    server = Server(monkeypatch)
    server.read()
    server.start, server.name = "2", "b"
    assert [table.name for table in (server.read() or Schema()).tables] == ["b"]
