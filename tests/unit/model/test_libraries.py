"""Versions, ranges, resolving and locking libraries, and what breaks their users."""

import pytest

from odcpub.errors import OdcpubError, Refused
from odcpub.model.compatibility import breaking_changes
from odcpub.model.elements import Asset, Kind, Library, Use
from odcpub.model.lock import read_lock, resolve, write_lock
from odcpub.model.versions import BadVersion, parse_range, parse_version
from tests.unit.model.models import library


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("^1.0", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0", "1.1.0-rc.1", "2.0.0-rc.1"]),
        ("^0.2", ["0.2.0", "0.2.9"], ["0.3.0", "1.0.0"]),
        ("^0.0.3", ["0.0.3"], ["0.0.4"]),
        ("~1.2", ["1.2.0", "1.2.9"], ["1.3.0"]),
        ("1.2.3", ["1.2.3", "1.2.3+build.5"], ["1.2.4", "1.2.3-rc.1"]),
        ("1.2", ["1.2.0", "1.2.7"], ["1.3.0"]),
        (">=1.0 <2.0", ["1.0.0", "1.5.0"], ["2.0.0"]),
        ("> 1.2", ["1.3.0"], ["1.2.9"]),
        ("<=1.2", ["1.2.9"], ["1.3.0"]),
        ("^1.1.0-rc.1", ["1.1.0-rc.1", "1.1.0-rc.2", "1.1.0", "1.2.0"], ["1.1.0-beta", "1.2.0-rc.1"]),
        ("*", ["0.0.1", "9.0.0"], ["1.0.0-a"]),
    ],
)
def test_ranges(text: str, inside: list[str], outside: list[str]) -> None:
    found = parse_range(text)
    assert [version for version in inside + outside if found.has(parse_version(version))] == inside


@pytest.mark.parametrize("text", ["", "latest", "1.x", "^", "^1.0.0.0", "1..2", "^01.0", "||", "^1-rc", "1" * 200])
def test_what_is_no_range(text: str) -> None:
    with pytest.raises(BadVersion, match="range"):
        parse_range(text)


@pytest.mark.parametrize(
    "text", ["", "1", "1.0", "v1.0.0", "1.0.0-", "01.0.0", "1.0.0-01", "1.0.0 ", "9" * 300 + ".0.0"]
)
def test_what_is_no_version(text: str) -> None:
    with pytest.raises(OdcpubError, match="semantic version"):
        parse_version(text)


def test_versions_in_order() -> None:
    ordered = [
        "0.9.9",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0",
        "1.0.10",
    ]
    assert [str(version) for version in sorted(map(parse_version, reversed(ordered)))] == ordered


def test_what_comes_next() -> None:
    assert str(parse_version("1.2.3").next_patch()) == "1.2.4"
    assert str(parse_version("1.2.3-rc.1").next_patch()) == "1.2.3"
    assert str(parse_version("1.2.3").next_breaking()) == "2.0.0"
    assert str(parse_version("0.2.3").next_breaking()) == "0.3.0"
    assert parse_version("2.0.0").breaks(parse_version("1.9.0"))
    assert parse_version("0.3.0").breaks(parse_version("0.2.9"))
    assert not parse_version("1.3.0").breaks(parse_version("1.2.9"))


def lib(name: str, version: str, **uses: str) -> Library:
    """A released library that uses others; its own model is not looked at."""
    used = tuple(Use(other, text) for other, text in uses.items())
    return Library(Asset(Kind.LIBRARY, name, name, uses=used), version, 1, "sha256:0")


def use(**ranges: str) -> list[Use]:
    return [Use(name, text) for name, text in ranges.items()]


def versions(found: dict[str, Library]) -> dict[str, str]:
    return {name: one.version for name, one in found.items()}


MONEY = tuple(lib("Money", version) for version in ("1.0.0", "1.2.0", "1.10.0", "2.0.0", "3.0.0-rc.1"))


def test_the_newest_in_range() -> None:
    assert versions(resolve(use(Money="^1.0"), {"Money": MONEY}, {})) == {"Money": "1.10.0"}
    assert versions(resolve(use(Money="*"), {"Money": MONEY}, {})) == {"Money": "2.0.0"}
    assert resolve([], {"Money": MONEY}, {"Money": "1.0.0"}) == {}


def test_what_is_locked_stays_until_update() -> None:
    assert versions(resolve(use(Money="^1.0"), {"Money": MONEY}, {"Money": "1.0.0"})) == {"Money": "1.0.0"}
    assert versions(resolve(use(Money="^1.0"), {"Money": MONEY}, {})) == {"Money": "1.10.0"}


def test_a_diamond_gets_one_version_that_suits_all() -> None:
    available = {
        "Money": MONEY,
        "Tax": (lib("Tax", "1.0.0", Money="~1.2"), lib("Tax", "1.1.0", Money="^2.0")),
        "Bills": (lib("Bills", "1.0.0", Money="^1.0"),),
    }
    found = resolve(use(Tax="^1.0", Bills="^1.0"), available, {})
    assert versions(found) == {"Bills": "1.0.0", "Money": "1.2.0", "Tax": "1.0.0"}
    assert [one.version for one in found["Bills"].uses] == ["1.2.0"]


def test_a_diamond_that_cannot_be_is_refused_with_both_ways_in() -> None:
    available = {
        "Money": MONEY,
        "Tax": (lib("Tax", "1.1.0", Money="^2.0"),),
        "Bills": (lib("Bills", "1.0.0", Money="^1.0"),),
    }
    with pytest.raises(Refused) as error:
        resolve(use(Tax="^1.0", Bills="^1.0"), available, {}, asker="Shop")
    told = " ".join((error.value.message, *error.value.details))
    assert "Tax 1.1.0 asks for Money ^2.0" in told
    assert "Bills 1.0.0 asks for Money ^1.0" in told
    assert "1.0.0, 1.2.0, 1.10.0, 2.0.0, 3.0.0-rc.1" in told


@pytest.mark.parametrize(
    ("uses", "locked", "says"),
    [
        (use(Mony="^1.0"), {}, "Mony"),
        (use(Money="^4.0"), {}, "Shop asks for Money ^4.0"),
        (use(Money="^2.0"), {"Money": "1.0.0"}, "locked to 1.0.0"),
        (use(Money="^1.0"), {"Money": "1.1.1"}, "not released any more"),
    ],
)
def test_refusals_say_who_asked_for_what(uses: list[Use], locked: dict[str, str], says: str) -> None:
    with pytest.raises(Refused) as error:
        resolve(uses, {"Money": MONEY}, locked, asker="Shop")
    assert says in " ".join((error.value.message, *error.value.details))
    assert error.value.hint


def test_circles_of_libraries_are_refused() -> None:
    circle = {"A": (lib("A", "1.0.0", B="*"),), "B": (lib("B", "1.0.0", A="*"),)}
    with pytest.raises(Refused, match="A → B → A"):
        resolve(use(A="*"), circle, {})
    with pytest.raises(Refused, match="itself"):
        resolve(use(B="*"), {"B": (lib("B", "1.0.0", A="*"),), "A": (lib("A", "1.0.0"),)}, {}, asker="A")


def test_a_lock_that_does_not_fit_is_told_with_the_command_that_chooses_anew() -> None:
    with pytest.raises(Refused) as error:
        resolve(use(Money="^2.0"), {"Money": MONEY}, {"Money": "1.0.0"}, path="'my shop'")
    assert error.value.hint == "choose new versions: odcpub update 'my shop'"


def test_many_versions_without_a_solution_end() -> None:
    numbers = range(30)
    available = {name: tuple(lib(name, f"1.{n}.0", Money="^2.0") for n in numbers) for name in ("A", "B", "C", "D")}
    available["E"] = tuple(lib("E", f"1.{n}.0", Money="^1.0") for n in numbers)
    with pytest.raises(Refused, match="Money"):
        resolve(use(A="*", B="*", C="*", D="*", E="*"), {**available, "Money": MONEY}, {})


def test_the_lock_file() -> None:
    text = write_lock({"Tax": "1.0.0", "Money": "1.2.0"})
    assert text.endswith("libraries:\n  Money: '1.2.0'\n  Tax: '1.0.0'\n")
    assert read_lock(text) == {"Money": "1.2.0", "Tax": "1.0.0"}
    assert read_lock("") == {}
    assert write_lock({}) == ""


@pytest.mark.parametrize(
    "text", ["libraries: [", "- a", "libraries: { A: new }", "other: {}", "libraries: { A: { b: c } }"]
)
def test_a_lock_file_that_is_none(text: str) -> None:
    with pytest.raises(Refused, match=r"^odcpub\.lock") as error:
        read_lock(text)
    assert "odcpub update" in error.value.hint


OLD = """
library: L
key: 8d4a2f51-7c0e-4b93-9e25-3f1b6c8a0d47
static_entities: { S: { records: { One: , Two: } } }
structures: { P: { attributes: { X: { type: Text, length: 9 }, Y: { type: Integer } } } }
server_actions:
  F:
    inputs: { In: { type: Integer, maximum: 9 }, Given: { type: Text, mandatory: true, length: 7 } }
    outputs: { Out: { type: Integer } }
    do: [{ if: HasValue(Given), then: [{ set: { Out: In } }] }]
"""


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("Two: ", "Two: , Three: ", ""),
        ("One: ", "One: { label: First }", ""),
        ("Y: { type: Integer }", "Y: { type: Integer }, Z: { type: Date }", ""),
        ("Y: { type: Integer }", "Y: { type: Integer, description: why }", ""),
        ("One: , ", "", "record S.One is gone"),
        ("One: ", "One: { is_active: false }", "no longer active"),
        ("S: {", "S2: { key: S,", "now called S2"),
        ("S: {", "S2: {", "static entity S is gone"),
        ("P: {", "Q: {", "structure P is gone"),
        ("Y: { type: Integer }", "", "attribute P.Y is gone"),
        ("Y: {", "Z: { key: Y,", "now called Z"),
        ("Y: { type: Integer }", "Y: { type: Date }", "was a Integer and is now a Date"),
        ("length: 9", "length: 8", "length of P.X was 9 and is 8"),
        ("Y: { type: Integer }", "Y: { type: Integer, mandatory: true }", "P.Y is now mandatory"),
        ("Y: { type: Integer }", "Y: { type: Integer }, Z: { type: Date, mandatory: true }", "new and mandatory"),
        ("Y: { type: Integer }", "Y: { type: Integer, maximum: 5 }", "fell to 5"),
        ("In: { type: Integer, maximum: 9 }", "In: { type: Integer }", ""),
        ("In: { type: Integer,", "In: { type: Integer, default: 1,", ""),
        ("In: { type: Integer,", "New: { type: Date }, In: { type: Integer,", ""),
        ("length: 7", "length: 8", ""),
        ("mandatory: true, length: 7", "length: 7", ""),
        ("set: { Out: In }", "set: { Out: In + 1 }", ""),
        ("F:", "G: { do: [] }\n  F:", ""),
        ("Given: { type: Text, mandatory: true, length: 7 }", "Given: { type: Text, mandatory: true }", ""),
        ("In: { type: Integer, maximum: 9 }", "In: { type: Integer, maximum: 8 }", "maximum of F.In fell to 8"),
        ("In: { type: Integer,", "In: { type: Integer, mandatory: true,", "the input F.In is now mandatory"),
        ("In: { type: Integer,", "In: { type: Integer, mandatory: true, default: 1,", ""),
        ("In: {", "New: { type: Date, mandatory: true }, In: {", "the input F.New is new and mandatory"),
        ("length: 7", "length: 6", "length of F.Given fell to 6"),
        ("Given: { type: Text, mandatory: true, length: 7 }", "Given: { type: Email, mandatory: true }", "now a Email"),
        ("F:", "G:", "the action F is gone"),
        ("F:", "G:\n    key: F", "the action F is now called G"),
        ("Out: { type: Integer }", "Out: { type: Long Integer }", "was a Integer and is now a Long Integer"),
        ("Out: { type: Integer }", "Out: { type: Integer }, B: { type: Date }", "has more than one output now"),
    ],
)
def test_what_breaks_users(before: str, after: str, says: str) -> None:
    assert before in OLD
    found = breaking_changes(library(OLD).asset, library(OLD.replace(before, after)).asset)
    assert len(found) == bool(says)
    assert says in "".join(found)


def test_libraries_that_many_use_are_made_once() -> None:
    """Each of 40 levels uses both libraries of the next: 2 to the power of 40 ways lead down."""
    levels = 40
    available = {}
    for level in range(levels + 1):
        below = {f"A{level + 1}": "*", f"B{level + 1}": "*"} if level < levels else {}
        available |= {name: (lib(name, "1.0.0", **below),) for name in (f"A{level}", f"B{level}")}
    found = resolve(use(A0="*"), available, {})
    assert len(found) == 2 * levels + 1
    assert found["A1"].uses[0] is found["A2"]
