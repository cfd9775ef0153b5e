"""Literals: whatever the text, a reader of the language gets exactly it back and nothing else."""

from __future__ import annotations

import html
import json
import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odcpub.compiler.literals import (
    csharp_identifier,
    csharp_string,
    css_color,
    html_text,
    json_text,
    xml_text,
)
from odcpub.model.literals import as_text

HOSTILE = [
    "",
    '"',
    "\\",
    '\\"; System.Environment.Exit(1); //',
    "*/ } } class X {",
    "{0} {{ x }} {% if %}",
    "</script><script>alert(1)</script>",
    "'; drop table issue; --",
    "line\nline\r\nline\u2028line\u2029line\u0085end",
    "\0\a\b\x1b\x7f\x9f",
    "Żółć \U0001f600 \u202e",
    "\ud800 alone \udc00",
    "$\"{x}\" @\"\" \"\"\"raw\"\"\"",
    "\\u0022",
    "]]> & < >",
]  # fmt: skip
anything = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(), max_size=40))
"""Any text, lone surrogates among it."""


def read_csharp(literal: str) -> str:
    """What C# makes of a regular string literal."""
    assert re.fullmatch(r'"(?:[ !#-\[\]-~]|\\["\\nrt]|\\u[0-9a-f]{4})*"', literal)
    simple = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
    text = re.sub(
        r'\\(?:u([0-9a-f]{4})|(["\\nrt]))', lambda m: chr(int(m[1], 16)) if m[1] else simple[m[2]], literal[1:-1]
    )
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


@given(anything)
def test_csharp_reads_back_what_was_written(text: str) -> None:
    expected = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    assert read_csharp(csharp_string(text)) == expected


@given(anything)
def test_json_reads_back_and_never_ends_a_script(text: str) -> None:
    written = json_text({"text": text})
    assert json.loads(written) == {"text": text}
    assert written.isascii()
    assert not set(written) & set("<>&\u2028\u2029")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
def test_html_reads_back_what_was_written(text: str) -> None:
    written = html_text(text)
    assert not set(written) & set("<>\"'")
    assert html.unescape(written).replace("\ufffd", "") == "".join(
        c for c in text if ord(c) & 0xFFFE != 0xFFFE
    ).replace("\ufffd", "")


@given(anything)
def test_xml_stays_well_formed(text: str) -> None:
    written = xml_text(text)
    element = ElementTree.fromstring(f'<a b="{written}">{written}</a>')  # noqa: S314
    assert element.get("b") == element.text or (element.text is None and not text)


@pytest.mark.parametrize(
    ("name", "identifier"),
    [("Ticket", "Ticket"), ("class", "@class"), ("record", "@record"), ("_x1", "_x1"), ("Value", "Value")],
)
def test_identifiers_of_ordinary_names(name: str, identifier: str) -> None:
    assert csharp_identifier(name) == identifier


@given(anything, anything)
def test_identifiers_are_identifiers_and_tell_names_apart(one: str, other: str) -> None:
    assert re.fullmatch(r"@?[A-Za-z_][A-Za-z0-9_]*", csharp_identifier(one))
    assert (csharp_identifier(one) == csharp_identifier(other)) == (one == other)


@pytest.mark.parametrize("text", ["", "red", "#fff", "#2457a6;}", "#2457a6\n", "url(//x)"])
def test_only_a_colour_is_a_colour(text: str) -> None:
    with pytest.raises(ValueError, match="not a colour"):
        css_color(text)


def test_a_colour_as_css_has_it() -> None:
    assert css_color("#2457A6") == "#2457a6"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=8), st.integers(0, 5))
def test_equal_numbers_have_equal_texts(number: Decimal, zeros: int) -> None:
    text = format(number, "f")
    same = Decimal(text + "0" * zeros if "." in text else text)
    assert as_text(number) == as_text(same)
    assert Decimal(as_text(number)) == number
