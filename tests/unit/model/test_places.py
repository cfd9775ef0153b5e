"""A problem of an expression stands at its character, however YAML writes the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odcpub.model.places import text_place
from odcpub.model.yaml_text import Mapping, Scalar, parse
from tests.unit.model.models import HEAD, problems


def scalar(written: str) -> Scalar:
    root, found = parse(written, "a.yaml")
    assert isinstance(root, Mapping) and not found
    node = root.entries["A"][1]
    assert isinstance(node, Scalar)
    return node


WRITTEN = [
    "A: one + two",
    "A:   one",
    "A: 'one + two'",
    "A: 'it''s one and two'",
    'A: "one + two"',
    'A: "say \\"one\\" \\u0041 \\x42 \\n \\t two"',
    'A: "one \\\n    + two"',
    'A: "one\n\n  + two"',
    "A: 'one\n  + two\n\n  + three'",
    "A: one\n  + two\n  + three",
    "A: |\n  one\n    + two\n  + three\n",
    "A: |2-\n    one\n   + two\n",
    "A: > # a note\n  one\n  + two\n\n  + three\n",
    "A: >-\n\n  one\n  + two",
    "A: !!str 'one + two'",
    "A: &a one + two",
    "A: !!str &a |\n  one\n  two",
    "A: 'é😀 + ''x'''",
]


@pytest.mark.parametrize("written", WRITTEN)
def test_every_character_is_found_where_it_stands(written: str) -> None:
    node, lines = scalar(written), written.split("\n")
    place = text_place("a.yaml", lines, node)
    meant = {"A": ("A", "\\u0041"), "B": ("B", "\\x42"), '"': ('"', '\\"'), "'": ("'", "''")}
    for index, sign in enumerate(node.text):
        found = place.at(index)
        if not sign.isspace():
            assert lines[found.line - 1].startswith(meant.get(sign, sign), found.column - 1), (index, sign, found)
    end = place.at(len(node.text.rstrip()))
    assert 0 < end.column <= len(lines[end.line - 1]) + 1


@given(
    st.text(st.sampled_from("ab '\"\\#:,\n\t😀é{}[]|>&*!%@`-"), min_size=1),
    st.sampled_from(["single", "double", "|", ">"]),
)
def test_any_text_in_any_style_has_its_places(text: str, style: str) -> None:
    if style in ("|", ">"):
        text = text.replace("\t", " ")
        written = f"A: {style}2+\n" + "\n".join(f"  {line}" for line in text.split("\n"))
    elif style == "single":
        text = text.replace("\n", " ").replace("\t", " ")
        written = "A: '" + text.replace("'", "''") + "'"
    else:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        written = f'A: "{escaped}"'
    node, lines = scalar(written), written.split("\n")
    place = text_place("a.yaml", lines, node)
    at = [place.at(index) for index, sign in enumerate(node.text) if not sign.isspace()]
    signs = [sign for sign in node.text if not sign.isspace()]
    assert at == sorted(at)
    for sign, found in zip(signs, at, strict=True):
        assert lines[found.line - 1][found.column - 1] in (sign, "\\" if style == "double" else sign)


ATTRIBUTE = HEAD + "entities:\n  A:\n    attributes:\n      X:\n        type: Integer\n        default: "


@pytest.mark.parametrize(
    ("default", "where"),
    [
        ("=1 + True", (8, 23)),
        ("'=1 + True'", (8, 24)),
        ('"=1 + True"', (8, 24)),
        ("=1\n          + True", (9, 13)),
        ("|\n          =1\n            + 2\n          + True\n", (11, 13)),
        ('>\n          =Length("a  b")\n\n          + True\n', (11, 13)),
        ('"=Length(\\"a\\") + True"', (8, 36)),
    ],
)
def test_a_default_s_problem_is_told_at_its_place(default: str, where: tuple[int, int]) -> None:
    (found,) = problems(ATTRIBUTE + default)
    assert found.place and (found.place.line, found.place.column) == where
    assert found.message == "the default: a number is needed, and this is Boolean"
