"""Screens: from their mappings to parts, judged by themselves. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from odcpub.errors import Place
from odcpub.model import elements as el
from odcpub.model.elements import Formula, PartKind, ScreenKind, SortKey
from odcpub.model.expression_texts import expression
from odcpub.model.fields import Fields, fields, name_ok, path_of
from odcpub.model.language import (
    LABEL_LENGTH,
    LISTED,
    MAX_ATTRIBUTES,
    MAX_BUTTONS,
    MAX_LISTED,
    MAX_PARTS,
    MAX_SORT,
    NOT_YET,
    RESERVED_SCREENS,
)
from odcpub.model.logic.steps import DIRECTION
from odcpub.model.problems import Code
from odcpub.model.raw import ScreenPart
from odcpub.model.reading import Reading
from odcpub.model.yaml_text import Mapping, Node, Scalar, Sequence
from odcpub.text import listed, shown

_KINDS = tuple(kind.value for kind in ScreenKind)
_PARTS = tuple(kind.value for kind in PartKind)
_FOR_LISTS = ("where", "sort", "columns", "search")
COMPUTED = "computed columns"
"""What stands for these among the keys that an author wrote."""


def screen(reading: Reading, name: Scalar, node: Node, element: str) -> ScreenPart:
    """A screen; what is wrong with it goes to ``reading``."""
    found = fields(reading, "screen", node, name, element)
    if name.text.casefold() in RESERVED_SCREENS:
        reading.problem(Code.RESERVED_NAME, name, element, f"/{name.text} is the address of the data", "rename it")
    kind = _kind(reading, name, found, element)
    reader = _Reader(reading, element)
    reader.places |= {key: reading.place(found.nodes[key]) for key in NOT_YET if key in found.nodes}
    if kind is ScreenKind.DASHBOARD:
        made = el.Screen(name.text, kind, "", parts=reader.parts(found))
    else:
        reader.places[kind.value] = reading.place(found.nodes.get(kind.value, name))
        made = reader.of_entity(name.text, kind, found)
    described = replace(made, description=found.get("description", ""), place=reading.place(name))
    written = frozenset(found.nodes) | ({COMPUTED} if described.computed else set())
    if described.computed:
        reader.places[COMPUTED] = described.computed[0].place
    return ScreenPart(described, reader.places, written)


def _kind(reading: Reading, name: Scalar, found: Fields, element: str) -> ScreenKind:
    """What the screen is; it has one of the kinds' keys, and of the others those that its kind can have."""
    given = [kind for kind in _KINDS if kind in found.nodes]
    if len(given) != 1:
        hint = "write list: Entity for a table of rows, detail: Entity for one row, or dashboard: and its parts"
        why = f"has both {given[0]} and {given[1]}" if given else "has neither list nor detail nor dashboard"
        reading.problem(Code.BAD_SCREEN, name, element, f"the screen {why}", hint)
        return ScreenKind(given[0]) if given else ScreenKind.LIST
    kind = ScreenKind(given[0])
    for key in (*_FOR_LISTS, "actions"):
        if key not in found.nodes or kind is ScreenKind.LIST or (key == "actions" and kind is ScreenKind.DETAIL):
            continue
        hint = "remove it: a detail shows every attribute" if key == "columns" else "remove it"
        if kind is ScreenKind.DASHBOARD:
            hint = "remove it, or write it at a part"
        message = f"{key} is for lists, and this is a {kind.value}"
        if key == "actions":
            message, hint = "actions are for lists and details, and this is a dashboard", "remove it"
        reading.problem(Code.BAD_SCREEN, found.nodes[key], element, message, hint)
    return kind


@dataclass(slots=True)
class _Reader:
    """Reads what is within one screen; ``element``: its path."""

    reading: Reading
    element: str
    places: dict[str, Place] = field(default_factory=dict)

    def of_entity(self, name: str, kind: ScreenKind, found: Fields) -> el.Screen:
        """A list or a detail, without its description."""
        columns, computed = self.columns(found.get("columns"), "columns") if kind is ScreenKind.LIST else ((), ())
        return el.Screen(
            name,
            kind,
            found.get(kind.value, ""),
            columns,
            self._names(found.get("search")),
            computed=computed,
            where=self.text(found, "where", "where"),
            sort=self.sort(found.get("sort"), "sort"),
            buttons=self.buttons(found),
        )

    def report(self, code: Code, node: Node, message: str, hint: str) -> None:
        self.reading.problem(code, node, self.element, message, hint)

    def formula(self, what: str, node: Scalar) -> Formula | None:
        return expression(self.reading, what, node, self.element)

    def text(self, found: Fields, key: str, path: str) -> str:
        """The expression of a key, empty where there is none."""
        formula = self.formula(key, found.values[key]) if key in found.values else None
        if formula is None:
            return ""
        self.places[path] = formula.place
        return formula.text

    def named(self, found: Fields, key: str, path: str) -> str:
        """The name that a key has, empty where there is none."""
        name: str = found.get(key, "")
        if name:
            self.places[path] = self.reading.place(found.nodes[key])
        return name

    def label(self, found: Fields) -> str:
        label: str = found.get("label", "").strip()
        if "label" in found.values and not 1 <= len(label) <= LABEL_LENGTH:
            message = f"a label has 1 to {LABEL_LENGTH} characters, and this one {len(label)}"
            self.report(Code.BAD_VALUE, found.nodes["label"], message, "write what people are to read")
        return label

    def _names(self, members: tuple[tuple[str, Scalar], ...] | None) -> tuple[str, ...]:
        for text, node in members or ():
            self.places[f"search.{text}"] = self.reading.place(node)
        return tuple(text for text, _ in members or ())

    def items(self, node: Sequence | None, key: str, most: int) -> Iterator[Node]:
        """The items of a list, as many as there may be."""
        if node and len(node.items) > most:
            message = f"{key} has {len(node.items):,} entries, and {most:,} are the most"
            self.report(Code.BAD_VALUE, node.items[most], message, "leave some of them out")
        yield from node.items[:most] if node else ()

    def entries(self, node: Sequence | None, key: str, most: int) -> Iterator[tuple[Scalar, Node | None]]:
        """Names of a list, each by itself or as the one key of a mapping with what stands behind it; each once."""
        known: set[str] = set()
        for item in self.items(node, key, most):
            pairs = list(item.entries.values()) if isinstance(item, Mapping) else [(item, None)]
            if len(pairs) > 1 and self._is_cut(*pairs[0]):
                continue
            name, value = pairs[0] if len(pairs) == 1 else (item, None)
            if not isinstance(name, Scalar) or name.value is None:
                hint = (
                    "begin each with '- ' and one name" if len(pairs) > 1 else "write a name, or a name and its details"
                )
                self.report(Code.WRONG_SHAPE, item, f"an entry of {key} is no name, nor a mapping of one name", hint)
            elif name.text in known:
                self.report(Code.BAD_VALUE, name, f"{key} has {shown(name.text)} twice", "remove one")
            else:
                known.add(name.text)
                yield name, value

    def _is_cut(self, name: Node, value: Node | None) -> bool:
        """Whether YAML took a part of an expression for another key, which is told."""
        if not isinstance(name, Scalar) or not isinstance(value, Scalar) or not value.plain or value.value is None:
            return False
        return self.formula(name.text, value) is None

    def columns(self, node: Sequence | None, path: str) -> tuple[tuple[str, ...], tuple[Formula, ...]]:
        """The names of all columns, and those that are computed."""
        names: list[str] = []
        computed: list[Formula] = []
        for name, value in self.entries(node, "columns", MAX_ATTRIBUTES):
            self.places[f"{path}.{name.text}"] = self.reading.place(name)
            if value is not None:
                formula = self._column(name, value)
                if formula is None:
                    continue
                computed.append(formula)
            names.append(name.text)
        return tuple(names), tuple(computed)

    def _column(self, name: Scalar, value: Node) -> Formula | None:
        if not name_ok(self.reading, name, self.element):
            return None
        if isinstance(value, Scalar) and value.value is not None:
            return self.formula(name.text, value)
        message = f"the column {shown(name.text)} must be an expression, and is none"
        self.report(Code.WRONG_SHAPE, value, message, f"write - {shown(name.text)}: and an expression")
        return None

    def sort(self, node: Sequence | None, path: str) -> tuple[SortKey, ...]:
        found = []
        for number, item in enumerate(self.items(node, "sort", MAX_SORT)):
            if not isinstance(item, Scalar) or item.value is None:
                hint = "write an expression, and desc behind it for the greatest first"
                self.report(Code.WRONG_SHAPE, item, "an entry of sort is no expression", hint)
            elif formula := self.formula("sort", item):
                direction = DIRECTION.search(formula.text)
                text = formula.text[: direction.start()] if direction else formula.text
                self.places[f"{path}.{number}"] = formula.place
                found.append(SortKey(text, bool(direction and direction[1].lower() == "desc"), formula.place))
        return tuple(found)

    def formulas(self, found: Fields, key: str) -> tuple[Formula, ...]:
        mapping: Mapping | None = found.get(key)
        made = []
        for name, value in mapping.entries.values() if mapping else ():
            if not isinstance(value, Scalar) or value.value is None:
                message = f"{shown(name.text)} must be an expression, and is none"
                self.report(
                    Code.WRONG_SHAPE, value, message, f"write {key}: {{ {shown(name.text)}: and an expression }}"
                )
            elif formula := self.formula(name.text, value):
                self.places[f"{key} {name.text}"] = self.reading.place(name)
                made.append(formula)
        return tuple(made)

    def buttons(self, found: Fields) -> tuple[el.Button, ...]:
        return tuple(
            self._button(name, value) for name, value in self.entries(found.get("actions"), "actions", MAX_BUTTONS)
        )

    def _button(self, name: Scalar, value: Node | None) -> el.Button:
        path = path_of("actions", name)
        within = _Reader(self.reading, f"{self.element}.{path}")
        found = fields(self.reading, "button", value, name, within.element) if value else Fields({}, {})
        made = el.Button(
            action=name.text,
            label=within.label(found),
            given=within.formulas(found, "with"),
            asked=within.formulas(found, "ask"),
            visible=within.text(found, "visible", "visible"),
            enabled=within.text(found, "enabled", "enabled"),
            confirm=within.text(found, "confirm", "confirm"),
            message=within.text(found, "message", "message"),
            go_to=within.named(found, "go_to", "go_to"),
            place=self.reading.place(name),
        )
        self.take(within, f"actions.{name.text}")
        return made

    def take(self, within: _Reader, path: str) -> None:
        self.places |= {f"{path}.{key}": place for key, place in within.places.items()}

    def parts(self, found: Fields) -> tuple[el.Part, ...]:
        made = []
        for number, item in enumerate(self.items(found.get("dashboard"), "dashboard", MAX_PARTS)):
            if not isinstance(item, Mapping):
                hint = "begin each with '- ' and what it shows, such as '- count: Ticket'"
                self.report(Code.WRONG_SHAPE, item, "a part of a dashboard is no mapping", hint)
            elif part := self._part(item, number):
                made.append(part)
        if "dashboard" in found.values and not made and not self.reading.problems:
            self.report(Code.BAD_SCREEN, found.nodes["dashboard"], "the dashboard has no parts", "add - count: Entity")
        return tuple(made)

    def _part(self, node: Mapping, number: int) -> el.Part | None:
        within = _Reader(self.reading, f"{self.element}.dashboard.{number}")
        first = (
            next(key for key, _ in node.entries.values())
            if node.entries
            else Scalar(None, "", True, node.line, node.column)
        )
        found = fields(self.reading, "part", node, first, within.element)
        kind = within.part_kind(first, found)
        if kind is None or kind.value not in found.values:
            return None
        is_list, is_named = kind is PartKind.LIST, kind in (PartKind.LIST, PartKind.COUNT)
        columns, computed = within.columns(found.get("columns"), "columns")
        made = el.Part(
            kind=kind,
            entity=within.named(found, kind.value, "entity") if is_named else "",
            value="" if is_named else within.text(found, kind.value, "value"),
            label=within.label(found),
            where=within.text(found, "where", "where"),
            columns=columns,
            computed=computed,
            sort=within.sort(found.get("sort"), "sort"),
            maximum=within.maximum(found) if is_list else LISTED,
            to=within.named(found, "to", "to"),
            place=self.reading.place(found.nodes[kind.value]),
        )
        self.take(within, f"dashboard.{number}")
        return made

    def part_kind(self, first: Scalar, found: Fields) -> PartKind | None:
        given = [kind for kind in _PARTS if kind in found.nodes]
        if len(given) != 1:
            why = f"shows both {given[0]} and {given[1]}" if given else "does not say what it shows"
            self.report(Code.BAD_SCREEN, first, f"a part of a dashboard {why}", f"write one of {listed(_PARTS)}")
            return None
        kind = PartKind(given[0])
        for key in ("columns", "sort", "maximum"):
            if key in found.nodes and kind is not PartKind.LIST:
                message = f"{key} is for list, and this part is a {kind.value}"
                self.report(Code.BAD_SCREEN, found.nodes[key], message, "remove it")
        return kind

    def maximum(self, found: Fields) -> int:
        maximum: int = found.get("maximum", LISTED)
        if not 1 <= maximum <= MAX_LISTED:
            message = f"maximum goes from 1 to {MAX_LISTED}, and is {maximum}"
            self.report(Code.BAD_LIMIT, found.nodes["maximum"], message, "leave it out for 5")
            return LISTED
        return maximum
