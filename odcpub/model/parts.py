"""One file of a model → its typed parts, with every problem that the file alone can show. No I/O.

Parts are what a server keeps of a file that did not change: only names that lead to other elements are left to
look up (``odcpub.model.verify``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from odcpub.errors import Place, Problem
from odcpub.model import elements as el
from odcpub.model.attributes import Reference, attribute, reference, setting
from odcpub.model.elements import Basic, DeleteRule
from odcpub.model.fields import Fields, Reading, fields, name_ok
from odcpub.model.language import (
    ASSET_KINDS,
    LABEL_LENGTH,
    MAX_ATTRIBUTES,
    MAX_INDEX_ATTRIBUTES,
    RESERVED_ATTRIBUTES,
    RESERVED_SCREENS,
    RESERVED_STRUCTURES,
    RESERVED_TABLE_PREFIX,
    RESERVED_TABLES,
)
from odcpub.model.names import Named, check_unique
from odcpub.model.physical import physical
from odcpub.model.problems import Code, listed, shown, suggest
from odcpub.model.versions import parse_range
from odcpub.model.yaml_text import Mapping, Node, Scalar, parse

MAX_INDEX_BYTES = 2_600
"""PostgreSQL refuses rows whose index entry is longer than 2,704 bytes; a character takes up to four."""


@dataclass(frozen=True, slots=True)
class EntityPart:
    element: el.Entity
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class StructurePart:
    element: el.Structure
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class ScreenPart:
    """``columns`` and ``search``: (name, place), None where the author wrote none."""

    element: el.Screen
    entity_place: Place
    columns: tuple[tuple[str, Place], ...] | None
    search: tuple[tuple[str, Place], ...] | None


@dataclass(frozen=True, slots=True)
class Header:
    """A key that a model has once: ``app``, ``key``, ``description``, ``accent``."""

    key: str
    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class FileParts:
    """What one file says; ``file`` is its POSIX path below the model's folder. ``sections``: (key, place)."""

    file: str
    headers: tuple[Header, ...] = ()
    sections: tuple[tuple[str, Place], ...] = ()
    uses: tuple[el.Use, ...] = ()
    settings: tuple[el.Setting, ...] = ()
    static_entities: tuple[el.StaticEntity, ...] = ()
    entities: tuple[EntityPart, ...] = ()
    structures: tuple[StructurePart, ...] = ()
    screens: tuple[ScreenPart, ...] = ()
    problems: tuple[Problem, ...] = ()


def read(text: str, file: str) -> FileParts:
    """The parts of one file's text."""
    root, problems = parse(text, file)
    reading = Reading(file)
    if root is None:
        return FileParts(file, problems=problems)
    found = fields(reading, "asset", root, root, "")
    headers = tuple(
        Header(key, found.values[key], reading.place(found.nodes[key]))
        for key in (*ASSET_KINDS, "key", "description", "accent")
        if key in found.values
    )
    sections = {key: _section(reading, found, key, make) for key, make in _SECTIONS.items()}
    places = tuple((key, reading.place(found.nodes[key])) for key in _SECTIONS if found.values.get(key) is not None)
    return FileParts(file, headers, places, problems=(*problems, *reading.problems), **sections)  # type: ignore[arg-type]


def _section(reading: Reading, found: Fields, section: str, make: Maker) -> tuple[object, ...]:
    mapping: Mapping | None = found.get(section)
    if mapping is None:
        return ()
    made = []
    for name, node in mapping.entries.values():
        element = f"{section}.{name.text if len(name.text) <= 60 else shown(name.text)}"
        name_ok(reading, name, element)
        made.append(make(reading, name, node, element))
    return tuple(made)


def _use(reading: Reading, name: Scalar, node: Node, element: str) -> el.Use:
    text = node.text if isinstance(node, Scalar) and node.value is not None else ""
    try:
        parse_range(text)
    except ValueError as error:
        hint = 'Write a range in quotes: "^1.0", "~1.2", "1.2.3" or ">=1.0 <2.0".'
        reading.problem(Code.LIBRARY_VERSION, node, element, str(error), hint)
        text = "*"
    return el.Use(name.text, text, reading.place(name))


def _static_entity(reading: Reading, name: Scalar, node: Node, element: str) -> el.StaticEntity:
    found = fields(reading, "static_entity", node, name, element)
    _check_table(reading, name, found, element)
    records: list[el.Record] = []
    mapping: Mapping | None = found.get("records")
    for order, (key, value) in enumerate(mapping.entries.values() if mapping else (), 1):
        records.append(_record(reading, key, value, order, f"{element}.records.{shown(key.text)}"))
    check_unique(
        reading.problems, [Named(r.key, r.key, r.place, f"{element}.records.{r.key}") for r in records], "record"
    )
    if not records:
        hint = "Add one: records: { First: { label: First } }."
        reading.warning(Code.NO_RECORDS, name, element, f"{name.text} has no records", hint)
    values = found.values
    return el.StaticEntity(
        name.text, values.get("key", name.text), tuple(records), values.get("description", ""), reading.place(name)
    )


def _record(reading: Reading, key: Scalar, node: Node, order: int, element: str) -> el.Record:
    name_ok(reading, key, element)
    found = fields(reading, "record", node, key, element)
    label: str = found.get("label", key.text)
    if not label.strip() or len(label) > LABEL_LENGTH:
        message = f"a label has 1 to {LABEL_LENGTH} characters, and this one {len(label.strip())}"
        reading.problem(Code.BAD_VALUE, found.nodes["label"], element, message, "It is what people read.")
    return el.Record(key.text, label, order, found.get("is_active", True), reading.place(key))


def _entity(reading: Reading, name: Scalar, node: Node, element: str) -> EntityPart:
    found = fields(reading, "entity", node, name, element)
    _check_table(reading, name, found, element)
    attributes, references = _attributes(reading, name, found, element, "entity")
    by_name = {attribute.name: attribute for attribute in attributes}
    display = _display(reading, found, by_name, element)
    values = found.values
    made = el.Entity(
        name=name.text,
        key=values.get("key", name.text),
        attributes=attributes,
        indexes=_indexes(reading, found, by_name, element),
        display=display,
        description=values.get("description", ""),
        place=reading.place(name),
    )
    return EntityPart(made, references)


def _attributes(
    reading: Reading, owner: Scalar, found: Fields, element: str, kind: str
) -> tuple[tuple[el.Attribute, ...], tuple[Reference, ...]]:
    mapping: Mapping | None = found.get("attributes")
    if mapping is None:
        return (), ()
    attributes: list[el.Attribute] = []
    references: list[Reference] = []
    for name, node in mapping.entries.values():
        path = f"{element}.attributes.{name.text if len(name.text) <= 60 else shown(name.text)}"
        name_ok(reading, name, path)
        made, its_fields = attribute(reading, name, node, path)
        if made.type.target:
            references.append(reference(reading, len(attributes), its_fields))
        _check_attribute(reading, made, name, its_fields, path, kind)
        attributes.append(made)
    if len(attributes) > MAX_ATTRIBUTES:
        message = f"{len(attributes)} attributes, and {MAX_ATTRIBUTES} are the most"
        reading.problem(Code.BAD_VALUE, owner, element, message, "Divide it into several.")
    named = [Named(a.name, a.key, a.place, f"{element}.attributes.{a.name}") for a in attributes]
    check_unique(reading.problems, named, "attribute")
    return tuple(attributes), tuple(references)


def _check_attribute(reading: Reading, made: el.Attribute, name: Scalar, found: Fields, path: str, kind: str) -> None:
    if name.text.casefold() == "id" or (kind == "entity" and physical(made.key) in RESERVED_ATTRIBUTES):
        what = (
            "Id is there by itself" if name.text.casefold() == "id" else f"{made.key} is a column of PostgreSQL's own"
        )
        reading.problem(
            Code.RESERVED_NAME, name, path, f"an attribute cannot be called {made.key}: {what}", "Rename it."
        )
    if made.mandatory and made.on_delete is DeleteRule.IGNORE and made.type.basic is Basic.IDENTIFIER:
        hint = "Use Protect or Delete, or let the attribute be empty."
        message = "on_delete Ignore would empty a mandatory attribute"
        reading.problem(Code.DELETE_RULE, found.nodes["on_delete"], path, message, hint)


def _display(reading: Reading, found: Fields, attributes: dict[str, el.Attribute], element: str) -> str:
    display: str | None = found.get("display")
    if display is None:
        return next((a.name for a in attributes.values() if a.type.basic is Basic.TEXT), "")
    if display not in attributes:
        hint = suggest(display, attributes, f"It has {listed(attributes) or 'no attributes'}.")
        message = f"display names {shown(display)}, which is no attribute of it"
        reading.problem(Code.UNKNOWN_TARGET, found.nodes["display"], element, message, hint)
    elif attributes[display].type.basic is Basic.BINARY_DATA:
        hint = "Name an attribute that people can read."
        reading.problem(Code.WRONG_TYPE, found.nodes["display"], element, "display cannot be Binary Data", hint)
    return display


def _indexes(
    reading: Reading, found: Fields, attributes: dict[str, el.Attribute], element: str
) -> tuple[el.Index, ...]:
    mapping: Mapping | None = found.get("indexes")
    made: list[el.Index] = []
    for name, node in mapping.entries.values() if mapping else ():
        path = f"{element}.indexes.{shown(name.text)}"
        name_ok(reading, name, path)
        its = fields(reading, "index", node, name, path)
        members: tuple[tuple[str, Scalar], ...] = its.get("attributes", ())
        _check_members(reading, its, members, attributes, path)
        names = tuple(member for member, _ in members)
        made.append(
            el.Index(
                name.text,
                its.get("key", name.text),
                names,
                its.get("unique", False),
                its.get("description", ""),
                reading.place(name),
            )
        )
    check_unique(
        reading.problems, [Named(i.name, i.key, i.place, f"{element}.indexes.{i.name}") for i in made], "index"
    )
    return tuple(made)


def _check_members(
    reading: Reading,
    found: Fields,
    members: tuple[tuple[str, Scalar], ...],
    attributes: dict[str, el.Attribute],
    path: str,
) -> None:
    size = 0
    for text, node in members:
        if text not in attributes:
            hint = suggest(text, attributes, f"The entity has {listed(attributes) or 'no attributes'}.")
            message = f"the index names {shown(text)}, which is no attribute of the entity"
            reading.problem(Code.UNKNOWN_TARGET, node, path, message, hint)
            continue
        size += (width := _index_width(attributes[text].type))
        if width > MAX_INDEX_BYTES:
            what = "Binary Data" if attributes[text].type.basic is Basic.BINARY_DATA else "a text this long"
            hint = f"Index another attribute, or give the text a length of {MAX_INDEX_BYTES // 4} at most."
            reading.problem(Code.BAD_INDEX, node, path, f"{text} cannot be indexed: {what} does not fit", hint)
            return
    if "attributes" in found.values and not (0 < len(members) <= MAX_INDEX_ATTRIBUTES):
        message = f"an index has 1 to {MAX_INDEX_ATTRIBUTES} attributes, and this one {len(members)}"
        reading.problem(Code.BAD_INDEX, found.nodes["attributes"], path, message, "attributes: [Name]")
    elif size > MAX_INDEX_BYTES:
        hint = "Index fewer attributes, or shorten their lengths."
        message = (
            f"together its texts are too long for an index entry: {size:,} bytes, and {MAX_INDEX_BYTES:,} are the most"
        )
        reading.problem(Code.BAD_INDEX, found.nodes["attributes"], path, message, hint)


_FIXED_WIDTHS = {Basic.EMAIL: 1_000, Basic.PHONE_NUMBER: 80, Basic.IDENTIFIER: 50}


def _index_width(type_: el.DataType) -> int:
    if type_.basic is Basic.BINARY_DATA or (type_.basic is Basic.TEXT and type_.length is None):
        return MAX_INDEX_BYTES + 1
    return 4 * (type_.length or 0) if type_.basic is Basic.TEXT else _FIXED_WIDTHS.get(type_.basic, 24)


def _check_table(reading: Reading, name: Scalar, found: Fields, element: str) -> None:
    table = physical(found.get("key", name.text))
    if table in RESERVED_TABLES or table.startswith(RESERVED_TABLE_PREFIX):
        hint = "Names that begin with Odcpub, and AlembicVersion, are the platform's."
        reading.problem(Code.RESERVED_NAME, name, element, f"its table would be {table}, which is the platform's", hint)


def _structure(reading: Reading, name: Scalar, node: Node, element: str) -> StructurePart:
    found = fields(reading, "structure", node, name, element)
    if name.text.casefold() in RESERVED_STRUCTURES:
        message = f"a structure cannot be called {name.text}: it is a data type"
        reading.problem(Code.RESERVED_NAME, name, element, message, "Rename it.")
    attributes, references = _attributes(reading, name, found, element, "structure")
    for made in attributes:
        if made.type.basic is Basic.IDENTIFIER and (rule := _rule_node(found, made.name)):
            path = f"{element}.attributes.{made.name}"
            hint = "Delete rules are for entities: a structure has no rows."
            reading.problem(Code.DELETE_RULE, rule, path, "on_delete is not for structures", hint)
    values = found.values
    made_structure = el.Structure(
        name.text, values.get("key", name.text), attributes, values.get("description", ""), reading.place(name)
    )
    return StructurePart(made_structure, references)


def _rule_node(found: Fields, attribute_name: str) -> Node | None:
    node = found.values["attributes"].entries[attribute_name][1]
    entry = node.entries.get("on_delete") if isinstance(node, Mapping) else None
    return entry[1] if entry else None


def _screen(reading: Reading, name: Scalar, node: Node, element: str) -> ScreenPart:
    found = fields(reading, "screen", node, name, element)
    if name.text.casefold() in RESERVED_SCREENS:
        reading.problem(Code.RESERVED_NAME, name, element, f"/{name.text} is the address of the data", "Rename it.")
    given = [kind for kind in ("list", "detail") if kind in found.nodes]
    if len(given) != 1:
        hint = "Write list: Entity for a table of rows, or detail: Entity for one row."
        why = "has neither list nor detail" if not given else "has both list and detail"
        reading.problem(Code.BAD_SCREEN, name, element, f"the screen {why}", hint)
    for key in ("columns", "search"):
        if given == ["detail"] and key in found.nodes:
            message = f"{key} is for lists, and this is a detail"
            reading.problem(Code.BAD_SCREEN, found.nodes[key], element, message, "A detail shows every attribute.")
    kind = el.ScreenKind(given[0]) if given else el.ScreenKind.LIST
    entity_node = found.nodes.get(kind.value, name)
    made = el.Screen(
        name.text,
        kind,
        found.get(kind.value, ""),
        description=found.get("description", ""),
        place=reading.place(name),
    )
    return ScreenPart(
        made, reading.place(entity_node), _placed(reading, found, "columns"), _placed(reading, found, "search")
    )


def _placed(reading: Reading, found: Fields, key: str) -> tuple[tuple[str, Place], ...] | None:
    members: tuple[tuple[str, Scalar], ...] | None = found.get(key)
    return None if members is None else tuple((text, reading.place(node)) for text, node in members)


Maker = Callable[[Reading, Scalar, Node, str], object]
_SECTIONS: dict[str, Maker] = {
    "uses": _use,
    "settings": lambda reading, name, node, element: setting(reading, name, node, element),
    "static_entities": _static_entity,
    "entities": _entity,
    "structures": _structure,
    "screens": _screen,
}
