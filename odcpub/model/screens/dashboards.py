"""Parts of dashboards: numbers and short lists of an entity's rows. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from odcpub.model import elements as el
from odcpub.model.elements import Basic, DataType, Entity, PartKind, ScreenKind
from odcpub.model.expressions import rules, tree
from odcpub.model.expressions.parse import parse
from odcpub.model.expressions.syntax import Attribute, ExpressionError, Infix, Invocation, Item, Path, Prefix, Syntax
from odcpub.model.problems import Code
from odcpub.model.screens.buttons import screen_named
from odcpub.model.screens.checking import Checking
from odcpub.model.screens.typed import Part, Rows
from odcpub.text import listed, shown

_ADDED = frozenset({PartKind.SUM, PartKind.AVERAGE})
_NOT_COMPARED = frozenset({Basic.BINARY_DATA, Basic.STRUCTURE, Basic.BOOLEAN, Basic.IDENTIFIER})


def part(checking: Checking, said: el.Part) -> Part | None:
    """A part of a dashboard; None where its entity is unknown."""
    to = _more(checking, said)
    if said.kind in (PartKind.COUNT, PartKind.LIST):
        entity = checking.around.entities.get(said.entity)
        if entity is None:
            return None
        rows = checking.rows(entity, said)
        return Part(said.kind, rows, tree.LONG_INTEGER, None, said.label, said.maximum, to)
    if not said.label:
        message, hint = f"a {said.kind.value} needs a label", "write label: and what people are to read"
        checking.report(Code.MISSING_KEY, said.place, message, hint)
    entity = _entity(checking, said)
    return _computed(checking, said, entity, to) if entity else None


def _computed(checking: Checking, said: el.Part, entity: Entity, to: el.Screen | None) -> Part | None:
    kind = said.kind
    rows: Rows = checking.rows(entity, said)
    formula = el.Formula(kind.value, said.value, checking.place("value"))
    value = checking.formula(formula, checking.around.scope(entity))
    if value is None:
        return None
    if kind in _ADDED and not (rules.is_number(value.type) and rules.calculable(value.type)):
        message = f"{kind.value}: a number is needed, and this is {rules.spelled(value.type)}"
        checking.report(Code.WRONG_TYPE, formula.place, message, "compute a number of each row, or use count")
        return None
    if kind not in _ADDED and (value.type.many or value.type.basic in _NOT_COMPARED):
        message = f"{kind.value}: there is no {kind.value} of values of type {rules.spelled(value.type)}"
        checking.report(Code.WRONG_TYPE, formula.place, message, "use a number, a text or a date")
        return None
    return Part(kind, rows, _result(kind, value.type), value, said.label, to=to)


def _result(kind: PartKind, type_: DataType) -> DataType:
    """The type of a number that is computed of values of ``type_``."""
    if kind is PartKind.SUM and type_.basic is Basic.INTEGER:
        return tree.LONG_INTEGER
    if kind is PartKind.AVERAGE and type_.basic is not Basic.CURRENCY:
        return tree.DECIMAL
    return tree.DECIMAL if type_.basic is Basic.DECIMAL and kind in _ADDED else replace(type_)


def _entity(checking: Checking, said: el.Part) -> Entity | None:
    """The one entity over whose row the value of a part is."""
    entities, what = checking.around.entities, said.kind.value
    try:
        syntax = parse(said.value)
    except ExpressionError as error:
        for fault in error.faults:
            checking.tell(el.Formula(what, said.value, checking.place("value")), fault)
        return None
    named = [name for name in dict.fromkeys(_heads(syntax)) if name in entities]
    if len(named) == 1:
        return entities[named[0]]
    message = f"{what}: the expression names no row of an entity"
    hint = f"name an attribute of one of {listed(entities) or 'no entities'}"
    if named:
        message = f"{what}: the expression names rows of {shown(named[0])} and {shown(named[1])}"
        hint = "name the row of one entity; its references are followed"
    checking.report(Code.EXPRESSION, checking.place("value"), message, hint)
    return None


def _heads(syntax: Syntax) -> Iterator[str]:
    """The first names of all that an expression names."""
    if isinstance(syntax, Path):
        yield syntax.names[0]
    elif isinstance(syntax, Prefix):
        yield from _heads(syntax.operand)
    elif isinstance(syntax, Infix):
        yield from _heads(syntax.left)
        yield from _heads(syntax.right)
    elif isinstance(syntax, Invocation):
        for argument in syntax.arguments:
            yield from _heads(argument.value)
    elif isinstance(syntax, Attribute | Item):
        yield from _heads(syntax.owner)
        if isinstance(syntax, Item):
            yield from _heads(syntax.index)


def _more(checking: Checking, said: el.Part) -> el.Screen | None:
    """The screen that shows more."""
    screen = screen_named(checking, said.to, "to")
    if screen and screen.kind is ScreenKind.DETAIL:
        message = f"{said.to} shows one {screen.entity}, and nothing says which"
        checking.report(Code.BAD_SCREEN, checking.place("to"), message, "name a list or a dashboard")
    return screen
