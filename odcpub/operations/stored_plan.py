"""A migration plan as text and back: both phases of a deployment execute the very plan that was made. No I/O."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

from odcpub.data.migration import MigrationPlan, RowCheck, Step


def to_text(plan: MigrationPlan) -> str:
    """Canonical JSON."""
    return json.dumps(asdict(plan), sort_keys=True)


def from_text(text: str) -> MigrationPlan:
    """The plan that ``to_text`` was given; lists are tuples again."""
    data: dict[str, Any] = {name: _tuples(value) for name, value in json.loads(text).items()}
    kinds = {"steps": Step, "checks": RowCheck, "notices": RowCheck}
    made = {name: tuple(kind(**one) for one in data[name]) for name, kind in kinds.items()}
    assert set(data) <= {field.name for field in fields(MigrationPlan)}  # noqa: S101 - of this version or one before
    return MigrationPlan(**(data | made))


def _tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_tuples(one) for one in value)
    return {name: _tuples(one) for name, one in value.items()} if isinstance(value, dict) else value
