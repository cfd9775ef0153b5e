"""From physical names back to the words of the model, for messages. No I/O."""

from __future__ import annotations

from collections.abc import Iterator

from odcpub.model.elements import Asset, Basic
from odcpub.model.physical import companions, physical


class Names:
    """Element paths (``Ticket.Subject``) by physical name: of the asset, else of the revision before it."""

    def __init__(self, asset: Asset, previous: Asset | None = None) -> None:
        self._paths: dict[tuple[str, ...], str] = {}
        for model in (previous, asset):
            self._paths.update(_paths(model) if model is not None else ())

    def __call__(self, table: str, column: str = "") -> str:
        """The path of an element; what no model names is called by its physical name."""
        name = self._paths.get((table,), table)
        if not column:
            return name
        return self._paths.get((table, column), f"{name}.{column}")


def _paths(asset: Asset) -> Iterator[tuple[tuple[str, ...], str]]:
    for static in asset.static_entities:
        yield (physical(static.key),), static.name
    for entity in asset.entities:
        table = physical(entity.key)
        yield (table,), entity.name
        for attribute in entity.attributes:
            path = f"{entity.name}.{attribute.name}"
            column = physical(attribute.key)
            yield (table, column), path
            if attribute.type.basic is Basic.BINARY_DATA:
                yield from (((table, beside), path) for beside in companions(column))
