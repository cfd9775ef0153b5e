"""Migration plans as former versions of odcpub stored them: a step was the name of its operation and pairs of values.
Only read. No I/O.

A deployment that was begun before an upgrade ends after it: its scripts carry the digest that was made of it then.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from odcpub.data.annotations import read_annotation
from odcpub.data.casts import cast
from odcpub.data.migration import MigrationPlan, RowCheck, Sentence
from odcpub.data.phases import Phase
from odcpub.data.schema import Column
from odcpub.data.steps import STEPS, Clause
from odcpub.data.steps import Step as TypedStep

_Values = tuple[Any, ...]
_Arguments = dict[str, Any]
"""As they were stored: JSON of many forms, which the classes that are made of them check no further."""
_CHOICE = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")
"""``{row has|rows have}``: the sentence of a row check was one for all numbers."""


@dataclass(frozen=True, slots=True)
class Step:
    """What it was, to the letter: the digest was made of its ``repr``."""

    phase: Phase
    operation: str
    arguments: tuple[tuple[str, object], ...]
    summary: str
    element: str = ""
    concurrent: bool = False
    soon: bool = False
    rule: str = ""


def read(data: Mapping[str, Any]) -> MigrationPlan:
    """A plan from the JSON that it was stored as; with the digest that its scripts carry."""
    given = {name: _tuples(value) for name, value in data.items()}
    former = tuple(Step(**one) for one in given["steps"])
    made = repr((given["base"], given["target"], former))
    given |= {
        "steps": tuple(_step(one) for one in former),
        "checks": tuple(_check(one) for one in given["checks"]),
        "notices": tuple(_check(one) for one in given["notices"]),
    }
    return MigrationPlan(**given, digest=hashlib.sha256(made.encode()).hexdigest()[:32])


def _tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_tuples(one) for one in value)
    return {name: _tuples(one) for name, one in value.items()} if isinstance(value, dict) else value


def _check(given: Mapping[str, Any]) -> RowCheck:
    one, many = (_CHOICE.sub(rf"\{at}", given["message"]) for at in (1, 2))
    return RowCheck(**{**given, "message": Sentence(one.replace("{count}", "1"), many)})


def _step(former: Step) -> TypedStep:
    arguments: _Arguments = dict(former.arguments)
    if former.operation in _CHANGED:
        arguments = _CHANGED[former.operation](arguments, former)
    about: _Arguments = {"element": former.element, "rule": former.rule, "early": former.soon}
    return STEPS[_RENAMED.get(former.operation, former.operation)](former.phase, **arguments, **about)


def _create_table(given: _Arguments, _: Step) -> _Arguments:
    checks = tuple(Clause(*one) for one in given["checks"])
    return given | {"columns": tuple(_column(one) for one in given["columns"]), "checks": checks}


def _add_column(given: _Arguments, _: Step) -> _Arguments:
    return given | {"column": _column(given["column"])}


def _column(given: _Values) -> Column:
    name, type_, nullable, default, identity, comment = given
    return Column(name, type_, nullable, default, identity, read_annotation(comment))


def _alter_type(given: _Arguments, former: Step) -> _Arguments:
    front, end = f"change {given['table']}.{given['column']} from ", f" to {given['type']}"
    old = former.summary.removeprefix(front).removesuffix(end)
    how = cast(old, given["type"])
    return given | {"old": old, "rewrites": how is not None and how.rewrites}


def _note(given: _Arguments, _: Step) -> _Arguments:
    return {"table": given["table"], "column": given["column"], "annotation": read_annotation(given["comment"])}


def _drop_index(given: _Arguments, _: Step) -> _Arguments:
    return {"table": given["table"], "name": given["name"]}


_CHANGED: Mapping[str, Callable[[_Arguments, Step], _Arguments]] = {
    "create_table": _create_table,
    "add_column": _add_column,
    "alter_type": _alter_type,
    "note": _note,
    "drop_index": _drop_index,
}
"""Those whose arguments were others than the fields are now."""
_RENAMED = {"note": "annotate"}
