"""Steps become typed trees: what each names, declares, converts and locks."""

import pytest

from odcpub.errors import ModelError, Severity
from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions.written import written
from odcpub.model.logic import tree
from odcpub.model.problems import Code
from odcpub.model.verify import read_alone
from tests.unit.model.models import HEAD, logic, raw

DESK = """
settings: { HourlyRate: { type: Currency, default: 80 }, MailToken: { type: Text, secret: true } }
static_entities: { Status: { records: { Open: {}, Closed: {} } } }
entities:
  Customer: { attributes: { Name: { type: Text, length: 100, mandatory: true } } }
  Ticket:
    key: Issue
    attributes:
      Subject: { type: Text, length: 200, mandatory: true }
      Customer: { type: Customer Identifier, mandatory: true }
      Status: { type: Status Identifier, default: Open }
      Hours: { type: Decimal }
      Fee: { type: Currency }
      Weight: { type: Decimal, digits: 28, decimals: 15 }
server_actions:
  Act:
    inputs: { TicketId: { type: Ticket Identifier }, Hours: { type: Decimal }, Texts: { type: Text List } }
    outputs: { Fee: { type: Currency }, Note: { type: Text } }
    locals: { Whole: { type: Integer }, Numbers: { type: Decimal List } }
    do:
"""
ROW = DataType(Basic.STRUCTURE, target="Ticket", target_key="Issue")


def steps(text: str) -> tuple[tree.Step, ...]:
    """The typed steps of an action of the desk; ``text``: its lines of ``do``."""
    return logic(DESK + "".join(f"      {line}\n" for line in text.strip("\n").split("\n")))["Act"].steps


def test_a_row_that_is_changed_later_is_locked_and_its_variable_declared() -> None:
    get, update, other = steps("""
- { get: Ticket, where: Ticket.Id = TicketId, as: Found }
- update: Found
- { get: Ticket, where: Ticket.Id = TicketId, as: Other, optional: true }
""")
    assert isinstance(get, tree.Get) and isinstance(update, tree.Update) and isinstance(other, tree.Get)
    assert (get.entity, get.locked, get.optional, get.variable.declares) == ("Ticket", True, False, True)
    assert get.variable.symbol.type == ROW
    assert written(get.where) == "Ticket.Id = TicketId"
    assert (other.locked, other.optional) == (False, True)


def test_an_order_may_stand_in_quotes() -> None:
    (query,) = steps("- { query: Ticket, sort: ['Ticket.Fee desc', \"Ticket.Hours * 2\"], as: Found }")
    assert isinstance(query, tree.Query)
    assert [(written(one.value), one.descending) for one in query.sort] == [
        ("Ticket.Fee", True),
        ("Ticket.Hours * 2", False),
    ]


def test_nothing_is_told_of_a_list_that_was_made_wrongly() -> None:
    with pytest.raises(ModelError) as found:
        steps("""
- { query: Ticket, group_by: { Name: Nothing }, count: Count, as: Found }
- { order: Found, each: One, by: [One.Count] }
- { for_each: Found, as: One, do: [end] }
""")
    assert [one.message for one in found.value.problems if one.code == "ODC-M307"] == ["Name: there is no Nothing"]
    assert not [one for one in found.value.problems if one.code == "ODC-M702"]


def test_a_secret_is_for_steps_and_not_for_messages() -> None:
    assert steps("- set: { Note: Settings.MailToken }")
    with pytest.raises(ModelError) as caught:
        steps("- raise: '\"No \" + Settings.MailToken'")
    assert [one.message for one in caught.value.problems] == ["raise: Settings.MailToken is a secret"]


@pytest.mark.parametrize(
    "step", ["set: { Hours: Found.Weight }", "append: Found.Weight\n  to: Numbers", "set: { Fee: Found.Weight }"]
)
def test_decimals_that_a_variable_does_not_hold_are_told(step: str) -> None:
    with pytest.raises(ModelError) as found:
        steps(f"""
- {{ get: Ticket, where: Ticket.Id = TicketId, as: Found }}
- {{ query: Ticket, where: Ticket.Weight = Found.Weight, as: Others }}
- {step}
- {{ create: Ticket, with: {{ Subject: '"a"', Customer: Found.Customer, Weight: Found.Weight }} }}
""")
    assert "does not hold a Decimal with 28 digits and 15 decimals" in "".join(
        one.message for one in found.value.problems
    )
    assert len([one for one in found.value.problems if one.severity == Severity.ERROR]) == 1


def test_what_a_call_uses_is_not_known_where_its_library_is_not_there() -> None:
    model = f"""
{HEAD}
uses: {{ Money: "^1.0" }}
server_actions:
  Act:
    inputs: {{ Value: {{ type: Currency }} }}
    locals: {{ Half: {{ type: Currency }} }}
    do:
      - set: {{ Half: Value / 2 }}
      - call: Money.Round
        with: {{ Value: Half }}
        into: Rounded
"""
    assert [one.code for one in read_alone(raw(model))[1] if one.code != Code.NOT_SUPPORTED] == []


def test_structures_hold_lists_that_actions_use() -> None:
    text = """
structures: { Order: { attributes: { Codes: { type: Text List }, At: { type: Date } } } }
server_actions:
  Act:
    inputs: { One: { type: Order }, More: { type: Order List } }
    outputs: { Code: { type: Text } }
    locals: { Mine: { type: Order } }
    do:
      - { append: One.Codes, to: Mine.Codes }
      - if: Mine.Codes.Length > 0 and More.Length > 0
        then: [set: { Code: "Mine.Codes[0] + More[0].Codes[0]" }]
"""
    append, _ = logic(text)["Act"].steps
    assert isinstance(append, tree.Append)
    assert written(append.target) == "Mine.Codes"
