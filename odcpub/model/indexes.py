"""Indexes: their attributes, and whether the database can keep an entry of them. No I/O."""

from __future__ import annotations

from odcpub.model import elements as el
from odcpub.model.data_types import length_of
from odcpub.model.elements import Basic
from odcpub.model.fields import Fields, fields, name_ok, path_of
from odcpub.model.language import MAX_INDEX_ATTRIBUTES, MAX_INDEX_BYTES, NAME_LENGTH, TEXT_TYPES
from odcpub.model.names import Named, check_unique
from odcpub.model.problems import Code
from odcpub.model.reading import Reading
from odcpub.model.yaml_text import Mapping, Scalar
from odcpub.text import listed, shown, suggest


def indexes(reading: Reading, found: Fields, attributes: dict[str, el.Attribute], element: str) -> tuple[el.Index, ...]:
    """The indexes of an entity; what is wrong with them goes to ``reading``."""
    mapping: Mapping | None = found.get("indexes")
    made: list[el.Index] = []
    for name, node in mapping.entries.values() if mapping else ():
        path = path_of(f"{element}.indexes", name)
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
            hint = suggest(
                text, attributes, f"use one of the entity's attributes: {listed(attributes) or 'it has none'}"
            )
            message = f"the index names {shown(text)}, which is no attribute of the entity"
            reading.problem(Code.UNKNOWN_TARGET, node, path, message, hint)
            continue
        size += (width := _index_width(attributes[text].type))
        if width > MAX_INDEX_BYTES:
            what = "Binary Data" if attributes[text].type.basic is Basic.BINARY_DATA else "a text this long"
            hint = f"index another attribute, or give the text a length of {MAX_INDEX_BYTES // 4} at most"
            reading.problem(Code.BAD_INDEX, node, path, f"{text} cannot be indexed: {what} does not fit", hint)
            return
    if "attributes" in found.values and not (0 < len(members) <= MAX_INDEX_ATTRIBUTES):
        message = f"an index has 1 to {MAX_INDEX_ATTRIBUTES} attributes, and this one {len(members)}"
        reading.problem(Code.BAD_INDEX, found.nodes["attributes"], path, message, "attributes: [Name]")
    elif size > MAX_INDEX_BYTES:
        hint = "index fewer attributes, or shorten their lengths"
        message = (
            f"together its texts are too long for an index entry: {size:,} bytes, and {MAX_INDEX_BYTES:,} are the most"
        )
        reading.problem(Code.BAD_INDEX, found.nodes["attributes"], path, message, hint)


def _index_width(type_: el.DataType) -> int:
    length = length_of(type_)
    if type_.basic is Basic.BINARY_DATA or (type_.basic in TEXT_TYPES and length is None):
        return MAX_INDEX_BYTES + 1
    if length is not None:
        return 4 * length
    return NAME_LENGTH if type_.basic is Basic.IDENTIFIER else 24
