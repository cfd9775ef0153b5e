"""Random models as YAML in any style: braces or indentation, quotes, comments, blank lines, line breaks."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

NAMES = ("Ticket", "Name", "Open", "T", "Status", "A1", "Name_2", "true", "Null", "No")
WORDS = ("Ticket", "Name", "a: 'b' # c", '"Ticket" Name', "\\Name", "Ä 🎫 Name")


@st.composite
def models(draw: st.DrawFn) -> dict[str, Any]:
    """An app's sections as plain data. Names are few, so that they are the same for unlike elements."""
    types = draw(st.lists(st.sampled_from(NAMES), unique_by=str.lower, min_size=2, max_size=5))
    count = draw(st.integers(1, len(types)))
    entities, static = types[:count], types[count:]
    model: dict[str, Any] = {"static_entities": {name: {"records": {"Open": {"label": "Open"}}} for name in static}}
    model["entities"] = {name: draw(_entity(entities, static)) for name in entities}
    settings = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=2))
    model["settings"] = {name: {"type": "Text", "default": draw(st.sampled_from(WORDS))} for name in settings}
    names = draw(st.lists(st.sampled_from(NAMES), unique_by=str.lower, max_size=3))
    model["screens"] = {name: draw(_screen(model["entities"])) for name in names}
    return {section: found for section, found in model.items() if found}


@st.composite
def _entity(draw: st.DrawFn, entities: list[str], static: list[str]) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(NAMES), unique_by=str.lower, min_size=1, max_size=4))
    attributes: dict[str, Any] = {names[0]: {"type": "Text", "length": 9, "description": draw(st.sampled_from(WORDS))}}
    for name in names[1:]:
        target = draw(st.sampled_from([*entities, *static, ""]))
        attributes[name] = {"type": f"{target} Identifier" if target else "Date"}
    made: dict[str, Any] = {"attributes": attributes}
    if draw(st.booleans()):
        made = {"display": names[0], **made}
    for index in draw(st.lists(st.sampled_from(NAMES), unique_by=str.lower, max_size=2)):
        columns = draw(st.lists(st.sampled_from(names), unique=True, min_size=1))
        made.setdefault("indexes", {})[index] = {"attributes": columns, "unique": True}
    return made


@st.composite
def _screen(draw: st.DrawFn, entities: dict[str, Any]) -> dict[str, Any]:
    entity = draw(st.sampled_from(list(entities)))
    if draw(st.booleans()):
        return {"detail": entity}
    attributes = list(entities[entity]["attributes"])
    columns = draw(st.lists(st.sampled_from(attributes), unique=True, min_size=1))
    return {"list": entity, "columns": columns, "search": [attributes[0]]}


class Writer:
    """Writes data as YAML; ``random`` chooses the style of each part."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.line = random.choice(("\n", "\r\n"))

    def text(self, data: dict[str, Any]) -> str:
        """A whole file."""
        end = self.random.choice(("", self.line, f"{self.line}{self.line}# Name{self.line}"))
        return self.line.join(self._block(data, 0)) + end

    def _block(self, data: dict[str, Any], indent: int) -> list[str]:
        lines: list[str] = []
        deeper = indent + self.random.choice((1, 2, 4))
        for key, value in data.items():
            if self.random.random() < 0.2:
                lines.append(self.random.choice(("", f"{' ' * indent}# Ticket: {{ Name }}", f"{' ' * deeper}  #Name")))
            name = " " * indent + self._scalar(key, True) + ":"
            if isinstance(value, dict) and value and self.random.random() < 0.6:
                lines += [name + self._comment(), *self._block(value, deeper)]
            elif isinstance(value, list) and self.random.random() < 0.5:
                items = [f"{' ' * deeper}-  {self._scalar(one)}{self._comment()}" for one in value]
                lines += [name + self._comment(), *items]
            else:
                lines.append(f"{name}{self._blanks()}{self._flow(value)}{self._comment()}")
        return lines

    def _comment(self) -> str:
        return self.random.choice(("", "", "  # Name, Ticket.Name", " #"))

    def _blanks(self) -> str:
        return self.random.choice((" ", "  ", "     "))

    def _flow(self, value: Any) -> str:
        if isinstance(value, dict):
            pairs = (f"{self._scalar(key, True)}:{self._blanks()}{self._flow(one)}" for key, one in value.items())
            return self._between("{", pairs, "}")
        if isinstance(value, list):
            return self._between("[", map(self._scalar, value), "]")
        return self._scalar(value)

    def _between(self, begin: str, parts: Any, end: str) -> str:
        blank = self.random.choice(("", " "))
        return f"{begin}{blank}{self.random.choice((',', ', ')).join(parts)}{blank}{end}"

    def _scalar(self, value: Any, is_key: bool = False) -> str:
        if not isinstance(value, str):
            return str(value).lower() if isinstance(value, bool) else str(value)
        styles = ["'" + value.replace("'", "''") + "'", '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"']
        bare = value.replace(" Identifier", "").replace("_", "")
        if bare.isalnum() and (is_key or value.lower() not in ("true", "null")):
            styles += [value] * 4
        return self.random.choice(styles)
