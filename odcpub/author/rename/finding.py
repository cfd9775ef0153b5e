"""The element that an author means by a path such as ``Ticket.Subject``, and whether it can get a name. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from odcpub.author.rename.places import Element, Names
from odcpub.author.rename.reading import Definition, Reading, read_model
from odcpub.errors import Missing, OdcpubError, Refused, UsageError
from odcpub.model.elements import Asset
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
from odcpub.text import listed, named, suggest

_TYPES = ("entities", "static_entities", "structures")
"""Sections whose elements share one namespace."""
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


def types_of(asset: Asset) -> dict[str, Element]:
    """What the names of types lead to."""
    found: dict[str, Element] = {}
    for section in _TYPES:
        found |= {one.name: (section, one.name) for one in getattr(asset, section)}
    return found


class Search:
    """A model's files, read where they may have the name that is sought. ``texts``: by path."""

    def __init__(self, texts: Mapping[str, str], asset: Asset) -> None:
        self.texts = texts
        self.asset = asset
        self.names = Names(types_of(asset))
        self._readings: dict[str, Reading] = {}

    def readings(self, name: str = "") -> Iterator[Reading]:
        """The files that may hold the name, which an escape can hide; all files for no name."""
        for path, text in self.texts.items():
            if name in text or "\\" in text:
                if path not in self._readings:
                    self._readings[path] = read_model(path, text, self.names)
                yield self._readings[path]

    def find(self, old: str) -> tuple[Element, Definition]:
        """The element of a path, whose sections may be left out. Raises Missing, or Refused for one that no other name
        can be given."""
        parts = tuple(old.split("."))
        found = [
            (element, definition)
            for reading in self.readings(parts[-1])
            for element, definition in reading.definitions.items()
            if _is(element, parts)
        ]
        if not found:
            raise self._unknown(old, parts)
        if len(found) > 1:
            whole = [".".join(element) for element, _ in found]
            raise UsageError(f"{old}: names several elements: {listed(whole)}", "write the whole path of one of them")
        element, definition = found[0]
        if definition.kind in _FIXED:
            why, hint = _FIXED[definition.kind]
            raise Refused(f"{short(element)}: {why}", hint)
        return element, definition

    def _unknown(self, old: str, parts: tuple[str, ...]) -> OdcpubError:
        what = named(old) or "''"
        if len(parts) > 1 and any(use.name == parts[0] for use in self.asset.uses):
            hint = f"rename it in the model of {parts[0]}, and change it here when you take the new version"
            return Refused(f"{what}: belongs to the library {parts[0]}", hint)
        if parts == (self.asset.name,):
            kind = self.asset.kind.value
            hint = f"change the line '{kind}: {self.asset.name}'; the key says that it is the same {kind}"
            return Refused(f"{what}: is the {kind} itself, which no other element names", hint)
        if parts[-1].casefold() == "id" and parts[0] in self.names.types:
            return Refused(f"{what}: is the identifier, which every entity has by itself", "rename another attribute")
        known = [short(element) for reading in self.readings() for element in reading.definitions]
        return Missing(f"{what}: the model has no such element", suggest(old, known, "write it as ENTITY.ATTRIBUTE"))

    def check_name(self, element: Element, definition: Definition, new: str) -> None:
        """Raises UsageError for what is no name or a reserved one, Refused for one that another element has."""
        if not re.fullmatch(NAME_PATTERN, new) or len(new) > NAME_LENGTH:
            last = new.rpartition(".")[2]
            if re.fullmatch(NAME_PATTERN, last) and last != new:
                raise UsageError(f"{named(new)}: is a path, not a name", f"write the new name alone: {last}")
            hint = f"begin with a letter A to Z; then letters, digits and underscores, {NAME_LENGTH} in all"
            raise UsageError(f"{named(new) or repr(new)}: is not a name", hint)
        if _is_reserved(definition.kind, element, new):
            raise UsageError(
                f"{TITLES[definition.kind]} cannot be called {new}: the name is reserved", "choose another"
            )
        for other in self._beside(element):
            if other[-1].casefold() == new.casefold() and other != element:
                why = "is there already" if other[-1] == new else "differs from that in case alone"
                message = f"{short(element)} cannot be called {new}: {short(other)} {why}"
                raise Refused(message, "choose another name, or rename that one first")

    def _beside(self, element: Element) -> Iterable[Element]:
        """The elements whose names must be others."""
        if element[0] in _TYPES and len(element) == 2:
            return self.names.types.values()
        return (
            other
            for reading in (self._readings.values() if len(element) > 2 else self.readings())
            for other in reading.definitions
            if other[:-1] == element[:-1]
        )


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
