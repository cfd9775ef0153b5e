"""The element that an author means by a path such as ``Ticket.Subject``, and whether it can get a name. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from odcpub.author.rename.expressions import Element
from odcpub.author.rename.model import TYPES, VARIABLES, Model
from odcpub.author.rename.reading import Definition
from odcpub.errors import Missing, OdcpubError, Refused, UsageError
from odcpub.model.language import (
    NAME_LENGTH,
    NAME_PATTERN,
    RESERVED_ATTRIBUTES,
    RESERVED_SCREENS,
    RESERVED_STRUCTURES,
    RESERVED_TABLE_PREFIX,
    RESERVED_TABLES,
    TITLES,
)
from odcpub.model.physical import physical
from odcpub.text import NAMELESS, listed, named, suggest

_FIXED: Mapping[str, tuple[str, str]] = {
    "record": (
        "is a record: its name is its identifier, which rows hold in every stage",
        "change its label; or add another record, and set is_active: false for this one",
    ),
    "use": (
        "is a library, which is named in its own model",
        "change the name in the library's model, release it, then change it under uses",
    ),
}
"""Kinds of element that cannot be renamed here: why, and what to do instead."""


def short(element: Element) -> str:
    """An element's path as authors write it: names alone, but for the sections that share no namespace."""
    section, *rest = element
    first = {"settings": ("Settings",), "screens": ("screens",)}.get(section, ())
    return ".".join((*first, *rest[::2]))


def find(model: Model, old: str) -> tuple[Element, Definition]:
    """The element of a path, whose sections may be left out. Raises Missing, or Refused for one that no other name can
    be given."""
    parts = tuple(old.split("."))
    found = [
        (element, definition)
        for reading in model.readings(parts[-1])
        for element, definition in reading.definitions.items()
        if _is(element, parts)
    ]
    if not found:
        raise _unknown(model, old, parts)
    if len(found) > 1:
        paths = [".".join(element) for element, _ in found]
        raise UsageError(f"{old}: names several elements: {listed(paths)}", "write the whole path of one of them")
    element, definition = found[0]
    if definition.kind in _FIXED:
        why, hint = _FIXED[definition.kind]
        raise Refused(f"{short(element)}: {why}", hint)
    return element, definition


def _unknown(model: Model, old: str, parts: tuple[str, ...]) -> OdcpubError:
    what, asset = named(old) or NAMELESS, model.asset
    if len(parts) > 1 and any(use.name == parts[0] for use in asset.uses):
        hint = f"rename it in the model of {parts[0]}, and change it here when you take the new version"
        return Refused(f"{what}: belongs to the library {parts[0]}", hint)
    if parts == (asset.name,):
        kind = asset.kind.value
        hint = f"change the line '{kind}: {asset.name}'; the key says that it is the same {kind}"
        return Refused(f"{what}: is the {kind} itself, which no other element names", hint)
    if parts[-1].casefold() == "id" and parts[0] in model.names.types:
        return Refused(f"{what}: is the identifier, which every entity has by itself", "rename another attribute")
    known = [short(element) for reading in model.readings() for element in reading.definitions]
    return Missing(f"{what}: the model has no such element", suggest(old, known, "write it as ENTITY.ATTRIBUTE"))


def check_name(model: Model, element: Element, definition: Definition, new: str) -> None:
    """Raises UsageError for what is no name or a reserved one, Refused for one that another element has."""
    if not re.fullmatch(NAME_PATTERN, new) or len(new) > NAME_LENGTH:
        last = new.rpartition(".")[2]
        if re.fullmatch(NAME_PATTERN, last) and last != new:
            raise UsageError(f"{named(new)}: is a path, not a name", f"write the new name alone: {last}")
        hint = f"begin with a letter A to Z; then letters, digits and underscores, {NAME_LENGTH} in all"
        raise UsageError(f"{named(new) or NAMELESS}: is not a name", hint)
    if _is_reserved(definition.kind, element, new):
        what = TITLES[definition.kind]
        raise UsageError(f"{what} cannot be called {new}: the name is reserved", "choose another name")
    for other in _beside(model, element):
        if other[-1].casefold() == new.casefold() and other != element:
            why = "is there already" if other[-1] == new else "differs from that in case alone"
            message = f"{short(element)} cannot be called {new}: {short(other)} {why}"
            raise Refused(message, "choose another name, or rename that one first")


def _beside(model: Model, element: Element) -> Iterator[Element]:
    """The elements whose names must be others."""
    if len(element) == 2 and element[0] in (*TYPES, "server_actions"):
        yield from model.names.types.values()
        yield from (("server_actions", name) for name in model.names.actions)
    elif element[-2] in VARIABLES:
        yield from model.names.actions[element[1]].values()
    else:
        for reading in model.readings(element[-1] if len(element) > 2 else ""):
            yield from (other for other in reading.definitions if other[:-1] == element[:-1])


def _is(element: Element, parts: tuple[str, ...]) -> bool:
    """Whether the parts are the element's names, with or without the sections before them."""
    if not element:
        return not parts
    section, name, *rest = element
    if parts[:1] == (name,) and _is(tuple(rest), parts[1:]):
        return True
    return len(parts) > 1 and parts[0].casefold() == section and parts[1] == name and _is(tuple(rest), parts[2:])


def _is_reserved(kind: str, element: Element, new: str) -> bool:
    """As ``odcpub.model.tables`` and ``parts`` refuse the name of a new element."""
    table = physical(new)
    if kind == "attribute":
        return new.casefold() == "id" or (element[0] == "entities" and table in RESERVED_ATTRIBUTES)
    if kind in ("entity", "static_entity"):
        return table in RESERVED_TABLES or table.startswith(RESERVED_TABLE_PREFIX)
    return new.casefold() in {"screen": RESERVED_SCREENS, "structure": RESERVED_STRUCTURES}.get(kind, ())
