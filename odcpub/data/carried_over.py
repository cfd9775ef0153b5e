"""What a change of the model leaves where it is, in words: renames, and what was dropped once and is back. No I/O.

Neither needs a step, since physical names are those of the first name; without these lines a plan would say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from odcpub.data.schema import Table
from odcpub.model.elements import Asset, Entity, StaticEntity
from odcpub.model.physical import physical


def carried_over(asset: Asset, runs: Asset | None, live: Mapping[str, Table]) -> tuple[str, ...]:
    """A line for each. ``runs``: the model that the stage runs, or ran last; ``live``: the database's tables."""
    if runs is None:
        return ()
    before = {one.key: one for one in _all(runs)}
    lines: list[str] = []
    for one in _all(asset):
        was, table = before.get(one.key), live.get(physical(one.key))
        what = "rows" if isinstance(one, Entity) else "records"
        if was is None:
            lines += [f"{one.name} comes back with its {what}"] if table else []
            continue
        if was.name != one.name:
            lines.append(f"{was.name} was renamed to {one.name}: its {what} stay")
        if one is not was and isinstance(one, Entity) and isinstance(was, Entity) and table:
            lines += _attributes(was, one, {column.name for column in table.columns})
    return tuple(lines)


def _all(asset: Asset) -> tuple[Entity | StaticEntity, ...]:
    return (*asset.static_entities, *asset.entities)


def _attributes(was: Entity, now: Entity, columns: set[str]) -> Iterator[str]:
    before = {one.key: one.name for one in was.attributes}
    for one in now.attributes:
        name = before.get(one.key)
        if name is None:
            if physical(one.key) in columns:
                yield f"{now.name}.{one.name} comes back with its values"
        elif name != one.name:
            yield f"{now.name}.{name} was renamed to {one.name}: its values stay"
