"""Every kind of schema change under an app whose connections have their statements prepared: it reads and writes on.

The app is the version that serves before all of them. Its clients write what every later version accepts as well, and
expect each answer to be good and each value to be the one that they wrote last. Both phases of each change run under
them, though a version that is replaced has gone before the second.
"""

from __future__ import annotations

import http.client
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.data.plan import plan_migration
from odcpub.data.target import target_schema
from odcpub.engines.database.chain import write_scripts
from odcpub.engines.database.chain_folder import ScriptFolder
from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import CSharpCompiler, Place
from odcpub.model.elements import (
    Asset,
    Attribute,
    Basic,
    DeleteRule,
    Entity,
    Index,
    Kind,
    Record,
    StaticEntity,
)
from tests.contract.published_app import DEADLINE, App, environment, lay_out, migrate
from tests.helpdesk_asset import attribute
from tests.waiting import wait_for

pytestmark = pytest.mark.database
PLACE = Place("development", "evolving")
CLIENTS, CONNECTIONS, ROUNDS = 4, 3, 2
"""Each connection is busy all the time, and each client ends so many rounds before the next phase: one that it is at
when the schema changes, and a whole one after that."""

OWNER = Entity("Owner", "Owner", (attribute("Name", Basic.TEXT, length=50, mandatory=True),), display="Name")
THING = Entity(
    "Thing",
    "Thing",
    (
        attribute("Name", Basic.TEXT, length=100, mandatory=True),
        attribute("Note", Basic.TEXT, length=20),
        attribute("Count", Basic.INTEGER),
        attribute("Parts", Basic.INTEGER),
        attribute("Big", Basic.LONG_INTEGER),
        attribute("Price", Basic.DECIMAL, digits=9, decimals=2),
        attribute("Fee", Basic.CURRENCY),
        attribute("Flag", Basic.BOOLEAN),
        attribute("Due", Basic.DATE),
        attribute("At", Basic.DATE_TIME),
        attribute("Code", Basic.TEXT, length=10, mandatory=True),
        attribute("Owner", Basic.IDENTIFIER, target="Owner", mandatory=True),
        attribute("Other", Basic.IDENTIFIER, target="Owner", on_delete=DeleteRule.IGNORE),
        attribute("Kind", Basic.IDENTIFIER, target="Sort", default="A"),
    ),
    display="Name",
)
LOOSE = Entity(
    "Loose",
    "Loose",
    (
        attribute("Text", Basic.TEXT, length=50, mandatory=True),
        attribute("Link", Basic.IDENTIFIER, target="Owner", on_delete=DeleteRule.IGNORE),
        attribute("Back", Basic.IDENTIFIER, target="Owner", on_delete=DeleteRule.IGNORE),
        attribute("Number", Basic.INTEGER),
        attribute("Amount", Basic.LONG_INTEGER),
        attribute("Tag", Basic.TEXT, length=50),
    ),
    display="Text",
)
"""Nothing holds any of its values but the text: another meaning may be given to them."""
OTHERWISE_MEANT: dict[str, dict[str, object]] = {
    "a reference is turned": {"Link": 1},
    "a number becomes a reference": {"Number": 1},
    "a text becomes a record": {"Tag": "Some"},
}
"""What nobody may write while it is given another meaning, and afterwards is no row's."""
MEANT = ("Link", "Back", "Number", "Amount", "Tag")
FIRM = Entity("Firm", "Firm", (attribute("Name", Basic.TEXT, length=50),), display="Name")
FIRST = Asset(
    Kind.APP,
    "Evolving",
    "0d6a3a43-9e0a-4b57-8f9a-1f7d3d0d7a01",
    static_entities=(StaticEntity("Sort", "Sort", (Record("A", "First", 1), Record("B", "Second", 2))),),
    entities=(OWNER, THING, LOOSE, FIRM, Entity("Spare", "Spare", (attribute("Text", Basic.TEXT),))),
)


def changed(asset: Asset, entity: str = "Thing", **changes: dict[str, Any] | Attribute | None) -> Asset:
    """The asset with other attributes, by first name: what is replaced, new, or (None) dropped."""

    def turned(one: Attribute) -> Attribute | None:
        change = changes.get(one.key, {})
        if not isinstance(change, dict):
            return change
        named = ("basic", "length", "digits", "decimals", "target", "target_key")
        type_ = {name: change[name] for name in named if name in change}
        rest = {name: value for name, value in change.items() if name not in type_}
        return replace(one, type=replace(one.type, **type_), **rest)

    entities = []
    for each in asset.entities:
        if each.key == entity:
            kept = [new for one in each.attributes if (new := turned(one))]
            known = {one.key for one in each.attributes}
            added = [new for key, new in changes.items() if isinstance(new, Attribute) and key not in known]
            each = replace(each, attributes=(*kept, *added))
        entities.append(each)
    return replace(asset, entities=tuple(entities))


def indexes(asset: Asset, *found: Index) -> Asset:
    return replace(asset, entities=tuple(replace(e, indexes=found) if e.key == "Thing" else e for e in asset.entities))


def steps() -> Iterator[tuple[str, Asset]]:
    """One after the other, each from the one before."""
    at = FIRST
    yield "longer texts", (at := changed(at, Name={"length": 300}, Note={"length": None}))
    yield "a wider integer", (at := changed(at, Count={"basic": Basic.LONG_INTEGER}))
    yield (
        "an integer becomes a decimal",
        (at := changed(at, Parts={"basic": Basic.DECIMAL, "digits": 12, "decimals": 2})),
    )
    yield "more digits", (at := changed(at, Price={"digits": 12, "decimals": 4}))
    new = attribute("Extra", Basic.TEXT, length=10, mandatory=True, default="none")
    yield "attributes are added", (at := changed(at, Extra=new, More=attribute("More", Basic.DATE)))
    yield "attributes are dropped", (at := changed(at, Code=None, Other=None, Flag=None))
    yield "an attribute is renamed", (at := changed(at, Fee={"name": "Charge"}))
    renamed = tuple(replace(e, name="Item") if e.key == "Thing" else e for e in at.entities)
    yield "an entity is renamed", (at := replace(at, entities=renamed))
    yield "limits", (at := changed(at, Due={"mandatory": True}, Count={"minimum": Decimal(0)}, Note={"min_length": 1}))
    yield "rules go", (at := changed(at, Name={"mandatory": False}, Count={"minimum": None}))
    yield "defaults", (at := changed(at, Big={"default": 7}, Kind={"default": "B"}, Extra={"default": "some"}))
    yield "defaults go", (at := changed(at, Big={"default": None}, Kind={"default": None}))
    unique = Index("ByBig", "ByBig", ("Big",), unique=True)
    yield "indexes", (at := indexes(at, unique, Index("ByDue", "ByDue", ("Due", "Price"))))
    yield "indexes go", (at := indexes(at))
    yield "shorter texts", (at := changed(at, Name={"length": 120}, Note={"length": 100}))
    yield "narrower numbers", (at := changed(at, Count={"basic": Basic.INTEGER}, Price={"digits": 8, "decimals": 2}))
    yield "fewer digits, more decimals", (at := changed(at, Price={"digits": 9, "decimals": 4}))
    yield "delete rules", (at := changed(at, Owner={"on_delete": DeleteRule.DELETE}))
    yield "they keep more", (at := changed(at, Owner={"on_delete": DeleteRule.PROTECT}))
    named = Entity("Named", "Named", (attribute("Text", Basic.TEXT),))
    kept = tuple(each for each in at.entities if each.key != "Spare")
    yield "entities come and go", (at := replace(at, entities=(*kept, named)))
    records = (Record("A", "The first", 1), Record("B", "Second", 2), Record("C", "Third", 3))
    yield "records", (at := replace(at, static_entities=(replace(at.static_entities[0], records=records),)))
    back = {key: next(a for a in THING.attributes if a.key == key) for key in ("Other", "Flag")}
    yield "what was dropped comes back", (at := changed(at, **back))
    yield "a reference is turned", (at := changed(at, "Loose", Link=to("Firm")))
    yield "a number becomes a reference", (at := changed(at, "Loose", Number=to("Firm")))
    yield "another does", (at := changed(at, "Loose", Amount=to("Owner")))
    yield "a text becomes a record", (at := changed(at, "Loose", Tag=to("Sort")))
    plain = {"basic": Basic.LONG_INTEGER, "target": "", "target_key": ""}
    yield "a reference becomes a number", (at := changed(at, "Loose", Back=plain))
    yield "a reference is turned back", changed(at, "Loose", Link=to("Owner"))


def to(entity: str) -> dict[str, Any]:
    return {"basic": Basic.IDENTIFIER, "length": None, "target": entity, "target_key": entity}


class Clients:
    """Threads that write and read rows of their own, until told to end or something is not as it should be."""

    def __init__(self, app: App, owners: list[int]) -> None:
        self._app, self._owners = app, owners
        self.rounds, self.failures = [0] * CLIENTS, list[str]()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(n,)) for n in range(CLIENTS)]

    def __enter__(self) -> Clients:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def go_on(self) -> None:
        """Waits until each has done some rounds from here."""
        reached = [done + ROUNDS for done in self.rounds]
        wait_for(lambda: bool(self.failures) or all(a >= b for a, b in zip(self.rounds, reached, strict=True)))
        assert not self.failures, self.failures[:3]

    def _work(self, number: int) -> None:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self._app.port, timeout=DEADLINE)) as connection:
                while not self._ended.is_set() and not self.failures:
                    self._round(connection, number)
                    self.rounds[number] += 1
        except Exception as error:
            self.failures.append(f"{type(error).__name__}: {error}")

    def _round(self, connection: http.client.HTTPConnection, number: int) -> None:
        def ask(method: str, path: str, body: object = None) -> Any:
            headers = {"Content-Type": "application/json"} if body is not None else {}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
            assert 200 <= answer.status < 300, f"{method} {path}: {answer.status} {content[:300]!r}"
            return json.loads(content) if content else None

        turn = self.rounds[number] * CLIENTS + number
        row = self._row(turn)
        made = ask("POST", "/api/Thing", row)
        self._same(made, row)
        path = f"/api/Thing/{made['Id']}"
        self._same(ask("GET", path), {name: value for name, value in made.items() if name != "$labels"})
        more = self._row(turn + 1_000_000)
        self._same(ask("PATCH", path, more), more)
        found = ask("GET", f"/api/Thing?filter.Big={more['Big']}&sort=Owner,-Price,Name")
        assert found["total"] == 1, found
        self._same(found["items"][0], more)
        (shown,) = ask("GET", f"/api/Thing?search={more['Name']}&fields=Price,Owner,Kind")["items"]
        labels = {"Owner": f"Owner {more['Owner']}", "Kind": shown["$labels"]["Kind"]}
        assert shown == {key: more[key] for key in ("Price", "Owner", "Kind")} | {"Id": made["Id"], "$labels": labels}
        ask("GET", "/api/Thing?sort=-Id&size=5&page=2")
        ask("GET", "/api/Thing?labels=true")
        if turn % 3 == 0:
            ask("DELETE", path)
        self._loose(ask, turn)

    def _loose(self, ask: Callable[..., Any], turn: int) -> None:
        """Its values are read, looked for and written, and none is ever there."""
        row = {"Text": f"loose {turn}", **dict.fromkeys(MEANT)}
        made = ask("POST", "/api/Loose", row)
        self._same(made, row)
        path = f"/api/Loose/{made['Id']}"
        more = row | {"Text": f"more {turn}"}
        self._same(ask("PATCH", path, more), more)
        empty = "&".join(f"filter.{name}=" for name in MEANT)
        (found,) = ask("GET", f"/api/Loose?search={quote(more['Text'])}&{empty}&sort={','.join(MEANT)}")["items"]
        assert found == made | more
        for name, value in (("Link", "1"), ("Number", "1"), ("Tag", "A")):
            assert ask("GET", f"/api/Loose?filter.{name}={value}&fields={name}")["items"] == []
        ask("DELETE", path)

    def _row(self, turn: int) -> dict[str, Any]:
        owner = self._owners[turn % len(self._owners)]
        return {
            "Name": f"thing-{turn}", "Note": f"n {turn}", "Count": turn, "Parts": turn % 1000,
            "Big": str(10**15 + turn), "Price": f"{1 + turn % 999}.25", "Fee": f"{turn}.5", "Flag": turn % 2 == 0,
            "Due": f"2026-01-{1 + turn % 28:02}", "At": f"2026-01-31T12:30:{turn % 60:02}Z", "Code": f"c{turn % 1000}",
            "Owner": owner, "Other": owner, "Kind": "AB"[turn % 2],
        }  # fmt: skip

    @staticmethod
    def _same(found: dict[str, Any], expected: dict[str, Any]) -> None:
        assert {name: found[name] for name in expected} == expected


@pytest.fixture
def app(
    compiler: CSharpCompiler,
    database: Postgres,
    tmp_path: Path,
) -> Iterator[App]:
    folder = lay_out(compiler, FIRST, {}, tmp_path / "app")
    login = database.prepare(PLACE, secrets.token_hex(16))
    made = environment(compiler, login, migrate(database, PLACE, FIRST, tmp_path / "chain"))
    text = f"{made['ODCPUB_DATABASE']};Maximum Pool Size={CONNECTIONS}"
    running = App(folder, made | {"ODCPUB_DATABASE": text}).start()
    running.wait("/_odc/ready", 200)
    yield running
    running.stop()


def told_at_its_place(app: App, **value: object) -> None:
    answer = app.request("POST", "/api/Loose", {"Text": "x", **value})
    assert (answer.status, answer.json["errors"].keys()) == (422, value.keys()), answer.body


def test_every_change_of_the_schema_under_prepared_statements(
    app: App,
    database: Postgres,
    tmp_path: Path,
) -> None:
    owners = []
    for number in range(1, 6):
        owners.append(app.request("POST", "/api/Owner", {"Name": f"Owner {number}"}).json["Id"])
    with Clients(app, owners) as clients:
        clients.go_on()
        for number, (what, asset) in enumerate(steps(), 2):
            plan = plan_migration(database.observe(PLACE), target_schema(asset), asset=asset)
            assert not plan.refusals, (what, plan.refusals)
            assert plan.steps or "renamed" in what, what
            write_scripts(plan, ScriptFolder(tmp_path / "chain"), number)
            for phase in (EXPAND, TIGHTEN):
                try:
                    database.apply(PLACE, plan, phase, ScriptFolder(tmp_path / "chain"), lambda line: None)
                    clients.go_on()
                    if what in OTHERWISE_MEANT:
                        told_at_its_place(app, **OTHERWISE_MEANT[what])
                except Exception as error:
                    error.add_note(f"{what}, {phase}: {clients.failures[:3]}")
                    raise
