"""An action as one class: its records, its method, what describes it. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from odcpub.compiler.actions.body import Body, ends
from odcpub.compiler.actions.calls import default_of, outside_type, result_type
from odcpub.compiler.actions.certainty import given_inputs, sure_symbols
from odcpub.compiler.actions.lines import Lines
from odcpub.compiler.actions.names import Scope
from odcpub.compiler.actions.records import Row, declaration, records_of
from odcpub.compiler.actions.surroundings import Inside
from odcpub.compiler.actions.walk import Walked, is_read
from odcpub.compiler.actions.world import World
from odcpub.compiler.class_names import class_name
from odcpub.compiler.literals import csharp_string
from odcpub.compiler.marked import CSharp
from odcpub.model.logic import tree
from odcpub.model.logic.tree import Action
from odcpub.model.logic.walk import within

_OF_DATABASE = tree.Get | tree.Query | tree.Summary | tree.Create | tree.Update | tree.Delete


def write_method(walked: Walked, world: World, lines: Lines, limited: bool) -> None:
    """The records and the method. ``limited``: inputs have limits, which the method looks at."""
    records = records_of(walked, world)
    for row in records.values():
        lines.add(*declaration(row), CSharp.code(""))
    _method(walked, _inside(walked, world, records), lines, limited)


def _inside(walked: Walked, world: World, records: Mapping[str, Row]) -> Inside:
    names = [class_name(walked.action.name), *(row.name for row in records.values())]
    if world.library:
        names += (class_name(step.action) for step in walked.steps if isinstance(step, tree.Call))
    scope = Scope(taken=[name.removeprefix("@") for name in names])
    return Inside(world, records, sure_symbols(walked), given_inputs(walked), scope)


def _method(walked: Walked, inside: Inside, lines: Lines, limited: bool) -> None:
    action, world, scope = walked.action, inside.world, inside.scope
    waits = any(isinstance(step, _OF_DATABASE | tree.Call) for step in walked.steps)
    body = Body(action, inside, lines, waits)
    inputs = [CSharp.code("{} {}", outside_type(one.type, world), scope.declare(one.name)) for one in action.inputs]
    parameters = CSharp.joined(", ", (CSharp.code("ActionRun run"), *inputs))
    result = result_type(action.outputs, world, named=True)
    form = CSharp.code("public static async" if waits else "public static")
    lines.add(CSharp.code("{} {} Run({})", form, result, parameters))
    with lines.block():
        _beginning(action, inside, lines, limited)
        if action.handlers:
            _guarded(action, body, lines)
        else:
            body.block(action.steps)
            if not ends(action.steps):
                _last(action, body, lines)
        lines.unmapped()


def _beginning(action: Action, inside: Inside, lines: Lines, limited: bool) -> None:
    name = f"{inside.world.library}.{action.name}" if inside.world.library else action.name
    lines.add(CSharp.code("using var call = run.Enter({});", csharp_string(name)))
    if limited:
        inputs = (inside.scope.find(one.name) for one in action.inputs)
        lines.add(CSharp.code("run.CheckInputs({});", CSharp.joined(", ", (CSharp.code("Inputs"), *inputs))))
    for one in (*action.outputs, *action.locals):
        variable = inside.scope.declare(one.name)
        lines.add(
            CSharp.code("{} {} = {};", outside_type(one.type, inside.world), variable, default_of(one, inside.around))
        )


def _last(action: Action, body: Body, lines: Lines) -> None:
    """The end of a method that no step ends."""
    lines.unmapped()
    if action.outputs or not body.waits:
        body.end()


def _guarded(action: Action, body: Body, lines: Lines) -> None:
    """The steps, and what is done when one of them refuses."""
    if any(_can_fail_within(step, body.inside.world) for step in within(action.steps)):
        body.mark = CSharp.code("mark")
        lines.add(CSharp.code("var mark = run.Mark();"))
    mark = body.mark
    lines.add(CSharp.code("try"))
    with lines.block():
        body.block(action.steps)
        if mark and not ends(action.steps):
            lines.add(CSharp.code("run.Release({});", mark))
    body.mark = None
    for handler in _reached(action.handlers):
        lines.place(handler.place)
        _handler(handler, body, lines, mark)
    if not ends(action.steps) or not all(ends(one.steps) for one in action.handlers):
        _last(action, body, lines)


def _handler(handler: tree.Handler, body: Body, lines: Lines, mark: CSharp | None) -> None:
    with body.scope(handler.error.name) as error:
        if handler.code:
            code = csharp_string(handler.code)
            lines.add(CSharp.code("catch (Refusal {0}) when ({0}.Code == {1})", error, code))
        elif is_read(handler.error, handler.steps):
            lines.add(CSharp.code("catch (Refusal {})", error))
        else:
            lines.add(CSharp.code("catch (Refusal)"))
        with lines.block():
            if mark:
                lines.add(CSharp.code("await run.Undo({});", mark))
            body.block(handler.steps)


def _reached(handlers: Sequence[tree.Handler]) -> Iterator[tree.Handler]:
    """Those up to the first one of any refusal."""
    for one in handlers:
        yield one
        if not one.code:
            return


def _can_fail_within(step: tree.Step, world: World) -> bool:
    """Whether a step uses the database, or calls an action that may."""
    return isinstance(step, _OF_DATABASE) or (isinstance(step, tree.Call) and not (step.library or world.library))
