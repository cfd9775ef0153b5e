"""One file of a model → its typed parts, with every problem that the file alone can show. No I/O."""

from __future__ import annotations

from collections.abc import Callable

from odcpub.model import elements as el
from odcpub.model.attributes import setting
from odcpub.model.fields import Fields, fields, name_ok, path_of
from odcpub.model.language import ASSET_KINDS
from odcpub.model.logic.actions import server_action
from odcpub.model.names import is_reserved_asset
from odcpub.model.problems import Code
from odcpub.model.raw import FileParts, Header
from odcpub.model.reading import Reading
from odcpub.model.screens.read import screen
from odcpub.model.tables import entity, static_entity, structure
from odcpub.model.versions import BadVersion, parse_range
from odcpub.model.yaml_text import Mapping, Node, Scalar, parse


def read(text: str, file: str) -> FileParts:
    """The parts of one file's text."""
    root, problems = parse(text, file)
    reading = Reading(file, text)
    if root is None:
        return FileParts(file, problems=problems, complete=not problems)
    found = fields(reading, "asset", root, root, "")
    _check_asset_name(reading, found)
    headers = tuple(
        Header(key, found.get(key, ""), reading.place(found.nodes[key]))
        for key in (*ASSET_KINDS, "key", "description", "accent")
        if key in found.nodes
    )
    sections = {key: _section(reading, found, key, make) for key, make in _SECTIONS.items()}
    places = tuple((key, reading.place(found.nodes[key])) for key in _SECTIONS if found.values.get(key) is not None)
    found_problems = (*problems, *reading.told)
    complete = isinstance(root, Mapping)
    return FileParts(file, headers, places, problems=found_problems, complete=complete, **sections)  # type: ignore[arg-type]


def _check_asset_name(reading: Reading, found: Fields) -> None:
    for kind in ASSET_KINDS:
        if is_reserved_asset(found.get(kind, "")):
            message = f"an asset cannot be called {found.get(kind)}: the name is taken by the platform"
            reading.problem(Code.RESERVED_NAME, found.nodes[kind], "", message, "choose another name")


def _section(reading: Reading, found: Fields, section: str, make: Maker) -> tuple[object, ...]:
    mapping: Mapping | None = found.get(section)
    if mapping is None:
        return ()
    made = []
    for name, node in mapping.entries.values():
        element = path_of(section, name)
        name_ok(reading, name, element)
        made.append(make(reading, name, node, element))
    return tuple(made)


def _use(reading: Reading, name: Scalar, node: Node, element: str) -> el.Use:
    text = node.text if isinstance(node, Scalar) and node.value is not None else ""
    try:
        parse_range(text)
    except BadVersion as error:
        hint = 'write a range in quotes: "^1.0", "~1.2", "1.2.3" or ">=1.0 <2.0"'
        reading.problem(Code.LIBRARY_VERSION, node, element, str(error), hint)
        text = "*"
    return el.Use(name.text, text, reading.place(name))


Maker = Callable[[Reading, Scalar, Node, str], object]
_SECTIONS: dict[str, Maker] = {
    "uses": _use,
    "settings": setting,
    "static_entities": static_entity,
    "entities": entity,
    "structures": structure,
    "server_actions": server_action,
    "screens": screen,
}
