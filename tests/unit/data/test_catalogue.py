"""What has changed in a schema, by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from odcpub.data.catalogue import catalogue, changes
from odcpub.data.fingerprint import fingerprint
from odcpub.data.schema import Annotation, Check, Column, FileRule, ForeignKey, IndexDef, Schema, Table

ID = Column("id", "bigint", nullable=False, identity=True)
NOTE = Column("note", "text")
TICKET = Table("ticket", (ID, NOTE))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (TICKET, ()),
        (replace(TICKET, columns=(ID,)), ("column db.app.ticket.note was removed",)),
        (replace(TICKET, columns=(ID, replace(NOTE, nullable=False))), ("column db.app.ticket.note was changed",)),
        (replace(TICKET, annotation=Annotation(key="Old")), ("comment on db.app.ticket was added",)),
        (replace(TICKET, annotation=Annotation(words="ours")), ()),
        (
            replace(TICKET, columns=(ID, replace(NOTE, annotation=Annotation(dropped=True)))),
            ("comment on db.app.ticket.note was added",),
        ),
        (replace(TICKET, foreign_keys=(ForeignKey("fk", "note", "other"),)), ("reference db.app.ticket.fk was added",)),
        (replace(TICKET, checks=(Check("ck", "true"),)), ("check db.app.ticket.ck was added",)),
        (replace(TICKET, indexes=(IndexDef("ix", ("note",)),)), ("index db.app.ticket.ix was added",)),
        (replace(TICKET, indexes=(IndexDef("ix", ("note",), valid=False),)), ()),
        (replace(TICKET, file_rules=(FileRule("tr", "note"),)), ("trigger db.app.ticket.tr was added",)),
        (replace(TICKET, static=True), ("table db.app.ticket was changed",)),
        (replace(TICKET, records=(("open", "Open", 1, True),)), ("record db.app.ticket.open was added",)),
    ],
)
def test_what_the_fingerprint_sees_is_told_and_nothing_else(table: Table, told: tuple[str, ...]) -> None:
    before, after = Schema((TICKET,)), Schema((table,))
    assert changes(catalogue(before), catalogue(after), "db.app") == told
    assert (fingerprint(before) != fingerprint(after)) is bool(told)


def test_a_table_that_comes_or_goes_is_told_as_one() -> None:
    there, gone = catalogue(Schema((TICKET,))), catalogue(None)
    assert changes(gone, there, "db.app") == ("table db.app.ticket was added",)
    assert changes(there, gone, "db.app") == ("table db.app.ticket was removed",)
