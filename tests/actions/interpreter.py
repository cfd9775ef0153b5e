"""Runs typed actions in Python, over a model of the database: what docs/logic.md says, step by step. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from odcpub.model.elements import Asset, Library
from odcpub.model.expressions.tree import Expression, Name
from odcpub.model.logic import tree as steps
from odcpub.model.logic.tree import Action, Handler, Step, Variable
from tests.actions import queries, rules
from tests.actions.computing import World, fixed_parts, no_element
from tests.actions.database import Database, not_found
from tests.actions.values import Ambiguous, Fault, Record, Refusal, Value, path_of, record_with, sorted_by

DEEPEST, MOST_ELEMENTS = 100, 1_000_000
NOT_POSSIBLE = "This is not possible."


class _End(Exception):
    """The action has ended by itself."""


class App:
    """An app's actions and its database. ``actions``: by name, a library's as ``Money.Round``."""

    def __init__(
        self,
        asset: Asset,
        libraries: Mapping[str, Library],
        actions: Mapping[str, Action],
        settings: Mapping[str, Value] | None = None,
    ) -> None:
        known = {one.name: one.default for one in asset.settings} | dict(settings or {})
        self.actions = actions
        self.database = Database(asset, libraries, lambda attribute: self.world.default(attribute))
        named = {f"Settings.{name}": value for name, value in known.items()}
        self.world = World(named, asset.name, self.database.find)

    def call(self, name: str, given: Mapping[str, Value], now: datetime) -> dict[str, Value]:
        """The outputs. ``given``: those inputs that the caller names. Raises Refusal, Ambiguous, Fault; then nothing
        has changed."""
        self.world.now = now
        before = self.database.snapshot()
        try:
            return self.run(self.actions[name], given, 1)
        except BaseException:
            self.database.restore(before)
            raise

    def run(self, action: Action, given: Mapping[str, Value], depth: int, library: str = "") -> dict[str, Value]:
        if depth > DEEPEST:
            raise Fault(action.name)
        values = {one.name: given.get(one.name, self.world.default(one)) for one in action.inputs}
        if errors := rules.all_refused(action.inputs, values):
            several = f"{len(errors)} values are not accepted." if depth == 1 and len(errors) > 1 else ""
            raise Refusal("Refused", several or " ".join(errors.values()), errors)
        frame = Frame(self, action, values, depth, library)
        before = self.database.snapshot()
        try:
            frame.block(action.steps)
        except _End:
            pass
        except Refusal as refusal:
            handler = _handler(action.handlers, refusal)
            if handler is None:
                raise
            self.database.restore(before)
            frame.handle(handler, refusal)
        return {one.name: frame.variables[one.name] for one in action.outputs}


def _handler(handlers: Iterable[Handler], refusal: Refusal) -> Handler | None:
    return next((one for one in handlers if one.code in ("", refusal.code)), None)


@dataclass
class Frame:
    """One call of an action: its variables. ``library``: whose action it is, empty for the app's own."""

    app: App
    action: Action
    variables: dict[str, Value]
    depth: int
    library: str

    def __post_init__(self) -> None:
        for one in (*self.action.outputs, *self.action.locals):
            self.variables[one.name] = self.app.world.default(one)

    def block(self, found: Iterable[Step]) -> None:
        for step in found:
            _DO[type(step)](self, step)

    def handle(self, handler: Handler, refusal: Refusal) -> None:
        members = {"Message": refusal.message, "Code": refusal.code or None}
        self.variables[handler.error.name] = Record("", members)
        with suppress(_End):
            self.block(handler.steps)

    def value(self, expression: Expression, more: Mapping[str, Value] | None = None) -> Value:
        return self.app.world.value(expression, {**self.variables, **(more or {})})

    def of_row(self, expression: Expression, row: Record) -> Value:
        """Of the row that a query looks at."""
        try:
            return self.value(expression, {row.of: row})
        except Refusal as refusal:  # the database may compute more than it needs, or less
            raise Ambiguous from refusal

    def before_query(self, *expressions: Expression | None) -> None:
        """What names nothing of the row is computed once, be there rows or not."""
        try:
            for expression in expressions:
                for part in fixed_parts(expression) if expression else ():
                    self.value(part)
        except Refusal as refusal:  # it may stand where it is not needed
            raise Ambiguous from refusal

    def listed(self, expression: Expression) -> tuple[Any, ...]:
        found = self.value(expression)
        assert isinstance(found, tuple)
        return found

    def give(self, variable: Variable, value: Value) -> None:
        self.variables[variable.symbol.name] = value

    def assign(self, target: Expression, value: Value) -> None:
        name, path, types = path_of(target)
        assert isinstance(name, Name)
        variable = name.symbol.name
        if path:
            value = record_with(self.variables[variable], name.type, path, types, value)
        self.variables[variable] = value

    def get(self, step: steps.Get) -> None:
        self.before_query(step.where)
        found = queries.chosen(self.app.database.rows(step.entity), step.where, self.of_row)
        if len(found) > 1:
            raise Refusal("NotUnique", f"There is more than one such {rules.inside(step.entity)}.")
        if not found and not step.optional:
            raise not_found(step.entity)
        self.give(step.variable, found[0] if found else None)

    def query(self, step: steps.Query) -> None:
        self.before_query(step.where, *(one.value for one in step.sort))
        self.give(step.variable, queries.queried(step, self.app.database.rows(step.entity), self))

    def summary(self, step: steps.Summary) -> None:
        groups = (one.value for one in step.groups)
        self.before_query(step.where, *groups, *(one.value for one in step.computed))
        self.give(step.variable, queries.summed(step, self.app.database.rows(step.entity), self))

    def set(self, step: steps.Set) -> None:
        for one in step.assignments:
            self.assign(one.target, self.value(one.value))

    def if_(self, step: steps.If) -> None:
        case = next((one for one in step.cases if self.value(one.condition) is True), None)
        self.block(case.steps if case else step.otherwise)

    def for_each(self, step: steps.ForEach) -> None:
        for one in self.listed(step.values):
            self.give(step.variable, one)
            self.block(step.steps)

    def create(self, step: steps.Create) -> None:
        row = self.app.database.insert(step.entity, {one.name: self.value(one.value) for one in step.values})
        if step.variable:
            self.give(step.variable, row)

    def update(self, step: steps.Update) -> None:
        row = self.value(step.row)
        entity = step.row.type.target
        if not isinstance(row, Record):
            raise not_found(entity)
        changed = {name: value for name, value in row.members.items() if value != row.before.get(name)}
        self.app.database.update(entity, row.before.get("Id"), changed)
        self.assign(step.row, Record(row.of, row.members, row.members))

    def delete(self, step: steps.Delete) -> None:
        row = self.value(step.row)
        entity = step.row.type.target
        self.app.database.delete(entity, row.members.get("Id") if isinstance(row, Record) else None)

    def call(self, step: steps.Call) -> None:
        library = step.library or self.library
        action = self.app.actions[f"{library}.{step.action}" if library else step.action]
        given = {one.name: self.value(one.value) for one in step.arguments}
        answer = self.app.run(action, given, self.depth + 1, library)
        for one in step.into:
            self.give(one.variable, answer[one.output])

    def raise_(self, step: steps.Raise) -> None:
        message = self.value(step.message) or NOT_POSSIBLE
        raise Refusal(step.code, str(message), {step.at: str(message)} if step.at else {})

    def end(self, _: steps.End) -> None:
        raise _End

    def append(self, step: steps.Append) -> None:
        value, known = self.value(step.value), self.listed(step.target)
        added = value if isinstance(value, tuple) else (value,)
        if added and len(known) + len(added) > MOST_ELEMENTS:
            raise Refusal("Overflow", f"A list cannot hold more than {MOST_ELEMENTS} elements.")
        at = len(known) if step.at is None else self.index(step.at, len(known) + 1)
        self.assign(step.target, (*known[:at], *added, *known[at:]))

    def remove(self, step: steps.Remove) -> None:
        index, known = self.value(step.index), self.listed(step.target)
        at = _within(index, len(known))
        self.assign(step.target, (*known[:at], *known[at + 1 :]))

    def index(self, expression: Expression, length: int) -> int:
        return _within(self.value(expression), length)

    def clear(self, step: steps.Clear) -> None:
        self.assign(step.target, ())

    def holds(self, step: steps.Filter | steps.Find, one: Value) -> bool:
        return self.value(step.condition, {step.item.name: one}) is True

    def filter(self, step: steps.Filter) -> None:
        self.give(step.variable, tuple(one for one in self.listed(step.values) if self.holds(step, one)))

    def find(self, step: steps.Find) -> None:
        found = (at for at, one in enumerate(self.listed(step.values)) if self.holds(step, one))
        self.give(step.variable, next(found, -1))

    def order(self, step: steps.Order) -> None:
        def key(value: Expression) -> Callable[[Value], Value]:
            return lambda one: self.value(value, {step.item.name: one})

        keys = [(key(one.value), one.value.type, one.descending) for one in step.sort]
        self.assign(step.target, tuple(sorted_by(self.listed(step.target), keys)))

    def distinct(self, step: steps.Distinct) -> None:
        self.give(step.variable, tuple(dict.fromkeys(self.listed(step.values))))


def _within(index: Value, length: int) -> int:
    """An index of so many elements."""
    if isinstance(index, int) and 0 <= index < length:
        return index
    raise no_element(index if isinstance(index, int) else None)


_DO: Mapping[type, Callable[[Frame, Any], None]] = {
    steps.Get: Frame.get,
    steps.Query: Frame.query,
    steps.Summary: Frame.summary,
    steps.Set: Frame.set,
    steps.If: Frame.if_,
    steps.ForEach: Frame.for_each,
    steps.Create: Frame.create,
    steps.Update: Frame.update,
    steps.Delete: Frame.delete,
    steps.Call: Frame.call,
    steps.Raise: Frame.raise_,
    steps.End: Frame.end,
    steps.Append: Frame.append,
    steps.Remove: Frame.remove,
    steps.Clear: Frame.clear,
    steps.Filter: Frame.filter,
    steps.Find: Frame.find,
    steps.Order: Frame.order,
    steps.Distinct: Frame.distinct,
}
