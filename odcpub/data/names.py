"""From physical names back to the words of the model, for messages. No I/O."""

from __future__ import annotations

from collections.abc import Iterator

from odcpub.model.elements import Asset, Basic
from odcpub.model.physical import companions, physical


class Names:
    """Element paths (``Ticket.Subject``) by physical name: of the asset, else of the revision before it."""

    def __init__(self, asset: Asset, previous: Asset | None = None) -> None:
        self._tables: dict[str, str] = {}
        self._columns: dict[tuple[str, str], tuple[str, str]] = {}
        for model in (previous, asset):
            if model is not None:
                self._tables |= {physical(one.key): one.name for one in model.static_entities}
                self._tables |= {physical(one.key): one.name for one in model.entities}
                self._columns |= dict(_columns(model))

    def __call__(self, table: str, column: str = "") -> str:
        """The path of an element; what no model names is called by its physical name."""
        if not column:
            return self._tables.get(table, table)
        return ".".join(self._columns.get((table, column), (self(table), column)))

    def attribute(self, table: str, column: str) -> str:
        """The name of an attribute alone."""
        return self._columns.get((table, column), ("", column))[1]


def _columns(asset: Asset) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    for entity in asset.entities:
        table = physical(entity.key)
        for attribute in entity.attributes:
            column, path = physical(attribute.key), (entity.name, attribute.name)
            yield (table, column), path
            if attribute.type.basic is Basic.BINARY_DATA:
                yield from (((table, beside), path) for beside in companions(column))
