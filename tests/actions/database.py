"""A model of an app's database: tables as dictionaries, with the rules of docs/model.md. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from odcpub.compiler.words import label
from odcpub.model.elements import Asset, Attribute, Basic, Computed, DeleteRule, Entity, Function, Library, StaticEntity
from tests.actions import rules
from tests.actions.rules import counted, inside
from tests.actions.values import Ambiguous, Record, Refusal, Value

Row = dict[str, Value]
Key = int | str
Tables = dict[str, dict[Any, Row]]


class Database:
    """Rows by entity and identifier. ``computed`` gives the value of a default that is an expression."""

    def __init__(self, asset: Asset, libraries: Mapping[str, Library], computed: Callable[[Attribute], Value]) -> None:
        self.entities = {entity.name: entity for entity in asset.entities}
        self.enumerations = {
            f"{name}.{static.name}": static for name, one in libraries.items() for static in one.asset.static_entities
        }
        self.statics = {static.name: static for static in asset.static_entities} | self.enumerations
        self.tables: Tables = {name: {} for name in self.entities}
        for static in asset.static_entities:
            self.tables[static.name] = {one["Id"]: one for one in _records(static)}
        self.next_id = dict.fromkeys(self.entities, 1)
        self.computed = computed

    def snapshot(self) -> Tables:
        return {name: {key: dict(row) for key, row in rows.items()} for name, rows in self.tables.items()}

    def restore(self, tables: Tables) -> None:
        """The rows as they were; identifiers that were given are not given again."""
        self.tables = tables

    def rows(self, entity: str) -> list[Record]:
        """In the order of their identifiers."""
        table = self.tables[entity]
        return [_record(entity, table[key]) for key in sorted(table)]

    def find(self, entity: str, key: Value) -> Record | None:
        row = self.tables.get(entity, {}).get(key)
        return None if row is None else _record(entity, row)

    def attributes(self, entity: str) -> tuple[Attribute, ...]:
        return self.entities[entity].attributes if entity in self.entities else ()

    def insert(self, name: str, given: Mapping[str, Value]) -> Record:
        entity = self.entities[name]
        values, errors = dict(given), {}
        for attribute in entity.attributes:
            if attribute.name not in values:
                try:
                    values[attribute.name] = self.default(attribute)
                except Refusal as refusal:
                    errors[attribute.name] = refusal.message
        self._accept(entity, None, values, errors)
        key = self.next_id[name]
        self.next_id[name] += 1
        self._unique(entity, key, values)
        self.tables[name][key] = {"Id": key, **{one.name: values[one.name] for one in entity.attributes}}
        return _record(name, self.tables[name][key])

    def default(self, attribute: Attribute) -> Value:
        found = attribute.default
        return self.computed(attribute) if isinstance(found, Computed | Function) else found

    def update(self, name: str, key: Value, given: Mapping[str, Value]) -> None:
        entity = self.entities[name]
        row = self.tables[name].get(key)
        if row is None:
            raise not_found(name)
        self._accept(entity, row, given, {})
        self._unique(entity, key, {**row, **given})
        row.update(given)

    def delete(self, name: str, key: Value) -> None:
        if key not in self.tables[name]:
            raise not_found(name)
        gone = self._gone(name, key)
        protecting = [
            (other, attribute, row)
            for other, attribute, row in self._referring(gone)
            if attribute.on_delete is DeleteRule.PROTECT
        ]
        held = {other for other, _, row in protecting if (other, row["Id"]) not in gone}
        if len(held) > 1 or (not held and protecting):
            raise Ambiguous
        if held:
            raise Refusal("Protected", self._protected(name, key, held.pop()))
        for other, attribute, row in self._referring(gone):
            if (other, row["Id"]) not in gone:
                row[attribute.name] = None
        for other, one in gone:
            del self.tables[other][one]

    def _gone(self, name: str, key: Value) -> set[tuple[str, Value]]:
        """The row, and those that are deleted along."""
        gone: set[tuple[str, Value]] = {(name, key)}
        while (
            more := {
                (other, row["Id"]) for other, one, row in self._referring(gone) if one.on_delete is DeleteRule.DELETE
            }
            - gone
        ):
            gone |= more
        return gone

    def _referring(self, gone: set[tuple[str, Value]]) -> Iterator[tuple[str, Attribute, Row]]:
        for other, entity in self.entities.items():
            for attribute in entity.attributes:
                if attribute.type.basic is Basic.IDENTIFIER and attribute.type.target in self.entities:
                    for row in self.tables[other].values():
                        if (attribute.type.target, row[attribute.name]) in gone:
                            yield other, attribute, row

    def _protected(self, name: str, key: Value, other: str) -> str:
        what = f"This {inside(name)} can't be deleted"
        references = [one.name for one in self.entities[other].attributes if one.type.target == name]
        if not references:
            return f"{what}: {inside(other)} records refer to what would be deleted with it."
        count = sum(any(row[one] == key for one in references) for row in self.tables[other].values())
        if not count:
            raise Ambiguous
        records = counted(count, f"{inside(other)} record refers", f"{inside(other)} records refer")
        return f"{what}: {records} to it. Change or delete {'it' if count == 1 else 'them'} first."

    def _accept(self, entity: Entity, row: Row | None, values: Mapping[str, Value], errors: dict[str, str]) -> None:
        """Refuses values that break a rule: all at once."""
        found = errors | rules.all_refused(entity.attributes, values)
        for attribute in entity.attributes:
            if attribute.name in values and attribute.name not in found:
                kept = row is not None and row[attribute.name] == values[attribute.name]
                if not self._stands(attribute, values[attribute.name], kept):
                    found[attribute.name] = self._no_such(attribute)
        told = [found[one.name] for one in entity.attributes if one.name in found]
        if told:
            raise Refusal("Refused", " ".join(told), found)

    def _stands(self, attribute: Attribute, value: Value, kept: bool) -> bool:
        target = attribute.type.target
        if attribute.type.basic is not Basic.IDENTIFIER or value is None:
            return True
        if target in self.statics:
            return kept or any(one.key == value and one.is_active for one in self.statics[target].records)
        return value in self.tables[target]

    def _no_such(self, attribute: Attribute) -> str:
        found = self.enumerations.get(attribute.type.target)
        if found and len(found.records) <= 10:
            return f"{label(attribute.name)} must be one of {', '.join(r.key for r in found.records if r.is_active)}."
        return f"This {inside(attribute.name)} doesn't exist. Choose another."

    def _unique(self, entity: Entity, key: Value, values: Mapping[str, Value]) -> None:
        broken = [
            index
            for index in entity.indexes
            if index.unique
            and all(values[one] is not None for one in index.attributes)
            and any(
                other != key and all(row[one] == values[one] for one in index.attributes)
                for other, row in self.tables[entity.name].items()
            )
        ]
        if len(broken) > 1:
            raise Ambiguous
        for index in broken:
            labels = [inside(one.name) for one in entity.attributes if one.name in index.attributes]
            joined = labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"
            sentence = f"There is already {rules.with_article(entity.name)} with this {joined}."
            raise Refusal("Refused", sentence, dict.fromkeys(index.attributes, sentence))


def not_found(entity: str) -> Refusal:
    return Refusal("NotFound", f"There is no such {inside(entity)}. It may have been deleted.")


def _record(entity: str, row: Row) -> Record:
    return Record(entity, dict(row), dict(row))


def _records(static: StaticEntity) -> Iterator[Row]:
    for one in static.records:
        yield {"Id": one.key, "Label": one.label, "Order": one.order, "Is_Active": one.is_active}
