"""Each step as a typed tree: types of what is computed, conversions, which rows are locked, what is checked once."""

from dataclasses import replace

import pytest

from odcpub.errors import Severity
from odcpub.model.digest import from_data, model_bytes, to_data
from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions import tree as expressions
from odcpub.model.expressions.written import written
from odcpub.model.load import RawModel, parts_of
from odcpub.model.logic import tree
from odcpub.model.logic.check import typed
from odcpub.model.logic.surroundings import surroundings
from odcpub.model.verify import verify
from tests.unit.model.logic.whole import MONEY, WHOLE
from tests.unit.model.models import HEAD, library, logic, problems, raw

DESK = """
uses: { Money: ^1.0 }
static_entities: { Status: { records: { Open: , Closed: } } }
entities:
  Customer: { attributes: { Name: { type: Text, mandatory: true }, Score: { type: Integer } } }
  Ticket:
    key: Issue
    attributes:
      Subject: { type: Text, length: 200, mandatory: true }
      Customer: { type: Customer Identifier, mandatory: true }
      Status: { type: Status Identifier, default: Open }
      Opened: { type: Date }
      Weeks: { type: Long Integer }
      Hours: { type: Decimal, digits: 9, decimals: 2 }
      Fee: { type: Currency }
server_actions:
  Act:
    inputs: { TicketId: { type: Ticket Identifier }, Texts: { type: Text List } }
    outputs: { Fee: { type: Currency }, When: { type: Date Time }, Parts: { type: Money.Amount List } }
    do:
"""
GET = "- { get: Ticket, where: Ticket.Id = TicketId, as: Found }\n"
ALL = "- { query: Ticket, maximum: 9, as: All }\n"


def steps(text: str) -> tuple[tree.Step, ...]:
    """The typed steps of an action of the desk; ``text``: its lines of ``do``."""
    lines = "".join(f"      {line}\n" for line in text.strip("\n").split("\n"))
    return logic(DESK + lines, libraries={"Money": MONEY})["Act"].steps


def test_values_are_converted_to_what_they_are_set_to() -> None:
    get, values, create, call = steps(f"""
{GET}- set: {{ Fee: Found.Weeks + 1, When: Found.Opened, Found.Hours: 5 }}
- {{ create: Customer, with: {{ Score: 5, Name: Found.Subject }} }}
- {{ call: Money.Rounded, with: {{ Digits: 3, Value: Found.Hours }}, into: Fee }}
""")
    assert isinstance(get, tree.Get) and isinstance(values, tree.Set)
    kinds = [(written(one.target), one.value.type.basic) for one in values.assignments]
    assert kinds == [("Fee", Basic.CURRENCY), ("When", Basic.DATE_TIME), ("Found.Hours", Basic.DECIMAL)]
    assert isinstance(create, tree.Create) and create.variable is None
    assert [one.name for one in create.values] == ["Name", "Score"]
    assert isinstance(call, tree.Call) and (call.library, call.action) == ("Money", "Rounded")
    assert [(one.name, one.value.type.basic) for one in call.arguments] == [
        ("Value", Basic.CURRENCY),
        ("Digits", Basic.INTEGER),
    ]
    assert [(one.output, one.variable.symbol.name, one.variable.declares) for one in call.into] == [
        ("Result", "Fee", False)
    ]


def test_what_is_computed_of_rows_has_its_types() -> None:
    groups, one = steps("""
- query: Ticket
  group_by: { Who: Ticket.Customer, Name: Ticket.Customer.Name }
  count: Number
  sum: { Scores: Ticket.Customer.Score, Weeks: Ticket.Weeks, Hours: Ticket.Hours, Fees: Ticket.Fee }
  average: { Score: Ticket.Customer.Score, Fee: Ticket.Fee }
  least: { First: Ticket.Opened }
  greatest: { Last: Ticket.Subject }
  sort: [Totals.Number desc, Totals.Name]
  as: Totals
- { query: Ticket, count: Number, as: Sole }
""")
    assert isinstance(groups, tree.Summary) and isinstance(one, tree.Summary)
    assert [(given.name, written(given.value)) for given in groups.groups] == [
        ("Who", "Ticket.Customer"),
        ("Name", "Ticket.Customer.Name"),
    ]
    assert [(value.name, value.aggregation.value, value.type.basic) for value in groups.computed] == [
        ("Number", "count", Basic.LONG_INTEGER),
        ("Scores", "sum", Basic.LONG_INTEGER),
        ("Weeks", "sum", Basic.LONG_INTEGER),
        ("Hours", "sum", Basic.DECIMAL),
        ("Fees", "sum", Basic.CURRENCY),
        ("Score", "average", Basic.DECIMAL),
        ("Fee", "average", Basic.CURRENCY),
        ("First", "least", Basic.DATE),
        ("Last", "greatest", Basic.TEXT),
    ]
    assert groups.variable.symbol.type == DataType(Basic.STRUCTURE, target="Totals", target_key="Totals", many=True)
    assert [(written(sort.value), sort.descending) for sort in groups.sort] == [
        ("Totals.Number", True),
        ("Totals.Name", False),
    ]
    assert one.variable.symbol.type == DataType(Basic.STRUCTURE, target="Sole", target_key="Sole")


def test_records_of_one_name_and_other_values_are_of_other_types() -> None:
    (branches,) = steps("""
- if: Fee > 1
  then: [{ query: Ticket, count: A, as: Totals }, { set: { Fee: Totals.A } }]
  else: [{ query: Ticket, count: B, as: Totals }, { set: { Fee: Totals.B } }]
""")
    assert isinstance(branches, tree.If)
    first, second = branches.cases[0].steps[0], branches.otherwise[0]
    assert isinstance(first, tree.Summary) and isinstance(second, tree.Summary)
    assert [one.variable.symbol.type.target for one in (first, second)] == ["Totals", "Totals2"]


def test_lists_and_their_elements() -> None:
    found = steps(
        f"""
{GET}{ALL}- {{ append: Found, to: All }}
- {{ append: All, to: All, at: 0 }}
- {{ append: NoValue(), to: Texts }}
- {{ remove: All.Length - 1, from: All }}
- {{ filter: All, each: One, where: One.Fee > 5, as: Dear }}
- {{ find: Dear, each: One, where: One = Found, as: At }}
""".replace("One = Found", "One.Id = Found.Id")
        + """
- { order: All, each: One, by: [One.Fee desc, One.Subject] }
- { distinct: Texts, as: Once }
- clear: Texts
- { if: At > Once.Length, then: [end] }
""".lstrip("\n")
    )
    appended = [one for one in found if isinstance(one, tree.Append)]
    assert [one.value.type.many for one in appended] == [False, True, False]
    assert appended[2].value.type.basic is Basic.TEXT
    kept = next(one for one in found if isinstance(one, tree.Filter))
    assert (kept.item.name, kept.item.type.many, kept.variable.symbol.type.many) == ("One", False, True)
    index = next(one for one in found if isinstance(one, tree.Find))
    assert index.variable.symbol.type == expressions.INTEGER
    order = next(one for one in found if isinstance(one, tree.Order))
    assert [one.descending for one in order.sort] == [True, False]
    assert next(one for one in found if isinstance(one, tree.Distinct)).variable.symbol.type.many


@pytest.mark.parametrize(
    ("text", "locked"),
    [
        (f"{GET}{ALL}- for_each: All\n  as: One\n  do: [{{ delete: One }}]", [False, True]),
        (f"{ALL}- {{ filter: All, each: X, where: X.Fee > 1, as: Some }}\n"
         "- for_each: Some\n  as: One\n  do: [{ update: One }]", [True]),
        (f"{GET}{ALL}- {{ append: Found, to: All }}\n"
         "- for_each: All\n  as: One\n  do: [{ update: One }]", [True, True]),
        (f"{GET}{GET.replace('Found', 'Other')}- set: {{ Other: Found }}\n- update: Other", [True, True]),
        (f"{GET}{GET.replace('Found', 'Other')}- set: {{ Other.Fee: Found.Fee }}\n- update: Other", [False, True]),
        (f"{ALL}{GET}- set: {{ Found: 'All[0]' }}\n- delete: Found", [True, True]),
        (GET.replace(" }", ", for_update: true }") + "- set: { Fee: Found.Fee }", [True]),
        (f"- if: Fee > 1\n  then:\n    {GET}    - update: Found\n" + GET + "- set: { Fee: Found.Fee }", [True, True]),
    ],
)  # fmt: skip
def test_rows_that_are_changed_are_locked_wherever_they_come_from(text: str, locked: list[bool]) -> None:
    found = []
    todo = list(steps(text))
    while todo:
        step = todo.pop(0)
        if isinstance(step, tree.Get | tree.Query):
            found.append(step.locked)
        if isinstance(step, tree.If):
            todo[:0] = step.cases[0].steps
    assert found == locked


def test_what_refusals_are_handled_by() -> None:
    act = logic(HEAD_OF_HANDLERS)["Act"]
    assert [(one.code, one.error.name) for one in act.handlers] == [("A", "Error"), ("", "Error")]
    (step,) = act.handlers[1].steps
    assert isinstance(step, tree.Raise) and written(step.message) == "Error.Message + Error.Code"
    assert (act.timeout, act.place.line) == (9, 4)


HEAD_OF_HANDLERS = """server_actions:
  Act:
    timeout: 9
    do: [end]
    on_error:
      - { code: A, do: [end] }
      - { do: [raise: Error.Message + Error.Code] }
"""


def test_an_action_is_checked_again_only_where_something_of_it_changed() -> None:
    head, _, actions = WHOLE.partition("server_actions:\n")
    one, _, other = actions.partition("  CountAll:\n")
    files = raw(head, f"server_actions:\n{one}", f"server_actions:\n  CountAll:\n{other}").parts
    libraries = {"Money": MONEY}
    first = verify(RawModel(files), libraries)[0]
    around = surroundings(first, libraries)
    before = [typed(action, around) for action in first.server_actions]

    same = verify(RawModel(files), libraries, first)[0]
    assert surroundings(same, libraries) is around
    assert all(typed(now, around) is was for now, was in zip(same.server_actions, before, strict=True))

    text = f"server_actions:\n{one}".replace("Hours * Settings", "2 * Hours * Settings")
    changed = verify(RawModel((files[0], parts_of(text.encode(), "b.yaml"), files[2])), libraries, same)[0]
    assert surroundings(changed, libraries) is around
    close, count = changed.server_actions
    assert typed(count, around) is before[1]
    assert typed(close, around) != before[0]


def test_an_action_is_checked_again_where_something_that_it_names_changed() -> None:
    other = "\nentities:\n  Other: { attributes: { A: { type: Text }, B: { type: Text } } }\n"
    text = WHOLE.replace("\nentities:\n", other)
    head, _, actions = text.partition("server_actions:\n")
    files = raw(head, f"server_actions:\n{actions}").parts
    libraries = {"Money": MONEY}
    first = verify(RawModel(files), libraries)[0]
    before = [typed(action, surroundings(first, libraries)) for action in first.server_actions]
    for old, new, again in (
        ("A: { type: Text }, ", "", [False, False]),
        ("A: { type: Text }", "Hours: { type: Text }", [True, False]),
        ("Hours: { type: Decimal }", "Hours: { type: Currency }", [True, False]),
        ("Open: , Closed:", "Open: , Closed: , Lost:", [True, True]),
        ("Street: { type: Text }", "Street: { type: Text, length: 5 }", [True, False]),
        ("default: 80", "default: 81", [False, False]),
        ("Currency, default: 80", "Decimal, default: 80", [True, False]),
        ("\nentities:\n", "\n# moved\nentities:\n", [False, False]),
    ):
        assert old in head
        part = parts_of(head.replace(old, new, 1).encode(), "a.yaml")
        now = verify(RawModel((part, files[1])), libraries, first)[0]
        around = surroundings(now, libraries)
        found = [typed(action, around) is not was for action, was in zip(now.server_actions, before, strict=True)]
        assert found == again, new


def test_what_is_stored_of_an_action_is_the_whole_of_it() -> None:
    asset = verify(raw(WHOLE), {"Money": MONEY})[0]
    again = from_data(to_data(asset))
    assert to_data(again) == to_data(asset)
    assert model_bytes(again) == model_bytes(asset)
    assert model_bytes(replace(asset, server_actions=asset.server_actions[:1])) != model_bytes(asset)
    around = surroundings(again, {"Money": MONEY})
    steps = typed(again.server_actions[0], around).steps
    assert len(steps) == len(asset.server_actions[0].steps)


def test_a_library_computes_and_has_no_data() -> None:
    base = "library: Tax\nkey: 8d4a2f51-7c0e-4b93-9e25-3f1b6c8a0d48\nuses: { Money: ^1.0 }\n"
    right = (
        base
        + """
server_actions:
  Net:
    inputs: { Gross: { type: Money.Amount } }
    outputs: { Net: { type: Money.Amount } }
    do:
      - { call: Money.Rounded, with: { Value: Gross.Value / 1.2 }, into: Rounded }
      - set: { Net: Gross, Net.Value: Rounded }
"""
    )
    tax = library(right, libraries={"Money": MONEY})
    assert tax.asset.server_actions[0].inputs[0].type.target_key == "Money.Amount"
    wrong = (
        base
        + """
entities: { A: { attributes: { X: { type: Text } } } }
static_entities: { S: { records: { One: } } }
server_actions:
  Act:
    api: true
    do:
      - { get: S, where: S.Id = S.One, as: Found }
      - { query: Money.CurrencyCode, as: All }
      - { create: A }
      - update: Found
      - delete: Found
"""
    )
    found = problems(wrong, libraries={"Money": MONEY})
    assert [(one.code, one.place and one.place.line) for one in found if one.severity is Severity.ERROR] == [
        ("ODC-M501", line) for line in (5, 8, 11, 12, 13, 14, 15)
    ]


def test_only_libraries_that_the_asset_uses_itself_can_be_called() -> None:
    tax = library(
        "library: Tax\nkey: 8d4a2f51-7c0e-4b93-9e25-3f1b6c8a0d48\nuses: { Money: ^1.0 }\n", libraries={"Money": MONEY}
    )
    text = HEAD + "uses: { Tax: ^1.0 }\nserver_actions: { Act: { do: [call: Money.Rounded] } }\n"
    (problem,) = problems(text, libraries={"Money": MONEY, "Tax": tax})
    assert problem.code == "ODC-M401"
    assert problem.hint == 'add the library to the model: uses: { Money: "^1.0" }'


def test_a_query_looks_at_attributes_of_records_and_not_at_records_of_their_names() -> None:
    text = """static_entities: { Kind: { records: { Label: , Id: , Other: } } }
server_actions:
  Act:
    outputs: { Found: { type: Text }, Same: { type: Boolean } }
    do:
      - { query: Kind, where: Kind.Label <> "x" and Kind.Id <> Kind.Other, sort: [Kind.Label], as: All }
      - set: { Found: "All[0].Label", Same: "All[0].Id = Kind.Label" }
"""
    query, values = logic(text)["Act"].steps
    assert isinstance(query, tree.Query) and query.where is not None
    assert "Label" in written(query.where) and isinstance(values, tree.Set)
    assert values.assignments[1].value.type == expressions.BOOLEAN


def test_structures_of_libraries_that_a_library_uses_come_along() -> None:
    tax = library(
        """
        library: Tax
        key: 8d4a2f51-7c0e-4b93-9e25-3f1b6c8a0d48
        uses: { Money: ^1.0 }
        server_actions:
          Net: { outputs: { Net: { type: Money.Amount } }, do: [set: { Net.Value: 5 }] }
        """,
        libraries={"Money": MONEY},
    )
    text = """
uses: { Tax: ^1.0 }
server_actions:
  Act:
    outputs: { Value: { type: Currency } }
    do: [{ call: Tax.Net, into: Net }, { set: { Value: Net.Value } }]
"""
    call, _ = logic(text, libraries={"Tax": tax})["Act"].steps
    assert isinstance(call, tree.Call)
    assert call.into[0].variable.symbol.type.target == "Money.Amount"
    made = verify(raw(HEAD + text), {"Tax": tax, "Money": MONEY})[0]
    assert surroundings(made, {"Tax": tax}) is surroundings(made, {"Tax": tax, "Money": MONEY})


def test_what_was_refused_is_no_row_of_an_entity_called_error() -> None:
    text = """
entities: { Error: { attributes: { Text: { type: Text } } } }
server_actions:
  Act:
    outputs: { Note: { type: Text } }
    do: [end]
    on_error:
      - do:
          - { get: Error, where: Error.Text = Note, as: Found }
          - set: { Note: Found.Text + Error.Message }
"""
    (handler,) = logic(text)["Act"].handlers
    get, _ = handler.steps
    assert isinstance(get, tree.Get) and get.where.type == expressions.BOOLEAN
    assert handler.error.type.target != "Error"
    found = problems(HEAD + text.replace("Note: Found", "Error.Message: Found"))
    assert [one.message for one in found if one.severity is Severity.ERROR] == [
        "Error.Message cannot be set: it is what was refused"
    ]
