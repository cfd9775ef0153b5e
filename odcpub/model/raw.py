"""What is read of a model's files, before it is verified as a whole: typed parts, by file. No I/O.

Parts are what a server keeps of a file that did not change: only names that lead to other elements are left to
look up (``odcpub.model.verify``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from odcpub.errors import Place, Problem
from odcpub.model import elements as el


@dataclass(frozen=True, slots=True)
class Reference:
    """An attribute whose type names a target: its index, and where its type and its other keys stand."""

    index: int
    type_place: Place
    places: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class EntityPart:
    """An entity as its file says it, and what it refers to."""

    element: el.Entity
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class StructurePart:
    """A structure as its file says it, and what it refers to."""

    element: el.Structure
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class ScreenPart:
    """A screen as its file says it. ``places``: where what it names stands, by its path within the screen: ``list``,
    ``columns.Age``, ``actions.CloseTicket.go_to``, ``dashboard.0.where``. ``written``: keys that its author wrote, and
    ``computed columns``."""

    element: el.Screen
    places: Mapping[str, Place]
    written: frozenset[str]


@dataclass(frozen=True, slots=True)
class ActionPart:
    """A server action as its file says it, and what its variables refer to. ``sound``: whether its file alone shows no
    problem of it."""

    element: el.ServerAction
    inputs: tuple[Reference, ...] = ()
    outputs: tuple[Reference, ...] = ()
    locals: tuple[Reference, ...] = ()
    sound: bool = True


@dataclass(frozen=True, slots=True)
class Header:
    """A key that a model has once: ``app``, ``key``, ``description``, ``accent``. ``value``: empty if wrong."""

    key: str
    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class FileParts:
    """What one file says; ``file`` is its POSIX path below the model's folder.

    ``sections``: (key, place) of those written. ``complete``: False where the file could not be read to its end.
    """

    file: str
    headers: tuple[Header, ...] = ()
    sections: tuple[tuple[str, Place], ...] = ()
    uses: tuple[el.Use, ...] = ()
    settings: tuple[el.Setting, ...] = ()
    static_entities: tuple[el.StaticEntity, ...] = ()
    entities: tuple[EntityPart, ...] = ()
    structures: tuple[StructurePart, ...] = ()
    server_actions: tuple[ActionPart, ...] = ()
    screens: tuple[ScreenPart, ...] = ()
    problems: tuple[Problem, ...] = ()
    complete: bool = True
