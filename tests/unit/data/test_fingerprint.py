"""What makes fingerprints equal and different."""

from __future__ import annotations

from dataclasses import replace

from odcpub.data.fingerprint import EMPTY, fingerprint, target_fingerprint
from odcpub.data.schema import Annotation, Check, Column, ForeignKey, IndexDef, Referent, Schema, Table

COLUMNS = (Column("id", "bigint", False, identity=True), Column("a", "text"))
TABLE = Table("t", COLUMNS, checks=(Check("c_1", "true"),), indexes=(IndexDef("i_1", ("a",)),),
              foreign_keys=(ForeignKey("f_1", "a", "u"),))  # fmt: skip
OTHER = Table("u", COLUMNS)


def test_order_does_not_matter() -> None:
    turned = replace(TABLE, columns=COLUMNS[::-1])
    assert fingerprint(Schema((TABLE, OTHER))) == fingerprint(Schema((OTHER, turned)))


def test_everything_else_does() -> None:
    variants = [
        TABLE,
        replace(TABLE, name="x"),
        replace(TABLE, static=True),
        replace(TABLE, columns=COLUMNS[:1]),
        replace(TABLE, columns=(COLUMNS[0], Column("a", "integer"))),
        replace(TABLE, columns=(COLUMNS[0], Column("a", "text", nullable=False))),
        replace(TABLE, columns=(COLUMNS[0], Column("a", "text", default="'x'::text"))),
        replace(TABLE, checks=(Check("c_2", "true"),)),
        replace(TABLE, checks=(Check("c_1", "true", validated=False),)),
        replace(TABLE, indexes=(IndexDef("i_1", ("a",), valid=False),)),
        replace(TABLE, foreign_keys=()),
        replace(TABLE, annotation=Annotation(key="T", name="U")),
        replace(TABLE, columns=(COLUMNS[0], Column("a", "text", annotation=Annotation(Referent("U"))))),
        replace(TABLE, records=(("A", "a", 1, True),)),
    ]
    assert len({fingerprint(Schema((table,))) for table in variants}) == len(variants)


def test_what_somebody_else_wrote_does_not() -> None:
    assert fingerprint(Schema((replace(TABLE, annotation=Annotation(words="mine")),))) == fingerprint(Schema((TABLE,)))


def test_readiness_needs_no_notes() -> None:
    noted = replace(
        TABLE,
        columns=tuple(replace(column, annotation=Annotation(Referent("U"))) for column in COLUMNS),
        annotation=Annotation(None, "T", "U"),
    )
    assert target_fingerprint(Schema((noted,))) == target_fingerprint(Schema((TABLE,)))


def test_a_schema_that_is_not_there_is_an_empty_one() -> None:
    assert fingerprint(None) == fingerprint(Schema()) == EMPTY
    assert target_fingerprint(Schema()) != EMPTY


def test_leftovers_count() -> None:
    grown = replace(TABLE, columns=(*COLUMNS, Column("old", "text")), checks=(*TABLE.checks, Check("c_old", "x")))
    live, target = Schema((grown, OTHER)), Schema((TABLE,))
    assert fingerprint(live) != fingerprint(target)
