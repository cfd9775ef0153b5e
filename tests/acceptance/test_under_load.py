"""Nobody notices: 200 requests a second of reads and writes while revisions, each with a change of the schema, are
published and the last is promoted. No request fails, and every acknowledged write is in the database, once.

On this machine it is ten changes each time. On the cluster it is those four of them at which a hand-over could fail
differently, for two versions serve together there and the schema comes after the version that needs it; the others
change the same database by the same statements. All ten there are in `make long`.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.acceptance.load import RATE, Load, Report
from tests.installation import Installation, call, database_url

pytestmark = pytest.mark.serial

Row = tuple[str, int, int]
"""Token, identifier, number."""
ENOUGH = 0.95 * RATE
"""Requests a second, sent in time and answered, below which the machine, not the app, was too slow for the schedule:
nothing would be proven."""
LONGEST_SECONDS = 10.0
"""A wait that a visitor gives up at; what is normal is printed."""
AROUND_SECONDS = 1.0
"""The load runs so long before the first publish and after the promotion."""

APP = """\
app: {name}
key: {key}
screens:
  Notes: {{ list: Note, search: [Token] }}
entities:
{topics}  Note:
    display: Token
    attributes:
{attributes}{indexes}"""
TOPICS = "  Topic: { attributes: { Name: { type: Text, length: 50 } } }\n"
FIRST = {
    "Token": "{ type: Text, length: 40, mandatory: true }",
    "Title": "{ type: Text, length: 20 }",
    "Author": "{ type: Text, length: 20, mandatory: true }",
    "Size": "{ type: Integer }",
    "Remark": "{ type: Text, length: 20 }",
    "Legacy": "{ type: Text, length: 20, mandatory: true, default: old }",
}
INDEXES = {"ByTitle": "{ attributes: [Title] }", "ByToken": "{ attributes: [Token], unique: true }"}
CHANGES = {
    "attribute added": {"Stars": "{ type: Integer }"},
    "attribute renamed": {"Remark": "", "Comment": "{ type: Text, length: 20, key: Remark }"},
    "text widened": {"Title": "{ type: Text, length: 200 }"},
    "mandatory attribute with default added": {"State": "{ type: Text, length: 10, mandatory: true, default: new }"},
    "entity and a reference to it added": {"Topic": "{ type: Topic Identifier }"},
    "integer widened, which rewrites the table": {"Size": "{ type: Long Integer }"},
    "attribute dropped": {"Legacy": ""},
    "mandatory off": {"Author": "{ type: Text, length: 20 }"},
    "indexes added, one of them unique": {},
    "entity and the reference to it dropped": {"Topic": ""},
}
"""Each change as the attributes that it sets, "" for those it drops. What the load writes is right in all of them."""
FEW = (
    "attribute renamed",
    "mandatory attribute with default added",
    "integer widened, which rewrites the table",
    "attribute dropped",
)
REPORTED, REPORT_SECONDS = "mandatory attribute with default added", 4.0
"""While this is published, somebody's long transaction reads the table, so that the new version is there long before
the schema it needs."""


class Model:
    """The app, in a folder of its own in the one given; ``name`` is another one each time, since clusters and servers
    outlive a test."""

    def __init__(self, models: Path) -> None:
        self.label = f"loaded{uuid.uuid4().hex[:6]}"
        self.name, self._key = self.label.capitalize(), str(uuid.uuid4())
        self._attributes, self._indexes = dict(FIRST), False
        self.folder = models / self.label
        self.folder.mkdir(parents=True)
        self._write()

    def change(self, what: str) -> None:
        merged = self._attributes | CHANGES[what]
        self._attributes = {name: text for name, text in merged.items() if text}
        self._indexes = self._indexes or "indexes" in what
        self._write()

    def _write(self) -> None:
        attributes = "".join(f"      {name}: {text}\n" for name, text in self._attributes.items())
        indexes = "".join(f"      {name}: {text}\n" for name, text in INDEXES.items())
        text = APP.format(
            name=self.name,
            key=self._key,
            topics=TOPICS if "Topic" in self._attributes else "",
            attributes=attributes,
            indexes=f"    indexes:\n{indexes}" if self._indexes else "",
        )
        (self.folder / "app.yaml").write_text(text)


@pytest.mark.parametrize(
    ("profile", "changes"),
    [
        pytest.param("kind", FEW, id="kind-four", marks=pytest.mark.kubernetes),
        pytest.param("kind", tuple(CHANGES), id="kind-ten", marks=(pytest.mark.kubernetes, pytest.mark.long)),
        pytest.param("local", tuple(CHANGES), id="local-ten"),
    ],
    indirect=["profile"],
    scope="module",
)
def test_publishes_and_a_promotion_under_load(
    odcpub: Installation, profile: str, changes: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    model = Model(odcpub.folder / "models")
    address = odcpub.run("publish", str(model.folder)).out.strip()
    url = database_url(odcpub, profile, "development")
    load, moments = Load(address), [("load", time.monotonic())]
    try:
        time.sleep(AROUND_SECONDS)
        for what in changes:
            model.change(what)
            moments.append((what, time.monotonic()))
            with reading(url, model.label, REPORT_SECONDS if what == REPORTED else 0):
                done = odcpub.run("publish", str(model.folder))
            assert done.out.strip() == address, done.err
        moments.append(("promotion", time.monotonic()))
        odcpub.run("promote", model.name, "--to", "qa")
        qa = odcpub.stage(model.name, "QA")
        assert call("GET", f"{qa['address']}/api/Note").body["total"] == 0, "QA has a database of its own"
        time.sleep(AROUND_SECONDS)
        odcpub.settled()
        plan = odcpub.json("publish", str(model.folder), "--plan")
        assert not plan["data"]["steps"], "each publish contracts what the one before it has left"
    finally:
        report = load.end()
    with capsys.disabled():
        print(f"\n{profile}: {report}\n{_timeline(moments)}")
    check(report, rows(url, model.label))
    assert call("GET", f"{address}/_odc/about").body["revision"] == str(1 + len(changes))
    assert (qa["health"], qa["revision"]) == ("ready", 1 + len(changes))


def changed_under_load(odcpub: Installation, model: Model, address: str, changes: Iterable[str]) -> Report:
    """What the load saw while revisions with these changes were published, and the last of them promoted."""
    load = Load(address)
    try:
        time.sleep(AROUND_SECONDS)
        for what in changes:
            model.change(what)
            done = odcpub.run("publish", str(model.folder))
            assert done.out.strip() == address, done.err
        odcpub.run("promote", model.name, "--to", "qa")
        time.sleep(AROUND_SECONDS)
    finally:
        report = load.end()
    return report


@contextmanager
def reading(url: str, schema: str, seconds: float) -> Iterator[None]:
    """Inside, a transaction reads the table for so long, and keeps changes of it waiting."""
    with psycopg.connect(url, options=f"-c search_path={schema}") as connection:
        if seconds:
            connection.execute("SELECT count(*) FROM note")
        ended = threading.Timer(seconds, connection.rollback)
        ended.start()
        try:
            yield
        finally:
            ended.join()


def _timeline(moments: list[tuple[str, float]]) -> str:
    began = moments[0][1]
    return "; ".join(f"{at - began:.1f} {what}" for what, at in moments[1:])


def rows(url: str, schema: str) -> list[Row]:
    with psycopg.connect(url, options=f"-c search_path={schema}") as connection:
        return connection.execute("SELECT token, id, size FROM note").fetchall()


def check(report: Report, rows: list[Row]) -> None:
    """No request failed, the schedule was kept, and the database holds what was acknowledged and nothing twice."""
    assert not report.failures, (len(report.failures), report.failures[:10])
    tokens = [row[0] for row in rows]
    assert len(tokens) == len(set(tokens)), "a write was executed twice"
    assert {row[0]: row[1] for row in rows} == report.created
    assert {row[0]: row[2] for row in rows if row[2]} == report.changed
    assert report.rate >= ENOUGH, f"the machine is too slow for the schedule: {report}"
    assert max(report.waits) < LONGEST_SECONDS, str(report)


def test_a_schedule_that_was_not_kept_proves_nothing() -> None:
    report = Report(waits=[0.01] * 10 * RATE, late=RATE // 4, seconds=10)
    check(report, [])
    report.late = RATE
    with pytest.raises(AssertionError, match="too slow for the schedule"):
        check(report, [])
