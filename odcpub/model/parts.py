"""One file of a model → its typed parts, with every problem that the file alone can show. No I/O."""

from __future__ import annotations

from collections.abc import Callable

from odcpub.errors import Place
from odcpub.model import elements as el
from odcpub.model.attributes import setting
from odcpub.model.fields import Fields, Reading, fields, name_ok, path_of
from odcpub.model.language import ASSET_KINDS, RESERVED_SCREENS
from odcpub.model.logic.actions import server_action
from odcpub.model.names import is_reserved_asset
from odcpub.model.problems import Code
from odcpub.model.raw import FileParts, Header, ScreenPart
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
    found_problems = (*problems, *reading.problems)
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


def _screen(reading: Reading, name: Scalar, node: Node, element: str) -> ScreenPart:
    found = fields(reading, "screen", node, name, element)
    if name.text.casefold() in RESERVED_SCREENS:
        reading.problem(Code.RESERVED_NAME, name, element, f"/{name.text} is the address of the data", "rename it")
    given = [kind for kind in ("list", "detail") if kind in found.nodes]
    if len(given) != 1:
        hint = "write list: Entity for a table of rows, or detail: Entity for one row"
        why = "has neither list nor detail" if not given else "has both list and detail"
        reading.problem(Code.BAD_SCREEN, name, element, f"the screen {why}", hint)
    for key in ("columns", "search"):
        if given == ["detail"] and key in found.nodes:
            message = f"{key} is for lists, and this is a detail"
            reading.problem(
                Code.BAD_SCREEN, found.nodes[key], element, message, "remove it: a detail shows every attribute"
            )
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
    "settings": setting,
    "static_entities": static_entity,
    "entities": entity,
    "structures": structure,
    "server_actions": server_action,
    "screens": _screen,
}
