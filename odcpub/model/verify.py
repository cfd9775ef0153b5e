"""A model's parts → a verified asset, or every problem at once. No I/O.

What one file alone can show is found where it is read (``odcpub.model.parts``); this is what needs the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

from odcpub.errors import ModelError, Place, Problem, Severity
from odcpub.model import elements as el
from odcpub.model.elements import NOWHERE, Asset, Kind, Library, VerifiedAsset
from odcpub.model.language import ASSET_KINDS
from odcpub.model.load import RawModel, no_collection
from odcpub.model.logic.check import problems_of_logic
from odcpub.model.logic.surroundings import latest, surroundings
from odcpub.model.names import Named, check_unique
from odcpub.model.physical import physical
from odcpub.model.problems import Code
from odcpub.model.raw import ActionPart, EntityPart, FileParts, ScreenPart, StructurePart
from odcpub.model.references import check_cycles, resolve_actions, resolve_entities, resolve_structures
from odcpub.model.screens.check import problems_of_screens
from odcpub.model.screens.made import screens
from odcpub.model.targets import Targets
from odcpub.model.versions import parse_range, parse_version
from odcpub.text import listed, suggest

_FOLLOWING = frozenset({Code.UNKNOWN_TYPE, Code.UNKNOWN_TARGET, Code.MISSING_KEY})
"""What a file that cannot be read brings about elsewhere: not told, for it is no fault of the author's there."""


def verify(
    raw: RawModel, libraries: Mapping[str, Library], before: Asset | None = None
) -> tuple[VerifiedAsset, tuple[Problem, ...]]:
    """The asset and its warnings; raises ModelError with all problems. ``libraries``: by name, what ``uses`` got;
    ``before``: the asset as it was, whose entities are taken over where nothing of them was read again."""
    asset, problems = _examine(raw, libraries, before)
    if asset is None or any(problem.severity is Severity.ERROR for problem in problems):
        raise ModelError(problems)
    return VerifiedAsset(asset), problems


def read_alone(raw: RawModel) -> tuple[Asset | None, tuple[Problem, ...]]:
    """The asset, as far as the model's own files show it, and all problems that they show; what it takes from libraries
    is not looked up."""
    return _examine(raw, None)


def _examine(
    raw: RawModel, libraries: Mapping[str, Library] | None, before: Asset | None = None
) -> tuple[Asset | None, tuple[Problem, ...]]:
    """The asset, as far as it could be made, and all problems in the order of their places."""
    problems = [*raw.problems, *chain.from_iterable(part.problems for part in raw.parts)]
    whole: list[Problem] = []
    with no_collection():
        asset = _asset(raw, libraries, whole) if raw.parts else None
        if asset and before:
            asset = _taken_over(asset, before)
        if asset and raw.complete:
            around = surroundings(asset, libraries or {}, latest(before))
            whole += problems_of_logic(asset, around, _unsound(raw, whole))
            whole += problems_of_screens(asset, around, chain.from_iterable(part.screens for part in raw.parts))
    problems += whole if raw.complete else [problem for problem in whole if problem.code not in _FOLLOWING]
    return asset, tuple(sorted(dict.fromkeys(problems), key=_order))


def _unsound(raw: RawModel, problems: Iterable[Problem]) -> set[str]:
    """The actions of which something is told already."""
    parts = chain.from_iterable(part.server_actions for part in raw.parts)
    told = (problem.element.split(".") for problem in problems if problem.element.startswith("server_actions."))
    return {*(part.element.name for part in parts if not part.sound), *(path[1] for path in told)}


def _taken_over(asset: Asset, before: Asset) -> Asset:
    """The asset with the very same elements as before, where they are: what was made of those is known."""
    known = {one.key: one for one in before.entities}
    entities = (old if (old := known.get(one.key)) and _is_as(old, one) else one for one in asset.entities)
    acting = {one.key: one for one in before.server_actions}
    actions = (was if (was := acting.get(one.key)) and _acts_as(was, one) else one for one in asset.server_actions)
    return replace(asset, entities=tuple(entities), server_actions=tuple(actions))


def _is_as(old: el.Entity, new: el.Entity) -> bool:
    return old == new and _are_as(old.attributes, new.attributes)


def _acts_as(old: el.ServerAction, new: el.ServerAction) -> bool:
    pairs = ((old.inputs, new.inputs), (old.outputs, new.outputs), (old.locals, new.locals))
    return old == new and all(_are_as(one, other) for one, other in pairs)


def _are_as(old: tuple[el.Attribute, ...], new: tuple[el.Attribute, ...]) -> bool:
    """References are made anew each time; of other attributes equality would not do, since 1.5 and 1.50 are equal."""
    return all(one is other or one.type.target for one, other in zip(old, new, strict=False))


def uses(raw: RawModel) -> tuple[el.Use, ...]:
    """What the model uses, before it is verified: for resolving versions."""
    return _by_name(chain.from_iterable(part.uses for part in raw.parts))


_Element = TypeVar("_Element", el.Use, el.Setting, el.StaticEntity)
_Part = TypeVar("_Part", EntityPart, StructurePart, ActionPart)


def _by_name(elements: Iterable[_Element]) -> tuple[_Element, ...]:
    """In the order of their names, so that it does not matter which file an element stands in."""
    return tuple(sorted(elements, key=lambda element: element.name))


def _parts_by_name(parts: Iterable[_Part]) -> tuple[_Part, ...]:
    return tuple(sorted(parts, key=lambda part: part.element.name))


def _order(problem: Problem) -> tuple[Place, str, str]:
    return problem.place or NOWHERE, problem.code, problem.message


def _asset(raw: RawModel, libraries: Mapping[str, Library] | None, problems: list[Problem]) -> Asset:
    kind, headers = _headers(raw, problems)
    found = _Named.of(raw)
    _check_names(problems, found)
    _check_uses(problems, raw.name, found.uses, libraries)
    if kind is Kind.LIBRARY:
        _check_library(problems, raw.parts)
    targets = Targets(found.entities, found.static_entities, found.structures, found.uses, libraries or {})
    entities = resolve_entities(problems, found.entities, targets)
    structures = resolve_structures(problems, found.structures, targets)
    check_cycles(problems, entities, structures)
    name = headers.get(kind.value, "")
    return Asset(
        kind=kind,
        name=name,
        key=headers.get("key", ""),
        description=headers.get("description", ""),
        accent=headers.get("accent", el.ACCENT),
        uses=found.uses,
        settings=found.settings,
        static_entities=found.static_entities,
        entities=entities,
        structures=structures,
        server_actions=resolve_actions(problems, found.server_actions, targets),
        screens=screens(problems, found.screens, entities),
        place=next((h.place for part in raw.parts for h in part.headers if h.key == kind.value), NOWHERE),
    )


def _headers(raw: RawModel, problems: list[Problem]) -> tuple[Kind, dict[str, str]]:
    first: dict[str, Place] = {}
    values: dict[str, str] = {}
    for header in chain.from_iterable(part.headers for part in raw.parts):
        slot = "kind" if header.key in ASSET_KINDS else header.key
        if slot in first:
            what = "a second asset" if slot == "kind" else f"'{header.key}' a second time"
            message = f"{what} in one model: the first is at {first[slot]}"
            hint = "move the other to a folder of its own, or remove this line: a folder holds one asset"
            problems.append(Problem(str(Code.DUPLICATE_KEY), message, hint, header.place))
            continue
        first[slot] = header.place
        values[header.key] = header.value
    kind = next((kind for kind in Kind if kind.value in values), None)
    where = first.get("kind") or Place(raw.parts[0].file, 1, 1)
    if kind is Kind.EXTENSION:
        hint = "write app: or library: for now"
        problems.append(Problem(str(Code.NOT_SUPPORTED), "extensions are not supported yet", hint, where))
    if kind is None:
        hint = "write app: and a name, or library: and a name, as the first line"
        problems.append(Problem(str(Code.MISSING_KEY), "the model does not say what it is", hint, where))
    if "key" not in values:
        hint = "write key: and a UUID below the name, as 'odcpub new' does, and never change it afterwards"
        problems.append(Problem(str(Code.MISSING_KEY), "the asset has no key", hint, where))
    return kind or Kind.APP, values


@dataclass(frozen=True, slots=True)
class _Named:
    """What of a model has a name, as it was read."""

    entities: tuple[EntityPart, ...]
    structures: tuple[StructurePart, ...]
    server_actions: tuple[ActionPart, ...]
    static_entities: tuple[el.StaticEntity, ...]
    settings: tuple[el.Setting, ...]
    screens: tuple[ScreenPart, ...]
    uses: tuple[el.Use, ...]

    @classmethod
    def of(cls, raw: RawModel) -> _Named:
        parts = raw.parts
        return cls(
            _parts_by_name(chain.from_iterable(part.entities for part in parts)),
            _parts_by_name(chain.from_iterable(part.structures for part in parts)),
            _parts_by_name(chain.from_iterable(part.server_actions for part in parts)),
            _by_name(chain.from_iterable(part.static_entities for part in parts)),
            _by_name(chain.from_iterable(part.settings for part in parts)),
            tuple(chain.from_iterable(part.screens for part in parts)),
            uses(raw),
        )


def _check_names(problems: list[Problem], found: _Named) -> None:
    types = [
        *(Named(e.name, e.key, e.place, f"static_entities.{e.name}") for e in found.static_entities),
        *(_named_part("entities", part) for part in found.entities),
        *(_named_part("structures", part) for part in found.structures),
    ]
    actions = [_named_part("server_actions", part) for part in found.server_actions]
    for elements, identity in (([*types, *actions], None), (types, physical), (actions, str)):
        check_unique(problems, sorted(elements, key=lambda named: named.place), "element", identity)
    settings = [Named(e.name, e.identity, e.place, f"settings.{e.name}") for e in found.settings]
    check_unique(problems, settings, "setting", identity=str)
    screens = [part.element for part in found.screens]
    for section, what, others in (("screens", "screen", screens), ("uses", "library", found.uses)):
        named = [Named(e.name, e.name, e.place, f"{section}.{e.name}") for e in others]
        check_unique(problems, named, what, identity=None)


def _named_part(section: str, part: EntityPart | StructurePart | ActionPart) -> Named:
    element = part.element
    return Named(element.name, element.key, element.place, f"{section}.{element.name}")


def _check_uses(
    problems: list[Problem], name: str, used: tuple[el.Use, ...], libraries: Mapping[str, Library] | None
) -> None:
    for use in used:
        path = f"uses.{use.name}"
        if use.name == name:
            problems.append(Problem(str(Code.UNKNOWN_LIBRARY), "it uses itself", "remove it", use.place, path))
            continue
        if libraries is None:
            continue
        library = libraries.get(use.name)
        if library is None:
            otherwise = f"publish and release the library {use.name} first"
            otherwise += f"; there are {listed(sorted(libraries))}" if libraries else ""
            hint = suggest(use.name, libraries, otherwise)
            message = f"there is no library {use.name}"
            problems.append(Problem(str(Code.UNKNOWN_LIBRARY), message, hint, use.place, path))
        elif not parse_range(use.range).has(parse_version(library.version)):
            hint = f"change the range, or release a version of {use.name} that is in it"
            message = f"{use.name} {library.version} is not in the range {use.range}"
            problems.append(Problem(str(Code.LIBRARY_VERSION), message, hint, use.place, path))


def _check_library(problems: list[Problem], parts: tuple[FileParts, ...]) -> None:
    for key, place in chain.from_iterable(part.sections for part in parts):
        if key in ("entities", "settings", "screens"):
            hint = "move them to the app that uses it: a library has no data, no settings and no screens"
            message = f"a library has no {key}"
            problems.append(Problem(str(Code.LIBRARY_DATA), message, hint, place, key))
