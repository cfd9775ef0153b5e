"""What a change leaves alone is not made again, and whatever is taken over is what would be made anew."""

from __future__ import annotations

import gc
import json
from dataclasses import replace
from weakref import ref

import pytest

from odcpub.data import ambiguities, annotating, diff, fingerprint, names
from odcpub.data.plan import plan_migration
from odcpub.data.rule_names import RuleKind
from odcpub.data.schema import Annotation, Check, Column, Referent, Schema, Table
from odcpub.data.target import target_schema
from odcpub.model import digest
from odcpub.model.elements import Asset
from odcpub.model.load import RawModel, parts_of
from odcpub.model.verify import verify
from odcpub.once import Once
from tests.unit.model.models import HEAD

FILES = {
    "app.yaml": HEAD + "description: 'Zürich \"1\"'\nsettings: { Url: { type: Text, default: x } }\n",
    "a.yaml": "entities: { A: { attributes: { Price: { type: Currency, default: 1.5, minimum: 1.5 } } } }",
    "b.yaml": "entities: { B: { attributes: { Of: { type: A Identifier }, 'Name': { type: Text, length: 9 } } } }",
    "s.yaml": "static_entities: { S: { records: { One: { label: Ä } } } }",
}


class Models:
    """Files as a server reads them: those that have not changed once, each model after the one before it."""

    def __init__(self) -> None:
        self.files, self.asset = dict(FILES), None
        self._parts = {}

    def read(self, **changed: str) -> Asset:
        self.files |= {f"{name}.yaml": text for name, text in changed.items()}
        for file in self.files.items():
            self._parts.setdefault(file, parts_of(file[1].encode(), file[0]))
        raw = RawModel(tuple(self._parts[file] for file in sorted(self.files.items())))
        self.asset = verify(raw, {}, self.asset)[0]
        return self.asset


def plainly(asset: Asset) -> bytes:
    """The canonical JSON as its description says it."""
    return json.dumps(digest.to_data(asset), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def test_what_nobody_touched_is_the_very_same() -> None:
    models = Models()
    before = models.read().entities
    after = models.read(a=FILES["a.yaml"].replace("default: 1.5", "default: 2")).entities
    assert after[0] != before[0]
    assert after[1] is before[1]


def test_an_equal_value_that_is_written_otherwise_is_a_change() -> None:
    models = Models()
    models.read()
    file = FILES["a.yaml"].replace("minimum: 1.5", "minimum: 1.50")
    anew = Models()
    assert digest.model_bytes(models.read(a=file)) == digest.model_bytes(anew.read(a=file))


def test_a_rename_reaches_who_refers() -> None:
    models = Models()
    models.read()
    renamed = models.read(
        a=FILES["a.yaml"].replace("A:", "C:").replace("attributes", "key: A, attributes"),
        b=FILES["b.yaml"].replace("A Identifier", "C Identifier"),
    )
    assert renamed.entities[0].attributes[0].type.target == "C"
    assert digest.model_bytes(renamed) == plainly(renamed)


def test_the_bytes_of_a_model_are_its_canonical_json() -> None:
    models = Models()
    for file in (FILES["a.yaml"], FILES["a.yaml"].replace("Price", "Preis"), "structures: { T: { attributes: {} } }"):
        asset = models.read(a=file, b="entities: { B: { attributes: {} } }")
        assert digest.model_bytes(asset) == plainly(asset)
    assert digest.model_bytes(replace(asset, entities=())) == plainly(replace(asset, entities=()))


def test_only_what_is_new_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    models, made = Models(), []
    digest.model_bytes(models.read())
    text = digest._text
    monkeypatch.setattr(digest, "_text", lambda value: made.append(value) or text(value))
    digest.model_bytes(models.read(a=FILES["a.yaml"].replace("default: 1.5", "default: 2")))
    assert [one["name"] for one in made if isinstance(one, dict) and "attributes" in one] == ["A"]


def test_tables_whose_names_are_alike_are_in_order() -> None:
    """A table's lines are kept together: that must be their order among all lines."""
    names = ["a", "a_b", "a'", "a!", 'a"', "a', 'b", "b", "A", "ä", "a\\", "a b"]
    tables = tuple(Table(name, (Column("id", "bigint"), Column("x", "text"))) for name in names)
    lines = sorted(line for table in tables for line in (*fingerprint._lines(table), *fingerprint._annotations(table)))
    joined = [line for table in sorted(map(fingerprint._WHOLE, tables)) for line in table.split("\n")]
    assert joined == lines


def test_a_plan_is_the_same_whatever_is_known() -> None:
    models = Models()
    runs = models.read()
    live = target_schema(runs)
    asset = models.read(a=FILES["a.yaml"].replace("minimum: 1.5 }", "minimum: 1.5 }, More: { type: Text }"))
    target = target_schema(asset)
    first = plan_migration(live, target, asset=asset, previous=runs, runs=runs)
    assert first == plan_migration(live, target, asset=asset, previous=runs, runs=runs)
    fresh = Models()
    old, new = fresh.read(), fresh.read(a=models.files["a.yaml"])
    assert first == plan_migration(target_schema(old), target_schema(new), asset=new, previous=old, runs=old)
    assert [step.phase for step in first.steps] == ["expand"]


@pytest.mark.parametrize(
    "live",
    [
        Table("t", (Column("id", "bigint", annotation=Annotation(Referent("A"))),)),
        Table("t", (Column("id", "bigint"),), annotation=Annotation(key="Old")),
        Table("t", (Column("id", "bigint"), Column("gone", "text"))),
        Table("t", (Column("id", "bigint"),), checks=(Check("k", "x", True, "id", RuleKind.KNOWN),)),
    ],
    ids=["a column's", "the table's", "a column that is gone", "identifiers of a library"],
)
def test_a_table_that_has_to_be_annotated_is_not_passed_over(live: Table) -> None:
    wanted = Table("t", (Column("id", "bigint"),))
    assert not annotating._as_it_is(live, wanted)
    assert annotating._as_it_is(wanted, replace(wanted))
    assert not diff.differences(Schema((wanted,)), Schema((replace(wanted),)))


def test_nothing_is_kept_alive_and_what_is_gone_is_forgotten() -> None:
    made: list[str] = []
    once = Once(lambda one, other: made.append(one.name + other.name) or made[-1])
    a, b, c = (Table(name, ()) for name in "abc")
    assert [once(a, b), once(a, c), once(a, b), once(b, a)] == ["ab", "ac", "ab", "ba"]
    assert made == ["ab", "ac", "ba"]
    gone = ref(b)
    del b
    assert gone() is None
    assert len(once._made) == 1
    assert once(a, Table("b", ())) == "ab", "an object that has taken the place of another is another"
    assert made == ["ab", "ac", "ba", "ab"]


def test_what_a_server_made_of_former_models_goes_with_them() -> None:
    models, once = Models(), (digest._ENTITY, names._columns, ambiguities._columns_taken, diff._of, fingerprint._WHOLE)
    for length in range(1, 30):
        before = models.asset
        asset = models.read(b=FILES["b.yaml"].replace("length: 9", f"length: {length}"))
        models._parts = {file: part for file, part in models._parts.items() if file in models.files.items()}
        digest.model_bytes(asset)
        if before is not None:
            live, target = target_schema(before), target_schema(asset)
            plan_migration(live, target, asset=asset, previous=before, runs=before)
    gc.collect()
    known = [len(one._made) for one in once]
    models.read(b="entities: {}")
    del before, asset, live, target
    gc.collect()
    left = [before - len(one._made) for before, one in zip(known, once, strict=True)]
    assert all(0 < one <= 6 for one in left), left


def test_a_failure_is_not_kept() -> None:
    once = Once(lambda one: [][one.primary_key])  # type: ignore[call-overload]
    table = Table("a", ())
    for _ in range(2):
        with pytest.raises(TypeError):
            once(table)
