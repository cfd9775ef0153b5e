"""What a model that is right becomes, and that all problems are told at once."""

from decimal import Decimal

import pytest

from odcpub.model.elements import Basic, Computed, DataType, DeleteRule, Function, ScreenKind
from tests.unit.model.models import HEAD, MONEY, asset, problems


def attribute(text: str, more: str = ""):
    made = asset(f"entities: {{ A: {{ attributes: {{ X: {text} }} }} }}\n{more}")
    return made.entities[0].attributes[0]


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("Text", DataType(Basic.TEXT)),
        ("Text, length: 10", DataType(Basic.TEXT, length=10)),
        ("Integer", DataType(Basic.INTEGER)),
        ("Long Integer", DataType(Basic.LONG_INTEGER)),
        ("Decimal", DataType(Basic.DECIMAL, digits=28, decimals=8)),
        ("Decimal, digits: 5", DataType(Basic.DECIMAL, digits=5, decimals=5)),
        ("Decimal, digits: 9, decimals: 2", DataType(Basic.DECIMAL, digits=9, decimals=2)),
        ("Currency", DataType(Basic.CURRENCY)),
        ("Date Time", DataType(Basic.DATE_TIME)),
        ("Binary Data", DataType(Basic.BINARY_DATA)),
        ("A Identifier", DataType(Basic.IDENTIFIER, target="A", target_key="A")),
        ("S Identifier", DataType(Basic.IDENTIFIER, target="S", target_key="Old")),
    ],
)
def test_types(text: str, type_: DataType) -> None:
    assert attribute(f"{{ type: {text} }}", "static_entities: { S: { key: Old, records: { One: } } }").type == type_


@pytest.mark.parametrize(
    ("text", "default"),
    [
        ("Text, default: NO", "NO"),
        ("Text, default: on", "on"),
        ("Text, default: '5'", "5"),
        ("Text, default: 2026-01-31", "2026-01-31"),
        ("Time, default: 12:30:00", "12:30:00"),
        ("Time, default: 12:30", "12:30:00"),
        ("Integer, default: 0o17", 15),
        ("Integer, default: 0x1F", 31),
        ("Integer, default: 010", 10),
        ("Integer, default: -2147483648", -(2**31)),
        ("Long Integer, default: 9223372036854775807", 2**63 - 1),
        ("Decimal, default: 1.50", Decimal("1.5")),
        ("Currency, default: 1e3", Decimal(1000)),
        ("Boolean, default: True", True),
        ("Date, default: 2024-02-29", "2024-02-29"),
        ("Date Time, default: 2026-01-31T12:30:00+02:00", "2026-01-31T10:30:00Z"),
        ("Date Time, default: 2026-01-31T12:30:00.250Z", "2026-01-31T12:30:00.25Z"),
        ("Date, default: =CurrDate()", Function.CURR_DATE),
        ("Date Time, default: '= CurrDateTime( )'", Function.CURR_DATE_TIME),
        ("S Identifier, default: One", "One"),
        ("Integer, default: =60 * 24", 1440),
        ("Currency, default: '=Round(80 / 7, 2)'", Decimal("11.43")),
        ("Text, default: '=\"a\" + NewLine()'", "a\n"),
        ("Date Time, default: '=AddDays(#2026-01-31#, 1)'", "2026-02-01T00:00:00Z"),
        (
            "Date, default: '=DateTimeToDate(AddDays( CurrDate( ),14))'",
            Computed("DateTimeToDate(AddDays(CurrDate(), 14))"),
        ),
        ("Text, default: =GenerateGuid()", Computed("GenerateGuid()")),
    ],
)
def test_defaults(text: str, default: object) -> None:
    found = attribute(f"{{ type: {text} }}", "static_entities: { S: { records: { One: } } }").default
    assert found == default
    assert type(found) is type(default)


def test_every_problem_at_once_in_the_order_of_places() -> None:
    found = problems(
        HEAD
        + "colour: red\nentities:\n  A:\n    attributes:\n      X: { type: Txt }\n      Y: { type: B Identifier }\n",
        "screens: { S: { list: Z } }\nsettings: { T: { type: Text, secret: true, default: x } }\n",
    )
    assert [(problem.code, str(problem.place)) for problem in found] == [
        ("ODC-M101", "a.yaml:3:1"),
        ("ODC-M301", "a.yaml:7:18"),
        ("ODC-M301", "a.yaml:8:18"),
        ("ODC-M401", "b.yaml:1:23"),
        ("ODC-M308", "b.yaml:2:53"),
    ]


def test_renamed_elements_keep_their_first_names() -> None:
    made = asset(
        """
        entities:
          Ticket: { key: Issue, attributes: { Subject: { type: Text, key: Title } } }
          Note: { attributes: { Of: { type: Ticket Identifier, on_delete: Delete } } }
        """
    )
    note, ticket = made.entities
    assert (ticket.key, ticket.attributes[0].key) == ("Issue", "Title")
    assert (note.attributes[0].type.target, note.attributes[0].type.target_key) == ("Ticket", "Issue")
    assert note.attributes[0].on_delete is DeleteRule.DELETE


def test_names_may_be_swapped_when_both_say_what_they_were() -> None:
    made = asset("entities: { A: { key: B }, B: { key: A } }\nsettings: { C: { type: Text, key: D } }")
    assert [(one.name, one.identity) for one in made.settings] == [("C", "D")]
    assert [(entity.name, entity.key) for entity in made.entities] == [("A", "B"), ("B", "A")]


def test_a_librarys_elements_are_found_by_its_name() -> None:
    made = asset(
        """
        uses: { Money: "^1.0" }
        structures: { Line: { attributes: { Sum: { type: Money.Amount } } } }
        entities: { A: { attributes: { X: { type: Money.CurrencyCode Identifier, default: EUR } } } }
        """,
        libraries={"Money": MONEY},
    )
    type_ = made.entities[0].attributes[0].type
    assert (type_.target, type_.target_key) == ("Money.CurrencyCode", "Money.Code")
    assert made.structures[0].attributes[0].type == DataType(
        Basic.STRUCTURE, target="Money.Amount", target_key="Money.Amount"
    )


def test_display_is_the_first_text_unless_said() -> None:
    made = asset("entities: { A: { attributes: { N: { type: Integer }, T: { type: Text }, U: { type: Text } } }, B: }")
    assert [entity.display for entity in made.entities] == ["T", ""]


def test_screens_are_made_for_entities_that_have_none() -> None:
    made = asset(
        """
        entities:
          Category: { attributes: { Icon: { type: Binary Data }, Name: { type: Text } } }
          Box: { attributes: { A: { type: Text }, B: { type: Date } } }
        screens:
          Boxes: { list: Category }
          All: { list: Box, columns: [B] }
        """
    )
    by_name = {screen.name: screen for screen in made.screens}
    assert list(by_name) == ["Boxes", "All", "BoxDetail", "CategoryDetail"]
    assert by_name["Boxes"].columns == ("Name",)
    assert by_name["Boxes"].search == ("Name",)
    assert by_name["All"].columns == ("B",)
    assert by_name["All"].search == ("A",)
    assert by_name["BoxDetail"].kind is ScreenKind.DETAIL
    assert [screen.generated for screen in made.screens] == [False, False, True, True]


def test_generated_names_get_out_of_the_way() -> None:
    made = asset("entities: { A: , B: }\nscreens: { As: { list: B }, ADetail: { detail: B } }")
    assert [(s.name, s.entity) for s in made.screens if s.generated] == [("As2", "A"), ("ADetail2", "A")]


def test_five_columns_at_most_and_none_of_bytes() -> None:
    columns = ", ".join(f"C{at}: {{ type: Integer }}" for at in range(8))
    made = asset(f"entities: {{ A: {{ attributes: {{ P: {{ type: Binary Data }}, {columns} }} }} }}")
    assert made.screens[0].columns == ("C0", "C1", "C2", "C3", "C4")


def test_static_records_keep_their_order_and_keys_as_written() -> None:
    made = asset("static_entities: { S: { records: { NO: { label: Norway }, on: , Yes: { is_active: false } } } }")
    assert [(r.key, r.label, r.order, r.is_active) for r in made.static_entities[0].records] == [
        ("NO", "Norway", 1, True),
        ("on", "on", 2, True),
        ("Yes", "Yes", 3, False),
    ]


def test_optional_circles_and_delete_circles_are_fine() -> None:
    made = asset(
        """
        entities:
          A: { attributes: { B: { type: B Identifier, mandatory: true, on_delete: Delete } } }
          B: { attributes: { A: { type: A Identifier, on_delete: Delete }, Self: { type: B Identifier } } }
        """
    )
    assert len(made.entities) == 2


def test_merge_keys_and_anchors() -> None:
    made = asset(
        "entities: { A: { attributes: { X: &text { type: Text, length: 5 }, Y: { <<: *text, length: 9 }, Z: *text } } }"
    )
    assert [attribute.type.length for attribute in made.entities[0].attributes] == [5, 9, 5]


def test_an_alias_bomb_is_refused_quickly() -> None:
    lines = [HEAD + "description: &a [x, x, x, x, x, x, x, x, x]\n"]
    for at in range(1, 9):
        lines.append(f"k{at}: &{chr(97 + at)} [{', '.join(['*' + chr(96 + at)] * 9)}]\n")
    (problem,) = problems("".join(lines))
    assert problem.code == "ODC-M007"
    assert "aliases" in problem.message
