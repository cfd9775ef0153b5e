"""From physical names back to the words of the model, for messages. No I/O."""

from __future__ import annotations

from collections.abc import Mapping

from odcpub.model.elements import Asset, Basic, Entity
from odcpub.model.physical import companions, physical
from odcpub.once import Once

_Columns = Mapping[str, tuple[str, str]]


class Names:
    """Element paths (``Ticket.Subject``) by physical name: of the asset, else of the revision before it."""

    def __init__(self, asset: Asset, previous: Asset | None = None) -> None:
        self._tables: dict[str, str] = {}
        self._columns: list[Mapping[str, _Columns]] = []
        """Of each model, by table; the asset's own first."""
        for model in (previous, asset):
            if model is not None:
                self._tables |= {physical(one.key): one.name for one in model.static_entities}
                self._tables |= {physical(one.key): one.name for one in model.entities}
                self._columns.insert(0, {physical(one.key): _columns(one) for one in model.entities})

    def __call__(self, table: str, column: str = "") -> str:
        """The path of an element; what no model names is called by its physical name."""
        if not column:
            return self._tables.get(table, table)
        return ".".join(self._found(table, column) or (self(table), column))

    def attribute(self, table: str, column: str) -> str:
        """The name of an attribute alone."""
        return (self._found(table, column) or ("", column))[1]

    def _found(self, table: str, column: str) -> tuple[str, str] | None:
        found = (columns[table].get(column) for columns in self._columns if table in columns)
        return next((one for one in found if one), None)


def _of_entity(entity: Entity) -> _Columns:
    """The names of entity and attribute by the column, and by those beside it."""
    found: dict[str, tuple[str, str]] = {}
    for attribute in entity.attributes:
        column, path = physical(attribute.key), (entity.name, attribute.name)
        found[column] = path
        if attribute.type.basic is Basic.BINARY_DATA:
            found |= dict.fromkeys(companions(column), path)
    return found


_columns = Once(_of_entity)
