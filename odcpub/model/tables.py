"""Static entities, entities and structures: from their mappings to parts, judged by themselves. No I/O."""

from __future__ import annotations

from dataclasses import replace

from odcpub.model import elements as el
from odcpub.model.attributes import attribute, reference
from odcpub.model.characters import is_blank
from odcpub.model.elements import Basic, DeleteRule
from odcpub.model.fields import Fields, fields, name_ok, path_of
from odcpub.model.indexes import indexes
from odcpub.model.language import (
    LABEL_LENGTH,
    MAX_ATTRIBUTES,
    RESERVED_ATTRIBUTES,
    RESERVED_STRUCTURES,
    RESERVED_TABLE_PREFIX,
    RESERVED_TABLES,
)
from odcpub.model.names import Named, check_unique
from odcpub.model.physical import physical
from odcpub.model.problems import Code
from odcpub.model.raw import EntityPart, Reference, StructurePart
from odcpub.model.reading import Reading
from odcpub.model.types import UNKNOWN
from odcpub.model.yaml_text import Mapping, Node, Scalar
from odcpub.text import listed, shown, suggest


def static_entity(reading: Reading, name: Scalar, node: Node, element: str) -> el.StaticEntity:
    """A static entity; what is wrong with it goes to ``reading``."""
    found = fields(reading, "static_entity", node, name, element)
    _check_table(reading, name, found, element)
    records: list[el.Record] = []
    mapping: Mapping | None = found.get("records")
    for order, (key, value) in enumerate(mapping.entries.values() if mapping else (), 1):
        records.append(_record(reading, key, value, order, path_of(f"{element}.records", key)))
    check_unique(
        reading.problems, [Named(r.key, r.key, r.place, f"{element}.records.{r.key}") for r in records], "record"
    )
    if not records:
        hint = "add one: records: { First: { label: First } }"
        reading.warning(Code.NO_RECORDS, name, element, f"{name.text} has no records", hint)
    values = found.values
    return el.StaticEntity(
        name.text, values.get("key", name.text), tuple(records), values.get("description", ""), reading.place(name),
        "key" in values,
    )  # fmt: skip


def _record(reading: Reading, key: Scalar, node: Node, order: int, element: str) -> el.Record:
    name_ok(reading, key, element)
    found = fields(reading, "record", node, key, element)
    label: str = found.get("label", key.text)
    if "label" in found.nodes and (is_blank(label) or len(label.strip()) > LABEL_LENGTH):
        message = f"a label has 1 to {LABEL_LENGTH} characters, and this one {len(label.strip())}"
        reading.problem(Code.BAD_VALUE, found.nodes["label"], element, message, "write what people are to read")
    return el.Record(key.text, label, order, found.get("is_active", True), reading.place(key))


def entity(reading: Reading, name: Scalar, node: Node, element: str) -> EntityPart:
    """An entity; what is wrong with it goes to ``reading``."""
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
        indexes=indexes(reading, found, by_name, element),
        display=display,
        description=values.get("description", ""),
        place=reading.place(name),
        explicit_key="key" in values,
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
        path = path_of(f"{element}.attributes", name)
        name_ok(reading, name, path)
        made, its_fields = attribute(reading, name, node, path)
        if made.type.many and kind == "entity":
            hint = "make an entity of it that refers to this one"
            reading.problem(Code.WRONG_TYPE, its_fields.nodes["type"], path, "an entity cannot hold a list", hint)
            made = replace(made, type=UNKNOWN)
        if made.type.target:
            references.append(reference(reading, len(attributes), its_fields))
        _check_attribute(reading, made, name, path, kind)
        _check_delete_rule(reading, made, its_fields, path)
        attributes.append(made)
    if len(attributes) > MAX_ATTRIBUTES:
        message = f"{len(attributes)} attributes, and {MAX_ATTRIBUTES} are the most"
        reading.problem(Code.BAD_VALUE, owner, element, message, "divide it into several")
    named = [Named(a.name, a.key, a.place, f"{element}.attributes.{a.name}") for a in attributes]
    check_unique(reading.problems, named, "attribute")
    return tuple(attributes), tuple(references)


def _check_attribute(reading: Reading, made: el.Attribute, name: Scalar, path: str, kind: str) -> None:
    if name.text.casefold() == "id" or (kind == "entity" and physical(made.key) in RESERVED_ATTRIBUTES):
        what = (
            "Id is there by itself" if name.text.casefold() == "id" else f"{made.key} is a column of PostgreSQL's own"
        )
        reading.problem(
            Code.RESERVED_NAME, name, path, f"an attribute cannot be called {made.key}: {what}", "rename it"
        )


def _check_delete_rule(reading: Reading, made: el.Attribute, found: Fields, path: str) -> None:
    if made.mandatory and made.on_delete is DeleteRule.IGNORE and made.type.basic is Basic.IDENTIFIER:
        hint = "use Protect or Delete, or let the attribute be empty"
        message = "on_delete Ignore would empty a mandatory attribute"
        reading.problem(Code.DELETE_RULE, found.nodes["on_delete"], path, message, hint)


def _display(reading: Reading, found: Fields, attributes: dict[str, el.Attribute], element: str) -> str:
    display: str | None = found.get("display")
    if display is None:
        return next((a.name for a in attributes.values() if a.type.basic is Basic.TEXT), "")
    if display not in attributes:
        hint = suggest(display, attributes, f"use one of its attributes: {listed(attributes) or 'it has none'}")
        message = f"display names {shown(display)}, which is no attribute of it"
        reading.problem(Code.UNKNOWN_TARGET, found.nodes["display"], element, message, hint)
    elif attributes[display].type.basic is Basic.BINARY_DATA:
        hint = "name an attribute that people can read"
        reading.problem(Code.WRONG_TYPE, found.nodes["display"], element, "display cannot be Binary Data", hint)
    return display


def _check_table(reading: Reading, name: Scalar, found: Fields, element: str) -> None:
    table = physical(found.get("key", name.text))
    if table in RESERVED_TABLES or table.startswith(RESERVED_TABLE_PREFIX):
        hint = "use another name: those that begin with Odcpub, and AlembicVersion, are the platform's"
        reading.problem(Code.RESERVED_NAME, name, element, f"its table would be {table}, which is the platform's", hint)


def structure(reading: Reading, name: Scalar, node: Node, element: str) -> StructurePart:
    """A structure; what is wrong with it goes to ``reading``."""
    found = fields(reading, "structure", node, name, element)
    if name.text.casefold() in RESERVED_STRUCTURES:
        message = f"a structure cannot be called {name.text}: it is a data type"
        reading.problem(Code.RESERVED_NAME, name, element, message, "rename it")
    attributes, references = _attributes(reading, name, found, element, "structure")
    for made in attributes:
        if made.type.basic is Basic.IDENTIFIER and (rule := _rule_node(found, made.name)):
            path = f"{element}.attributes.{made.name}"
            hint = "remove it: a structure has no rows"
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
