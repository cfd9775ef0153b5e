"""The steps of an action as the lines of its method. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

from odcpub.compiler.actions import calls, queries
from odcpub.compiler.actions.lines import Lines
from odcpub.compiler.actions.queries import Statement
from odcpub.compiler.actions.surroundings import Inside
from odcpub.compiler.actions.targets import assigned, assignments
from odcpub.compiler.actions.walk import is_given, variables
from odcpub.compiler.expressions.csharp import argument, condition, exact, primary, value
from odcpub.compiler.literals import csharp_lines, csharp_string
from odcpub.compiler.marked import CSharp
from odcpub.model.elements import Basic
from odcpub.model.expressions import rules
from odcpub.model.expressions import tree as expressions
from odcpub.model.expressions.tree import Expression, Name, Symbol
from odcpub.model.logic import tree
from odcpub.model.logic.tree import Action, Sort, Step, Variable

_ENDS = tree.End | tree.Raise


def ends(steps: Sequence[Step]) -> bool:
    """Whether nothing is done after these steps."""
    for step in steps:
        if isinstance(step, _ENDS):
            return True
        if (
            isinstance(step, tree.If)
            and step.otherwise
            and all(map(ends, (*(c.steps for c in step.cases), step.otherwise)))
        ):
            return True
    return False


class Body:
    """Prints the steps of one action. ``waits``: the method is asynchronous; ``mark``: the variable of what handlers
    come back to, while that can be."""

    def __init__(self, action: Action, inside: Inside, lines: Lines, waits: bool) -> None:
        self.action, self.inside, self.lines, self.waits = action, inside, lines, waits
        self.mark: CSharp | None = None

    def block(self, steps: Sequence[Step], *own: str) -> None:
        """Steps in a scope of their own, with ``own`` variables that the block has from its beginning."""
        outer = self.inside.scope
        self.inside.scope = scope = outer.within()
        for name in own:
            scope.declare(name)
        for step in steps:
            for variable in variables(step):
                if variable.declares:
                    scope.declare(variable.symbol.name)
        self.steps(steps)
        self.inside.scope = outer

    def steps(self, steps: Sequence[Step]) -> None:
        """Steps up to the one that nothing comes after."""
        for step in steps:
            self.lines.place(step.place)
            _PRINTED[type(step)](self, step)
            if ends((step,)):
                return

    def end(self) -> None:
        """The method's end, with its outputs."""
        if self.mark:
            self.lines.add(CSharp.code("run.Release({});", self.mark))
        outputs = [self.inside.scope.find(one.name) for one in self.action.outputs]
        listed = CSharp.joined(", ", outputs)
        result = listed if len(outputs) == 1 else CSharp.code("({})", listed)
        if self.waits:
            self.lines.add(CSharp.code("return {};", result) if outputs else CSharp.code("return;"))
        elif outputs:
            type_ = calls.value_type(self.action.outputs, self.inside.world)
            self.lines.add(CSharp.code("return Task.FromResult<{}>({});", type_, result))
        else:
            self.lines.add(CSharp.code("return Task.CompletedTask;"))

    # Results

    def value(self, node: Expression) -> CSharp:
        return value(node, self.inside.around)

    def result(self, variable: Variable, *code: CSharp) -> None:
        """A step's result given to its variable; ``code``: lines."""
        first, *rest = code
        statement = CSharp.code("{} = {}", self._target(variable), first)
        *lines, last = (statement, *rest)
        self.lines.add(*lines, CSharp.code("{};", last))

    def _target(self, variable: Variable) -> CSharp:
        symbol = variable.symbol
        name = self.inside.scope.find(symbol.name)
        if not variable.declares:
            return name
        if symbol.type.basic is Basic.STRUCTURE and (not symbol.type.many or symbol in self.inside.sure):
            return CSharp.code("var {}", name)
        return CSharp.code("{} {}", self.inside.around.type_of(symbol.type), name)

    # Rows

    def asked(self, call: CSharp, statement: Statement, end: CSharp) -> tuple[CSharp, ...]:
        """A call of the run with a statement: ``call("…", [arguments], end)``."""
        arguments = CSharp.joined(", ", (argument(one, self.inside.around) for one in statement.arguments))
        first, *rest = csharp_lines(statement.lines)
        *lines, last = (CSharp.code("{}{}", call, first), *rest)
        return (*lines, CSharp.code("{}, [{}], {})", last, arguments, end))

    def get(self, step: tree.Get) -> None:
        row = self.inside.records[step.entity]
        form: LiteralString = "await run.GetOptional({}, " if step.optional else "await run.Get({}, "
        call = CSharp.code(form, csharp_string(step.entity))
        self.result(step.variable, *self.asked(call, queries.get(step, row, self.inside), _read(row.name, step.locked)))

    def query(self, step: tree.Query) -> None:
        row = self.inside.records[step.entity]
        sure = step.variable.symbol in self.inside.sure
        call = CSharp.code("await run.Query(" if sure else "await run.Query<{}?>(", row.name)
        statement = queries.rows(step, row, self.inside)
        self.result(step.variable, *self.asked(call, statement, _read(row.name, step.locked)))

    def summary(self, step: tree.Summary) -> None:
        row = self.inside.records[step.variable.symbol.type.target]
        form: LiteralString = "await run.Query(" if step.groups else "await run.Summary("
        statement = queries.summary(step, self.inside)
        self.result(step.variable, *self.asked(CSharp.code(form), statement, _read(row.name, False)))

    def create(self, step: tree.Create) -> None:
        values = CSharp.joined(
            ", ",
            (
                CSharp.code("new({}, {})", csharp_string(one.name), argument(one.value, self.inside.around))
                for one in step.values
            ),
        )
        call = CSharp.code("await run.Create({}, [{}]", csharp_string(step.entity), values)
        if step.variable is None:
            self.lines.add(CSharp.code("{});", call))
            return
        row = self.inside.records[step.entity].name
        self.result(step.variable, CSharp.code("{}, {}.Columns, {}.Read)", call, row, row))

    def update(self, step: tree.Update) -> None:
        row = self.value(step.row)
        target = step.row.type.target
        form: LiteralString = "{1}.Id, {1}.Changes()" if self.is_sure(step.row) else "{1}?.Id, {1}?.Changes() ?? []"
        self.lines.add(CSharp.code("await run.Update({0}, " + form + ");", csharp_string(target), row))
        if self.inside.records[target].again:
            form = "{0} = {0}.AsSaved();" if self.is_sure(step.row) else "{0} = {0}?.AsSaved();"
            self.lines.add(CSharp.code(form, row))

    def delete(self, step: tree.Delete) -> None:
        form: LiteralString = (
            "await run.Delete({}, {}.Id);" if self.is_sure(step.row) else "await run.Delete({}, {}?.Id);"
        )
        self.lines.add(CSharp.code(form, csharp_string(step.row.type.target), self.value(step.row)))

    def is_sure(self, node: Expression) -> bool:
        return isinstance(node, Name) and node.symbol in self.inside.sure

    # Variables and branches

    def set(self, step: tree.Set) -> None:
        self.lines.add(*assignments(step.assignments, self.inside))

    def branches(self, step: tree.If) -> None:
        for number, case in enumerate(step.cases):
            if number:
                self.lines.place(case.place)
            form: LiteralString = "else if ({})" if number else "if ({})"
            self.lines.add(CSharp.code(form, condition(case.condition, self.inside.around)))
            with self.lines.block():
                self.block(case.steps)
        if step.otherwise:
            self.lines.add(CSharp.code("else"))
            with self.lines.block():
                self.block(step.otherwise)

    def loop(self, step: tree.ForEach) -> None:
        values = self.value(step.values)
        if not step.variable.declares:  # one from before, which has the last element behind the loop
            name = self.inside.scope.find(step.variable.symbol.name)
            self._turns(step, self.inside.scope.fresh("each"), values, CSharp.code("{} = ", name))
            return
        with self.scope(step.variable.symbol.name) as name:
            if is_given(step.variable.symbol, step.steps):
                self._turns(step, self.inside.scope.fresh("each"), values, CSharp.code("var {} = ", name))
            else:
                self._turns(step, name, values)

    def _turns(self, step: tree.ForEach, each: CSharp, values: CSharp, copy: CSharp | None = None) -> None:
        """``copy``: what gets each element first, where steps name another variable than the loop's own."""
        self.lines.add(CSharp.code("foreach (var {} in {})", each, values))
        with self.lines.block():
            self.lines.add(CSharp.code("run.Check();"))
            if copy:
                self.lines.add(CSharp.code("{}{};", copy, each))
            self.block(step.steps)

    @contextmanager
    def scope(self, name: str) -> Iterator[CSharp]:
        """A scope with one variable, whose name in C# it gives."""
        outer = self.inside.scope
        self.inside.scope = outer.within()
        yield self.inside.scope.declare(name)
        self.inside.scope = outer

    # Calls and refusals

    def call(self, step: tree.Call) -> None:
        code = calls.called(step, self.action.name, self.inside)
        into = {one.output: one.variable for one in step.into}
        outputs = calls.outputs_of(step, self.inside.world)
        if not into:
            self.lines.add(CSharp.code("{};", code))
        elif len(outputs) == 1:
            self.result(into[outputs[0]], code)
        else:
            taken = (self._target(into[one]) if one in into else CSharp.code("_") for one in outputs)
            self.lines.add(CSharp.code("({}) = {};", CSharp.joined(", ", taken), code))

    def refuse(self, step: tree.Raise) -> None:
        arguments = [self.value(step.message)]
        if step.code or step.at:
            arguments.append(csharp_string(step.code))
        if step.at:
            arguments.append(csharp_string(step.at))
        self.lines.add(CSharp.code("throw run.Refusal({});", CSharp.joined(", ", arguments)))

    def finish(self, step: tree.End) -> None:
        self.end()

    # Lists

    def append(self, step: tree.Append) -> None:
        values, added = self.value(step.target), self.value(step.value)
        if step.at is None:
            form: LiteralString = "Elements.AddRange({}, {})" if step.value.type.many else "Elements.Add({}, {})"
            self._changed(step.target, CSharp.code(form, values, added))
        else:
            form = "Elements.InsertRange({}, {}, {})" if step.value.type.many else "Elements.Insert({}, {}, {})"
            self._changed(step.target, CSharp.code(form, values, argument(step.at, self.inside.around), added))

    def remove(self, step: tree.Remove) -> None:
        index = argument(step.index, self.inside.around)
        self._changed(step.target, CSharp.code("Elements.Remove({}, {})", self.value(step.target), index))

    def clear(self, step: tree.Clear) -> None:
        self._changed(step.target, self.value(expressions.Call(rules.NO_VALUE, (), step.target.type)))

    def filter(self, step: tree.Filter) -> None:
        code = CSharp.code("{}.FindAll({})", primary(step.values, self.inside.around), self._tested(step))
        self.result(step.variable, code)

    def find(self, step: tree.Find) -> None:
        code = CSharp.code("{}.FindIndex({})", primary(step.values, self.inside.around), self._tested(step))
        self.result(step.variable, code)

    def order(self, step: tree.Order) -> None:
        comparisons = CSharp.joined(", ", (self._comparison(step.item, one) for one in step.sort))
        self._changed(step.target, CSharp.code("Elements.Order({}, {})", self.value(step.target), comparisons))

    def distinct(self, step: tree.Distinct) -> None:
        self.result(step.variable, CSharp.code("Elements.Distinct({})", self.value(step.values)))

    def _changed(self, target: Expression, code: CSharp) -> None:
        self.lines.add(assigned(target, code, self.inside))

    def _tested(self, step: tree.Filter | tree.Find) -> CSharp:
        with self.scope(step.item.name) as name:
            return CSharp.code("{} => {}", name, condition(step.condition, self.inside.around))

    def _comparison(self, item: Symbol, sort: Sort) -> CSharp:
        """A lambda of two elements, each of which is the item in turn."""
        outer = self.inside.scope
        self.inside.scope = scope = outer.within()
        sides = [scope.fresh("left"), scope.fresh("right")]
        values = []
        for side in sides:
            scope.bind(item.name, side)
            values.append(exact(sort.value, self.inside.around))
        self.inside.scope = outer
        method = CSharp.code("Falling" if sort.descending else "Rising")
        return CSharp.code("({}, {}) => Sorts.{}({}, {})", *sides, method, *values)


_PRINTED: Mapping[type, Callable[[Body, Any], None]] = {
    tree.Get: Body.get,
    tree.Query: Body.query,
    tree.Summary: Body.summary,
    tree.Set: Body.set,
    tree.If: Body.branches,
    tree.ForEach: Body.loop,
    tree.Create: Body.create,
    tree.Update: Body.update,
    tree.Delete: Body.delete,
    tree.Call: Body.call,
    tree.Raise: Body.refuse,
    tree.End: Body.finish,
    tree.Append: Body.append,
    tree.Remove: Body.remove,
    tree.Clear: Body.clear,
    tree.Filter: Body.filter,
    tree.Find: Body.find,
    tree.Order: Body.order,
    tree.Distinct: Body.distinct,
}


def _read(row: CSharp, locked: bool) -> CSharp:
    return CSharp.code("{}.Read, locks: true" if locked else "{}.Read", row)
