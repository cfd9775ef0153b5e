"""The runtimes in C# and JavaScript and the documents say of each data type what the model's table says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from odcpub.compiler.templates import content
from odcpub.data.target import sql_type
from odcpub.model.characters import FORBIDDEN, INVISIBLE, is_blank
from odcpub.model.data_types import DATA_TYPES, DEFAULT_DECIMALS, DEFAULT_DIGITS, Family, Json, measures_of, of_family
from odcpub.model.elements import Basic, DataType
from tests.helpdesk_asset import attribute

DOCS = Path(__file__).parents[3] / "docs"
MEMBERS = {basic.value.replace(" ", ""): basic for basic in DATA_TYPES}
"""Member of AttributeType → data type."""
SQL_ALIASES = {"time without time zone": "time", "timestamp with time zone": "timestamptz"}
INPUTS = {"boxControl": "yesNoControl"}
"""A mandatory Boolean has a box."""
JSON_FORMS = {
    Json.NUMBER: '["type"] = "integer"',
    Json.BOOLEAN: 'Typed("boolean")',
    Json.DIGITS: 'Pattern("^-?[0-9]+',
    Json.OBJECT: "Object(",
}


def test_blank_texts_are_the_same_everywhere() -> None:
    """Else a default passes here that the published app refuses."""
    where = r"'\\u(\w{4})'(?: and <= '\\u(\w{4})')?"
    signs = found(r"private static bool Invisible\((.*?);", csharp("Blanks"))
    ranges = [(int(first, 16), int(last or first, 16)) for first, last in re.findall(where, signs)]
    app = {chr(code) for first, last in ranges for code in range(first, last + 1)}
    page = re.compile(found(r"const BLANK =\s+/\^(\[.*?\])\*", script("rules")))
    for sign in map(chr, range(0x10000)):
        assert (INVISIBLE.fullmatch(sign) is not None) is (sign in app), repr(sign)
        if not FORBIDDEN.fullmatch(sign):
            assert is_blank(sign) is (page.fullmatch(sign) is not None), repr(sign)


def csharp(name: str) -> str:
    return content(f"api/runtime/{name}.cs").decode()


def script(name: str) -> str:
    return content(f"web/js/{name}.js").decode()


def found(pattern: str, text: str) -> str:
    (one,) = re.findall(pattern, text, re.DOTALL)
    return str(one)


def arms(text: str) -> dict[Basic, str]:
    """What a C# ``switch`` gives for each data type that it names."""
    given: dict[Basic, str] = {}
    for named, value in re.findall(r"^ +((?:AttributeType\.\w+(?: or )?)+) => (.*?),$", text, re.MULTILINE | re.DOTALL):
        given |= {MEMBERS[member]: value for member in re.findall(r"AttributeType\.(\w+)", named)}
    return given


def named_types(text: str) -> set[Basic]:
    return {MEMBERS[member] for member in re.findall(r"AttributeType\.(\w+)", text)}


def test_the_runtime_has_every_type_under_its_number() -> None:
    listed = found(r"enum AttributeType\s*\{(.*?)\}", csharp("Descriptors"))
    assert re.findall(r"(\w+) = (\d+)", listed) == [(member, str(number)) for number, member in enumerate(MEMBERS)]


def test_measures_that_are_not_said() -> None:
    usual = (str(DEFAULT_DIGITS), str(DEFAULT_DECIMALS))
    assert re.findall(r"int Digits .* = (\d+);.*int Decimals .* = (\d+);", csharp("Descriptors"), re.DOTALL) == [usual]
    assert re.findall(r"digits = (\d+), decimals = (\d+)", script("rules")) == [usual]
    told = (DOCS / "model.md").read_text()
    assert f"default {DEFAULT_DIGITS})" in told
    assert f"default {DEFAULT_DECIMALS})" in told


def test_fixed_lengths() -> None:
    lengths = {basic.value: facts.length for basic, facts in DATA_TYPES.items() if facts.length is not None}
    inside = found(r"attribute\.length \?\? \{(.*?)\}", script("rules"))
    assert {name: int(most) for name, most in re.findall(r'"?([A-Z][\w ]+?)"?: (\d+)', inside)} == lengths
    told = "texts of up to {} and {} characters".format(*lengths.values())
    assert f"| {', '.join(lengths)} | {told} |" in (DOCS / "model.md").read_text()


@pytest.mark.parametrize(
    "told",
    [
        found(r"Regex Email = new\(@\"\\A(.*?)\\z\"", csharp("Values")),
        found(r'AttributeType\.Email \? "\^(.*?)\$"', csharp("OpenApiSchemas")).replace("\\\\", "\\"),
        found(r"EMAIL = /\^(.*?)\$/u", script("rules")),
    ],
    ids=["values", "openapi", "page"],
)
def test_what_an_email_looks_like(told: str) -> None:
    assert told == DATA_TYPES[Basic.EMAIL].form


def test_ranges_of_whole_numbers() -> None:
    ranges = re.findall(r'"?([A-Z][\w ]+?)"?: \[-\(2n \*\* (\d+)n\), 2n \*\* (\d+)n - 1n\]', script("rules"))
    told = {name: (-(2 ** int(low)), 2 ** int(high) - 1) for name, low, high in ranges}
    assert told == {basic.value: facts.whole for basic, facts in DATA_TYPES.items() if facts.whole}
    whole = found(r"var whole = (.*?);", csharp("Values"))
    assert named_types(whole) == {basic for basic, facts in DATA_TYPES.items() if facts.whole}
    digits = found(r"whole \? \((\d+), 0\)", csharp("OpenApiSchemas"))
    assert len(str((DATA_TYPES[Basic.LONG_INTEGER].whole or (0, 0))[1])) == int(digits)


def test_families() -> None:
    numbers = of_family(Family.NUMBER)
    page = found(r"isNumber = \(type\) => \[(.*?)\]", script("format"))
    assert set(re.findall(r'"(.*?)"', page)) == {basic.value for basic in numbers}
    assert named_types(found(r"bool IsNumber\(.*?is (.*?)\|\|", csharp("Values"))) == numbers
    assert named_types(found(r"bool IsText => (.*?);", csharp("Descriptors"))) == of_family(Family.TEXT)
    assert named_types(found(r"bool IsFile => (.*?);", csharp("Descriptors"))) == of_family(Family.FILE)
    assert named_types(found(r"bool IsReference => (.*?);", csharp("Descriptors"))) == of_family(Family.REFERENCE)


def test_inputs_of_the_page() -> None:
    listed = found(r"CONTROLS = \{\n(.*?)\n\};", script("controls"))
    inputs = dict(re.findall(r'^  "?([A-Z][\w ]*?)"?: .*?(\w+Control)\b', listed, re.MULTILINE))
    told = {basic.value: facts.control for basic, facts in DATA_TYPES.items() if facts.control}
    assert {name: INPUTS.get(control, control) for name, control in inputs.items()} == told


def test_values_in_json() -> None:
    answered = found(r"JsonObject Answered\((.*?)\n    \}\n", csharp("OpenApiSchemas"))
    given = arms(answered)
    for basic in MEMBERS.values():
        if basic is Basic.IDENTIFIER:
            assert given[basic].startswith("Referred(")
            continue
        forms = [json for json, form in JSON_FORMS.items() if form in given.get(basic, "")]
        assert forms == [DATA_TYPES[basic].json] or (not forms and DATA_TYPES[basic].json is Json.STRING), basic


def test_columns() -> None:
    casts = arms(found(r"string Cast\((.*?)\n    \};", csharp("Sql")))
    for basic, facts in DATA_TYPES.items():
        if facts.family in (Family.NUMBER, Family.TRUTH, Family.MOMENT):
            assert casts.pop(basic) == f'"::{SQL_ALIASES.get(facts.sql, facts.sql)}"', basic
    assert casts == {}
    documented = (DOCS / "published-app.md").read_text()
    for basic, facts in DATA_TYPES.items():
        if facts.sql and (facts.length or measures_of(DataType(basic))):
            assert f"`{sql_type(attribute('A', basic))}`" in documented, basic


@pytest.mark.parametrize(
    ("word", "article"),
    [("order", "an"), ("e-mail", "an"), ("user", "a"), ("unit", "a"), ("URL", "a"), ("upload", "an"), ("ticket", "a")],
)
def test_articles_are_the_same_everywhere(word: str, article: str) -> None:
    page = found(r"const article = .*?/(.*?)/i", script("format"))
    assert ("an" if re.match(page, word, re.IGNORECASE) else "a") == article
    starts = re.findall(r'"(\w+)"', found(r"NoVowels = \[(.*?)\]", csharp("Words")))
    assert starts == found(r"\?!(.*?)\)", page).split("|")
