"""Where steps of server actions hold names: by the step's kind and key, else by the key's form. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from odcpub.author.rename import marks
from odcpub.author.rename.expressions import Element, Mention
from odcpub.author.rename.marks import Node, Scalar
from odcpub.author.rename.places import Reader, Visit, Where, each, expressions, nothing, pairs, whole
from odcpub.model.logic.steps import CASE, CLAUSES, HANDLER, STEPS, ClauseRule, Form

_Rules = Mapping[str, ClauseRule]


def steps(node: Node, where: Where) -> Iterator[Visit]:
    """The scalars of a list of steps. ``where.element``: their action; ``where.keys`` are replaced by each step's."""
    found = marks.target(node)
    for item in found.items if isinstance(found, marks.Sequence) else ():
        step = marks.target(item)
        if not isinstance(step, marks.Mapping):
            yield from nothing(step, where)
            continue
        kind = next((one.name.value for one in marks.entries(step) if one.name.value in STEPS), "")
        yield from _clauses(step, kind, CLAUSES.get(kind, {}), where)


def handlers(node: Node, where: Where) -> Iterator[Visit]:
    """The scalars of ``on_error``."""
    return _entries(node, HANDLER, where)


def _cases(node: Node, where: Where) -> Iterator[Visit]:
    return _entries(node, CASE, where)


def _entries(node: Node, rules: _Rules, where: Where) -> Iterator[Visit]:
    found = marks.target(node)
    for item in found.items if isinstance(found, marks.Sequence) else ():
        entry = marks.target(item)
        if isinstance(entry, marks.Mapping):
            yield from _clauses(entry, "", rules, where)


def _clauses(mapping: marks.Mapping, kind: str, rules: _Rules, where: Where) -> Iterator[Visit]:
    here = where._replace(keys={one.name.value: one.value for one in marks.entries(mapping)})
    for name, _, value in marks.entries(mapping):
        yield Visit(name)
        rule = rules.get(name.value)
        read = _NAMES.get((kind, name.value)) or (_FORMS[rule.form] if rule else nothing)
        yield from read(value, here)


def _variable(text: str, where: Where) -> tuple[Mention, ...]:
    """A variable of the action itself; those that steps make are no elements."""
    return whole(where.names.actions.get(where.element[1], {}).get(text), text)


def _entity(text: str, where: Where) -> tuple[Mention, ...]:
    return whole(where.names.types.get(text), text)


def action(text: str, where: Where) -> tuple[Mention, ...]:
    """A server action of the asset's own."""
    return whole(("server_actions", text) if text in where.names.actions else None, text)


def _attribute(name: str, where: Where) -> Element | None:
    entity = where.names.types.get(where.text("create"))
    return (*entity, "attributes", name) if entity else None


def _of_called(section: str) -> Callable[[str, Where], Element | None]:
    """An input or output of the action that is called."""

    def element(name: str, where: Where) -> Element | None:
        called = where.text("call")
        return ("server_actions", called, section, name) if called in where.names.actions else None

    return element


def _into(node: Node, where: Where) -> Iterator[Visit]:
    """A variable, or variables by the outputs that they get."""
    found = marks.target(node)
    if isinstance(found, Scalar):
        yield Visit(found, _variable(found.value, where))
    for name, _, value in marks.entries(found) if isinstance(found, marks.Mapping) else ():
        yield Visit(name, whole(_of_called("outputs")(name.value, where), name.value))
        yield from each(_variable)(value, where)


_NAMES: Mapping[tuple[str, str], Reader] = {
    ("get", "get"): each(_entity),
    ("query", "query"): each(_entity),
    ("create", "create"): each(_entity),
    ("create", "with"): pairs(_attribute),
    ("update", "update"): each(_variable),
    ("delete", "delete"): each(_variable),
    ("call", "call"): each(action),
    ("call", "with"): pairs(_of_called("inputs")),
    ("call", "into"): _into,
    ("raise", "at"): each(_variable),
}
"""By a step's kind and key, as ``odcpub.model.logic.steps.CLAUSES`` has them."""
_FORMS: Mapping[Form, Reader] = {
    Form.EXPRESSION: expressions,
    Form.TARGET: expressions,
    Form.SORT: expressions,
    Form.ASSIGNMENTS: expressions,
    Form.PAIRS: pairs(lambda _, __: None),
    Form.VARIABLE: each(_variable),
    Form.ELEMENT: nothing,
    Form.INTO: nothing,
    Form.NAME: nothing,
    Form.FLAG: nothing,
    Form.STEPS: steps,
    Form.CASES: _cases,
}
"""By a key's form, for all others."""
