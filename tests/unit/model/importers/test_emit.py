"""The emitter: what is written reads back as the same text, by the model's own reader and by YAML 1.1 readers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from odcpub.model.elements import (
    Asset,
    Attribute,
    Basic,
    DataType,
    DeleteRule,
    Entity,
    Function,
    Kind,
    Record,
    Setting,
    StaticEntity,
)
from odcpub.model.importers.emit import emit, scalar
from odcpub.model.yaml_text import Mapping, Scalar, Sequence, parse

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
HOSTILE = (
    "",
    " ",
    " a",
    "a ",
    "a: b",
    "a #b",
    "a, b",
    "a] }",
    "- a",
    "? a",
    "*a",
    "&a",
    "!a",
    "|",
    ">",
    "%a",
    "@a",
    "`a",
    '"',
    "'",
    "\\",
    "\\n",
    "a\nb",
    "a\r\nb",
    "a\tb",
    "null",
    "~",
    "True",
    "no",
    "OFF",
    "12",
    "0x1F",
    "1e3",
    ".inf",
    "12:30:00",
    "2026-01-31",
    "<<",
    "=",
    "---",
    "...",
    "\ufeff",
    "\x85",
    "\u2028",
    "\x1b[31m",
    "\x7f",
    "\ufffe",
    "\U0001f600",
    "\u202egpj",
    "{{ x }}",
    "${x}",
    "a" * 500,
)


def read(text: str) -> object:
    root, problems = parse(text, "x.yaml")
    assert {one.code for one in problems} <= {"ODC-M010"}, "what no model may hold reads back too, and is told"
    return _value(root)


def _value(node: object) -> object:
    if isinstance(node, Mapping):
        return {key: _value(value) for key, (_, value) in node.entries.items()}
    if isinstance(node, Sequence):
        return [_value(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.value


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_read_back(text: str) -> None:
    assert_reads_back(text)


@given(TEXTS)
def test_any_text_reads_back(text: str) -> None:
    assert_reads_back(text)


def assert_reads_back(text: str) -> None:
    written = scalar(text)
    assert written.isprintable()
    assert read(f"a: {written}\nb: {{ c: {written}, d: [{written}] }}\n") == {"a": text, "b": {"c": text, "d": [text]}}
    assert yaml.safe_load(f"[{written}]") == [text]


@pytest.mark.parametrize("text", ["Open", "Won't Implement", "as printed", "Zürich (Nord)", "Y", "a/b.c"])
def test_harmless_texts_have_no_quotes(text: str) -> None:
    assert scalar(text) == text


def test_every_key_of_an_attribute() -> None:
    full = (
        Attribute("A", "A", DataType(Basic.TEXT, length=9), True, "x: y", min_length=2, pattern="[a-z]+"),
        Attribute("B", "B", DataType(Basic.DECIMAL, digits=9, decimals=2), minimum=Decimal("-0.5"), maximum=Decimal(7)),
        Attribute("C", "C", DataType(Basic.DATE_TIME), default=Function.CURR_DATE_TIME),
        Attribute("D", "D", DataType(Basic.BOOLEAN), default=True),
        Attribute("E", "E", DataType(Basic.IDENTIFIER, target="S"), on_delete=DeleteRule.IGNORE, description="why"),
    )
    statics = (StaticEntity("S", "S", (Record("One", "1", 1),), "few"),)
    asset = Asset(Kind.APP, "Shop", "key", "a: b", static_entities=statics, entities=(Entity("T", "T", full),))
    files = {path: read(text) for path, text in emit(asset)}
    assert files == {
        "app.yaml": {"app": "Shop", "key": "key", "description": "a: b"},
        "static_entities.yaml": {"static_entities": {"S": {"description": "few", "records": {"One": {"label": "1"}}}}},
        "entities.yaml": {
            "entities": {
                "T": {
                    "attributes": {
                        "A": {
                            "type": "Text",
                            "length": 9,
                            "mandatory": True,
                            "default": "x: y",
                            "min_length": 2,
                            "pattern": "[a-z]+",
                        },
                        "B": {"type": "Decimal", "digits": 9, "decimals": 2, "minimum": Decimal("-0.5"), "maximum": 7},
                        "C": {"type": "Date Time", "default": "=CurrDateTime()"},
                        "D": {"type": "Boolean", "default": True},
                        "E": {"type": "S Identifier", "on_delete": "Ignore", "description": "why"},
                    }
                }
            }
        },
    }


def test_what_would_be_lost_is_refused_and_what_is_off_is_written() -> None:
    off = Entity("T", "T", (Attribute("A", "A", DataType(Basic.BOOLEAN), default=False),))
    state = StaticEntity("S", "S", (Record("One", "1", 1, is_active=False),))
    asset = Asset(Kind.APP, "Shop", "key", static_entities=(state,), entities=(off,))
    files = {path: read(text) for path, text in emit(asset)}
    assert files["entities.yaml"]["entities"]["T"]["attributes"]["A"] == {"type": "Boolean", "default": False}
    assert files["static_entities.yaml"]["static_entities"]["S"]["records"]["One"] == {"label": "1", "is_active": False}
    for more in ({"accent": "#000000"}, {"settings": (Setting("X", DataType(Basic.TEXT)),)}):
        with pytest.raises(ValueError, match="can be written"):
            emit(replace(asset, **more))
