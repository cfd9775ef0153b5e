"""The C# of an asset's actions: a class each, by itself and in units. Reads templates only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from odcpub.compiler.actions.calls import called_name
from odcpub.compiler.actions.described import description, inputs_of, is_limited
from odcpub.compiler.actions.lines import Lines
from odcpub.compiler.actions.method import write_method
from odcpub.compiler.actions.walk import Walked, walked
from odcpub.compiler.actions.world import World, actions_space, world_of
from odcpub.compiler.class_names import class_name
from odcpub.compiler.drafts import Source
from odcpub.compiler.marked import CSharp
from odcpub.compiler.names import Names
from odcpub.compiler.reuse import Reuse
from odcpub.compiler.sources import source
from odcpub.compiler.structures import structure_type, structures_space
from odcpub.compiler.templates import render
from odcpub.model.elements import Asset, Basic, DataType, ServerAction
from odcpub.model.logic import tree
from odcpub.model.logic.check import typed
from odcpub.model.logic.surroundings import surroundings
from odcpub.model.logic.walk import every_step


@dataclass(frozen=True, slots=True)
class Written:
    """An action's class. ``structures``: those of the asset that it names; ``libraries``: those whose actions or
    structures it names."""

    name: str
    type: CSharp
    text: CSharp
    structures: frozenset[str]
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
        shapes = (world.statics, world.properties, world.library, world.short_names, world.hidden)
        self._shapes = reuse.get("shapes of actions", shapes, lambda: shapes)

    def written(self, action: ServerAction) -> Written:
        """One action."""
        found = typed(action, self._around)
        met = self._reuse.get(f"met {action.key}", (found, self._world), lambda: tuple(_met(found, self._world)))
        made_from = (action, found, self._shapes, met)
        return self._reuse.get(f"action {action.key}", made_from, lambda: self._write(action, found, self._world))

    def source(self, path: str, type_: CSharp | None, written: Collection[Written], **more: str) -> Source:
        """Actions in a file, with the type ``type_`` that describes them to the runtime; None where none does."""
        values: dict[str, object] = {
            "space": actions_space(self._world.library),
            "short": [*self._short(written)],
            "type": type_,
            "actions": written,
        }
        return source(path, "api/actions.cs", values | more)

    def _short(self, written: Collection[Written]) -> Iterator[tuple[CSharp, CSharp]]:
        """Short names that the actions of a file have for structures and libraries, with what they stand for."""
        structures = {name for one in written for name in one.structures} if not self._world.library else set()
        for name in sorted(structures):
            yield class_name(name), structure_type(name, "")
        libraries = {name for one in written for name in one.libraries if name not in self._world.hidden}
        for name in sorted(libraries):
            yield class_name(name), CSharp.code("global::{}", structures_space(name))

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
        text = render(CSharp, "api/action.cs", values)
        named = {one for one in _named_structures(whole, world) if "." in one or one in world.properties}
        structures = frozenset(name for name in named if "." not in name)
        called = {step.library for step in whole.steps if isinstance(step, tree.Call)} - {""}
        libraries = called | {name.rpartition(".")[0] for name in named - structures}
        return Written(action.name, type_, text, structures, frozenset(libraries))


def _met(action: tree.Action, world: World) -> Iterator[object]:
    """What of the world the code of an action depends on, besides structures and names: tables and signatures."""
    yield world.signatures.get(action.name)
    for step in every_step(action):
        if isinstance(step, tree.Call):
            yield world.signatures[called_name(step)]
        elif isinstance(step, tree.Get | tree.Query | tree.Summary | tree.Create):
            yield world.rows[step.entity].key
            yield world.attributes[step.entity]


def _named_structures(walked: Walked, world: World) -> Iterator[str]:
    """All structures that the code of an action may name, or whose types the compiler must see."""
    action = walked.action
    for step in walked.steps:
        if isinstance(step, tree.Call):
            signature = world.signatures[called_name(step)]
            yield from _of_types(one.type for one in (*signature.inputs, *signature.outputs))
    yield from _of_types(node.type for node in walked.nodes)
    yield from _of_types(one.type for one in (*action.inputs, *action.outputs, *action.locals))


def _of_types(types: Iterable[DataType]) -> Iterator[str]:
    return (one.target for one in types if one.basic is Basic.STRUCTURE)
