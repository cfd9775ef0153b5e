"""Patterns, typed values and their digests."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odcpub.model.digest import from_data, model_bytes, to_data
from odcpub.model.elements import Basic, DataType
from odcpub.model.language import SETTING_TYPES
from odcpub.model.literals import as_text, canonical, from_text, to_write
from odcpub.model.pattern_match import matches
from odcpub.model.pattern_spelling import portable
from odcpub.model.patterns import PatternError
from odcpub.model.yaml_text import parse
from odcpub.model.yaml_values import resolve
from tests.unit.model.models import MONEY, asset, raw


@pytest.mark.parametrize(
    ("pattern", "spelling"),
    [
        ("^[^@]+@[^@]+$", "[^@]+@[^@]+"),
        (r"\d{3}-(a|b)*x?", "[0-9]{3}-(?:a|b)*x?"),
        (r"[\w.-]+", r"[\-.0-9A-Z_a-z]+"),
        (r"(?:a|b)c|d", "(?:a|b)c|d"),
        (r"(ab){2,5}", "(?:ab){2,5}"),
        (r".*\.", r"[^\n]*\."),
        (r"\D\s", r"[^0-9][\t-\r ]"),
        ("[&&~~]", "[&~]"),
        (r"a\$", r"a\$"),
        (r"a\\$", r"a\\"),
        ("x/y", r"x\/y"),
        ("[]a]", None),
        ("[z-a]", None),
        ("[a-\\d]", None),
        ("[[:alpha:]]", None),
        ("a**", None),
        ("a+?", None),
        ("(?i)a", None),
        ("(?<n>a)", None),
        (r"(a)\1", None),
        (r"\bx", None),
        (r"\p{L}", None),
        (r"\u0041", None),
        ("^a|b$", None),
        ("a^b", None),
        ("a{256}", None),
        ("a{3,2}", None),
        ("a{,2}", None),
        ("(a{255}){255}", None),
        ("(" * 30 + ")" * 30, None),
        ("(a", None),
        ("a)", None),
        ("[a", None),
        ("+", None),
        ("a\\", None),
        ("😀", None),
        ("a" * 501, None),
        ("\x01", None),
    ],
)
def test_patterns_get_one_spelling_or_are_refused(pattern: str, spelling: str | None) -> None:
    if spelling is None:
        with pytest.raises(PatternError) as error:
            portable(pattern)
        assert str(error.value)
    else:
        assert portable(pattern) == spelling
        assert portable(spelling) == spelling


ATOMS = st.sampled_from(["a", "b", "[ab]", "[^a]", ".", r"\d", "-", r"\.", " "])


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    counts = st.sampled_from(["*", "+", "?", "{2}", "{0,2}", "{1,}", ""])
    return st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        st.tuples(inner, counts).map(lambda pair: f"({pair[0]}){pair[1]}"),
    )


@given(st.recursive(ATOMS, grown, max_leaves=6), st.text("ab-. 1", max_size=6))
def test_matching_agrees_with_a_backtracking_engine(pattern: str, text: str) -> None:
    expected = re.fullmatch(pattern, text, re.ASCII) is not None
    assert matches(pattern, text) is expected
    assert matches(portable(pattern), text) is expected
    assert (re.fullmatch(portable(pattern), text) is not None) is expected


def test_matching_is_quick_on_what_makes_others_slow() -> None:
    assert not matches("(a+)+b", "a" * 2_000)
    assert not matches("(a|a)*b", "a" * 2_000)


@given(st.text(max_size=30))
def test_any_text_is_a_pattern_or_refused_with_a_reason(text: str) -> None:
    try:
        spelling = portable(text)
    except PatternError:
        return
    assert portable(spelling) == spelling
    re.compile(spelling)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("y", "y"),
        ("off", "off"),
        ("12:30:00", "12:30:00"),
        ("1_000", "1_000"),
        ("0b1", "0b1"),
        ("2026-01-31", "2026-01-31"),
        ("0o8", "0o8"),
        ("null", None),
        ("~", None),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("+12", 12),
        ("007", 7),
        ("0o17", 15),
        ("0x1f", 31),
        ("١٢", "١٢"),
        ("-", "-"),
        ("=", "="),
        ("<<", "<<"),
    ],
)
def test_plain_scalars_by_the_core_schema(text: str, value: object) -> None:
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@given(st.text(max_size=80))
def test_any_text_is_yaml_or_a_problem_with_a_place(text: str) -> None:
    _, problems = parse(text, "a.yaml")
    assert all(problem.place and problem.place.line >= 1 and problem.place.column >= 1 for problem in problems)


@given(st.text(alphabet="app:key{}[]&*!|>-'\"#,? \n\tTxtentities01", max_size=120))
def test_any_model_is_verified_or_refused(text: str) -> None:
    from odcpub.errors import ModelError
    from odcpub.model.verify import verify

    with pytest.raises(ModelError) as error:
        verify(raw(text), {})
    assert error.value.problems


@pytest.mark.parametrize(
    ("basic", "typed", "kept"),
    [
        (Basic.CURRENCY, "95", "95"),
        (Basic.CURRENCY, " 12.50 ", "12.5"),
        (Basic.INTEGER, "-7", "-7"),
        (Basic.BOOLEAN, "True", "true"),
        (Basic.DATE, "2026-01-31", "2026-01-31"),
        (Basic.TEXT, "95", "95"),
        (Basic.INTEGER, "1.5", None),
        (Basic.INTEGER, "0x10", None),
        (Basic.INTEGER, "99999999999", None),
        (Basic.CURRENCY, "1e5", None),
        (Basic.CURRENCY, "NaN", None),
        (Basic.BOOLEAN, "yes", None),
        (Basic.DATE, "2026-02-30", None),
        (Basic.DATE_TIME, "2026-01-31T12:00:00", None),
        (Basic.TEXT, "   ", None),
        (Basic.EMAIL, "a@b", None),
        (Basic.PHONE_NUMBER, "1" * 21, None),
        (Basic.BINARY_DATA, "x", None),
    ],
)
def test_what_people_type_for_a_setting(basic: Basic, typed: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(ValueError, match=r"."):
            from_text(typed, DataType(basic))
    else:
        value = from_text(typed, DataType(basic))
        assert as_text(value) == kept
        assert canonical(value, DataType(basic)) == value


RICH = """
uses: { Money: "^1.0" }
settings: { Rate: { type: Decimal, digits: 5, decimals: 2, default: 80.5 }, Token: { type: Text, secret: true } }
static_entities: { S: { records: { One: { label: Eins }, Two: { is_active: false }, Three: } } }
structures: { P: { attributes: { Sum: { type: Money.Amount } } } }
entities:
  A:
    key: Old
    attributes:
      X: { type: Text, length: 9, min_length: 2, pattern: '\\d+', default: '123', mandatory: true }
      Y: { type: Integer, minimum: 0, maximum: 9, default: 0 }
      Z: { type: Date, default: =CurrDate() }
      Later: { type: Date Time, default: '=AddDays(CurrDateTime(), 7)' }
      R: { type: S Identifier, default: One }
    indexes: { I: { attributes: [X, Y], unique: true } }
screens: { All: { list: A, columns: [X] } }
"""


def test_data_and_back() -> None:
    made = asset(RICH, libraries={"Money": MONEY})
    again = from_data(to_data(made))
    assert model_bytes(again) == model_bytes(made)
    assert again.entities[0].attributes[1].minimum == 0
    assert again.settings[0].default == made.settings[0].default
    assert again.entities[0].indexes == tuple(
        type(i)(i.name, i.key, i.attributes, i.unique) for i in made.entities[0].indexes
    )
    with pytest.raises(ValueError, match="format 0"):
        from_data({"format": 0})


def test_the_digest_knows_content_not_layout() -> None:
    one = asset(
        "entities:\n  A: { attributes: { X: { type: Text } } }\n  B:\n"
        "settings: { S: { type: Currency, default: 1.50 } }\n"
    )
    two = asset(
        "# said otherwise\nsettings:\n  S:\n    default: 1.5\n    type: Currency\n",
        "entities: { B: }",
        "entities: { A: { attributes: { X: { type: Text, mandatory: false } } } }",
    )
    assert model_bytes(one) == model_bytes(two)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("length: 9", "length: 8"),
        ("key: Old", "key: Older"),
        ("label: Eins", "label: Uno"),
        ("unique: true", "unique: false"),
        ("columns: [X]", "columns: [Y]"),
        ("default: One", "default: Three"),
        ("=CurrDate()", "2026-01-31"),
        ("default: 0", "default: 1"),
        ("Token", "Secret"),
        ("^1.0", "^1.1"),
    ],
)
def test_the_digest_changes_with_the_content(old: str, new: str) -> None:
    assert old in RICH
    before, after = (asset(text, libraries={"Money": MONEY}) for text in (RICH, RICH.replace(old, new)))
    assert model_bytes(before) != model_bytes(after)


def test_the_order_of_attributes_is_content() -> None:
    one = asset("entities: { A: { attributes: { X: { type: Text }, Y: { type: Text } } } }")
    two = asset("entities: { A: { attributes: { Y: { type: Text }, X: { type: Text } } } }")
    assert model_bytes(one) != model_bytes(two)


TYPES = (
    *map(DataType, SETTING_TYPES),
    *(DataType(Basic.TEXT, length=length) for length in (1, 20)),
    *(DataType(Basic.DECIMAL, digits=digits, decimals=places) for digits, places in ((1, 0), (1, 1), (2, 1), (5, 0))),
)


@pytest.mark.parametrize("type_", TYPES, ids=str)
def test_the_example_of_each_type_is_a_value_of_it_typed_or_in_a_file(type_: DataType) -> None:
    words, example = to_write(type_)
    assert words
    value = from_text(example, type_)
    root, problems = parse(f"Name: {example}", "qa.yaml")
    assert not problems
    assert canonical(root.entries["Name"][1].value, type_) == value  # type: ignore[union-attr]


@pytest.mark.parametrize("clock", ["24:00", "24:00:00", "12:60", "12:30:60"])
def test_a_time_that_no_clock_shows_is_refused_whatever_the_python(clock: str) -> None:
    """Python 3.14 makes 00:00 of 24:00."""
    with pytest.raises(ValueError, match="is not a time such as"):
        from_text(clock, DataType(Basic.TIME))
    with pytest.raises(ValueError, match="is not a moment"):
        from_text(f"2026-01-31T{clock}Z", DataType(Basic.DATE_TIME))
