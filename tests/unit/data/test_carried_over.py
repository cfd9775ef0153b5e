"""A plan says what needs no step: renames, and what was dropped once and comes back."""

from __future__ import annotations

from dataclasses import replace

from odcpub.data.plan import plan_migration
from odcpub.data.target import target_schema
from odcpub.model.elements import Asset, Basic, Entity, Kind, Record, StaticEntity
from tests.helpdesk_asset import attribute as field

NAME, SCORE = field("Name", Basic.TEXT, length=10), field("Score", Basic.INTEGER)
STATUS = StaticEntity("Status", "Status", (Record("Open", "Open", 1),))


def app(*entities: Entity, statics: tuple[StaticEntity, ...] = ()) -> Asset:
    return Asset(Kind.APP, "A", "k", static_entities=statics, entities=entities)


def stays(there: Asset, runs: Asset | None, new: Asset) -> tuple[str, ...]:
    plan = plan_migration(target_schema(there), target_schema(new), asset=new, runs=runs)
    assert not plan.refusals
    return plan.stays


WHOLE = app(Entity("Customer", "Customer", (NAME, SCORE)), statics=(STATUS,))


def test_renames_are_told_with_what_stays() -> None:
    renamed = app(
        Entity("Client", "Customer", (replace(NAME, name="Title"), SCORE)), statics=(replace(STATUS, name="State"),)
    )
    assert stays(WHOLE, WHOLE, renamed) == (
        "Status was renamed to State: its records stay",
        "Customer was renamed to Client: its rows stay",
        "Client.Name was renamed to Title: its values stay",
    )


def test_what_was_dropped_comes_back() -> None:
    less = app(Entity("Customer", "Customer", (NAME,)))
    assert stays(WHOLE, less, WHOLE) == (
        "Status comes back with its records",
        "Customer.Score comes back with its values",
    )
    assert stays(WHOLE, app(), WHOLE)[-1] == "Customer comes back with its rows"


def test_what_is_new_or_the_same_is_not_told() -> None:
    assert stays(WHOLE, WHOLE, WHOLE) == stays(WHOLE, None, WHOLE) == ()
    assert stays(app(), app(), WHOLE) == ()
