"""The C# of an asset's actions: a class each, by itself and in units. Reads templates only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from odcpub.compiler.actions.calls import called_name
from odcpub.compiler.actions.described import description, inputs_of, is_limited
from odcpub.compiler.actions.lines import Lines
from odcpub.compiler.actions.method import write_method
from odcpub.compiler.actions.names import class_name
from odcpub.compiler.actions.walk import Walked, walked
from odcpub.compiler.actions.world import World, actions_space, world_of
from odcpub.compiler.drafts import Source
from odcpub.compiler.marked import CSharp
from odcpub.compiler.names import Names
from odcpub.compiler.reuse import Reuse
from odcpub.compiler.sources import source
from odcpub.compiler.templates import render
from odcpub.model.elements import Asset, Attribute, Basic, DataType, ServerAction
from odcpub.model.logic import tree
from odcpub.model.logic.check import typed
from odcpub.model.logic.surroundings import surroundings
from odcpub.model.logic.walk import every_step


@dataclass(frozen=True, slots=True)
class Written:
    """An action's class. ``libraries``: those whose actions or structures it names; empty for the asset's own
    structures."""

    name: str
    type: CSharp
    text: CSharp
    libraries: frozenset[str]


class Actions:
    """Writes the actions of one asset. ``placed``: with the places of their steps in the model."""

    def __init__(self, asset: Asset, names: Names, reuse: Reuse, placed: bool = True) -> None:
        self._names = names
        self._reuse = reuse
        self._placed = placed
        used = {use.name: names.libraries[use.name] for use in asset.uses if use.name in names.libraries}
        self._around = surroundings(asset, used)
        self._world = world = reuse.get("world of actions", self._around, lambda: world_of(self._around, names))
        shapes = (world.statics, world.properties, world.library)
        self._shapes = reuse.get("shapes of actions", shapes, lambda: shapes)

    def written(self, action: ServerAction) -> Written:
        """One action."""
        found = typed(action, self._around)
        made_from = (action, found, self._shapes, tuple(_met(found, self._world)))
        return self._reuse.get(f"action {action.key}", made_from, lambda: self._write(action, found, self._world))

    def source(self, path: str, type_: CSharp | None, written: Collection[Written], **more: str) -> Source:
        """Actions in a file, with the type ``type_`` that describes them to the runtime; None where none does."""
        values: dict[str, object] = {"space": actions_space(self._world.library), "type": type_, "actions": written}
        return source(path, "api/actions.cs", values | more)

    def _write(self, action: ServerAction, found: tree.Action, world: World) -> Written:
        type_ = class_name(action.name)
        lines = Lines(2, self._placed)
        limited = is_limited(action)
        whole = walked(found)
        write_method(whole, world, lines, limited)
        values: dict[str, object] = {
            "element": f"server_actions.{action.name}",
            "access": CSharp.code("public") if world.library else CSharp.code("internal"),
            "type": type_,
            "limited": limited,
            "inputs": inputs_of(action, self._names),
            "described": None if world.library else description(action, world, self._names),
            "lines": lines.text,
        }
        libraries = frozenset(_libraries(whole, world))
        return Written(action.name, type_, render(CSharp, "api/action.cs", values), libraries)


def _met(action: tree.Action, world: World) -> Iterator[object]:
    """What of the world the code of an action depends on, besides the shapes of structures: tables and signatures."""
    yield world.signatures.get(action.name)
    for step in every_step(action):
        if isinstance(step, tree.Call):
            yield world.signatures[called_name(step)]
        elif isinstance(step, tree.Get | tree.Query | tree.Summary | tree.Create):
            yield world.rows[step.entity].key
            yield world.attributes[step.entity]


def _libraries(walked: Walked, world: World) -> Iterator[str]:
    action = walked.action
    for step in walked.steps:
        if isinstance(step, tree.Call):
            signature = world.signatures[called_name(step)]
            yield from ([step.library] if step.library else ())
            yield from _of_attributes((*signature.inputs, *signature.outputs), world)
    yield from _of_types((node.type for node in walked.nodes), world)
    yield from _of_attributes((*action.inputs, *action.outputs, *action.locals), world)


def _of_attributes(attributes: Iterable[Attribute], world: World) -> Iterator[str]:
    return _of_types((one.type for one in attributes), world)


def _of_types(types: Iterable[DataType], world: World) -> Iterator[str]:
    structures = (one.target for one in types if one.basic is Basic.STRUCTURE)
    return (target.rpartition(".")[0] for target in structures if "." in target or target in world.properties)
