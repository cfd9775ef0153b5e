"""Values of actions as the app's API writes them: docs/published-app.md, "Values". No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from odcpub.model.elements import Asset, Attribute, Basic, DataType, Library
from odcpub.model.literals import as_text
from tests.actions.values import Record, Value

Json = Any
DIGITS = (Basic.LONG_INTEGER, Basic.DECIMAL, Basic.CURRENCY)


class Reading:
    """Between JSON and values; knows the structures of an asset. ``default``: what a member that is left out gets."""

    def __init__(self, asset: Asset, libraries: Mapping[str, Library], default: Any) -> None:
        self.structures = {one.name: one.attributes for one in asset.structures}
        for name, library in libraries.items():
            self.structures |= {f"{name}.{one.name}": one.attributes for one in library.asset.structures}
        self._default = default

    def values(self, given: Mapping[str, Json], attributes: Iterable[Attribute]) -> dict[str, Value]:
        """Those that are given."""
        return {one.name: self.value(given[one.name], one.type) for one in attributes if one.name in given}

    def value(self, given: Json, type_: DataType) -> Value:
        if type_.many:
            return tuple(self.value(one, replace(type_, many=False)) for one in given or ())
        if given is None or given == "":
            return None
        if type_.basic is Basic.STRUCTURE:
            known = self.structures[type_.target]
            found = {one.name: self._default(one) for one in known} | self.values(given, known)
            return Record(type_.target, found)
        if type_.basic in DIGITS:
            return int(given) if type_.basic is Basic.LONG_INTEGER else Decimal(given)
        plain: Value = given
        return plain

    def json(self, value: Value, type_: DataType) -> Json:
        """Numbers in their one form, so that equal ones are the same text."""
        if isinstance(value, tuple):
            return [self.json(one, replace(type_, many=False)) for one in value]
        if isinstance(value, Record):
            return {one.name: self.json(value[one.name], one.type) for one in self.structures[type_.target]}
        if value is None or type_.basic not in DIGITS:
            return value
        assert isinstance(value, int | Decimal)
        return as_text(value)
