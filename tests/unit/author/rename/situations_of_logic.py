"""The same for names in server actions and screens; what changes is marked as in ``situations``."""

from __future__ import annotations

import re

from tests.unit.author.rename.situations import Situation

LOGIC = """\
uses: { Money: "^1.0" }
settings:
  <Rate>: { type: Currency, default: 80 }
static_entities:
  <Status>: { records: { Open: {}, Closed: {} } }
structures:
  <Line>: { attributes: { <Text>: { type: Text }, Amount: { type: Currency } } }
entities:
  <Customer>:
    attributes: { <Name>: { type: Text, length: 50 } }
  <Ticket>:
    attributes:
      <Subject>:  { type: Text, length: 50 }
      Customer: { type: <Customer> Identifier }
      State:    { type: <Status> Identifier, default: Open }
      Hours:    { type: Decimal }
      Fee:      { type: Currency }
server_actions:
  <CloseTicket>:
    # CloseTicket closes a Ticket: Hours, Fee, Status
    description: Hours of a Ticket
    inputs:
      TicketId: { type: <Ticket> Identifier, mandatory: true }
      <Hours>:    { type: Decimal, mandatory: true }
      Lines:    { type: <Line> List }
      Names:    { type: Text List }
      Rate:     { type: Decimal, default: =60 * 24 }
    outputs:
      <Fee>:  { type: Currency }
      Note: { type: Text }
    locals:
      <Sum>: { type: Decimal }
    do:
      - get: <Ticket>   # Ticket
        where: <Ticket>.Id = TicketId and <Ticket>.Customer.<Name> <> "Ticket.Hours"
        as: Found
        optional: true
      - if: 'Found.State = <Status>.Closed'
        then:
          - raise: '"Already closed: " + Found.<Subject>'
            code: Hours
            at: <Hours>
        else:
        - set: { Found.Hours: <Hours>, <Sum>: <Hours> + Rate, "Found.<Subject>": '"Ticket"' }
      - set:
          <Fee>: If(<Hours> > 1, <Hours> * Settings.<Rate>, Round(Found.Hours, 2))
          Note: >-
            Found.<Subject> + " Hours " +
            Substr(Found.<Subject>,
            0, 2)
      - switch:
          - when: "<Sum> > 5.0"
            do: []
          - when: Found.Hours > <Sum>
            do: [end]
        otherwise: [{ set: { <Sum>: 0.0 } }]
      - query: <Ticket>
        where: <Ticket>.State = <Status>.Open
        sort: [<Ticket>.<Subject> desc, "<Ticket>.Id"]
        maximum: 5
        as: Open
      - for_each: Open
        as: One
        do:
          - set: { Note: 'Note + "it''s " + One.<Subject> + Open[0].<Subject> + Lines[0].<Text>' }
          - set: { One.<Subject>: '"x"' }
          - update: One
      - query: <Ticket>
        where: <Ticket>.Hours > <Hours>
        group_by: { Customer: <Ticket>.Customer, Subject: <Ticket>.<Subject> }
        sum: { Hours: <Ticket>.Hours }
        count: Sum_
        sort: [Totals.Hours desc]
        as: Totals
      - create: <Customer>
        with: { <Name>: Found.<Subject> }
        as: New
      - call: <Ask>
        with: { <Hours@Ask>: <Hours>, Of: Found.Id }
        into: { <Fee@Ask>: <Sum>, Note: Note }
      - call: <Ask>
        into: { <Fee@Ask>: Sum2 }
      - call: Money.Round
        with: { Hours: <Hours> * Settings.<Rate> }
        into: Rounded
      - set: { <Sum>: Rounded * <Hours> - Settings.<Rate> }
      - call: Money.All
        into: Sizes
      - filter: Sizes
        each: Size
        where: Size > <Hours> and Size < Settings.<Rate>
        as: Few
      - filter: Lines
        each: Each
        where: Each.<Text> = Note
        as: Some
      - order: Lines
        each: Each
        by: [Each.<Text>]
      - if: "Found.<Subject> = \\"Hours\\" and

          Found.Hours \\
          > <Hours>   or <Sum> = 1.0"
        then:
          - set:
              Note: Found.<Subject>
                + "Hours" + Some[0].<Text>
              ? <Sum>
              : |
                <Hours> *
                  Settings.<Rate>
      - append: Some[0]
        to: Lines
      - update: Found
    on_error:
      - code: Hours
        do:
          - set: { Note: 'Error.Message + "Hours"', <Fee>: <Hours> * 2 }
  <Ask>:
    inputs: { <Hours@Ask>: { type: Decimal }, Of: { type: <Ticket> Identifier } }
    outputs: { <Fee@Ask>: { type: Decimal }, Note: { type: Text } }
    do:
      - set: { <Fee@Ask>: <Hours@Ask>, Note: '"Hours"' }
screens:
  <Tickets>:
    list: <Ticket>
    where: <Ticket>.State <> <Status>.Closed and <Ticket>.Hours > Settings.<Rate>
    sort: [<Ticket>.Customer.<Name>, <Ticket>.<Subject> desc]
    columns:
      - <Subject>
      - Customer
      - Name: <Ticket>.Customer.<Name> + "Subject"
    search: [<Subject>]
    actions:
      - <CloseTicket>: { ask: { <Hours>: "<Ticket>.Hours" }, visible: <Ticket>.Hours > 0, go_to: <Tickets>,
                       message: '"Fee " + <Fee>' }
  Detail:
    detail: <Ticket>
    actions: [<CloseTicket>]
  Overview:
    dashboard:
      - count: <Ticket>
        label: Ticket
        where: <Ticket>.State = <Status>.Open
        to: <Tickets>
      - sum: <Ticket>.Fee
        label: Fee
      - list: <Ticket>
        columns: [<Subject>, Hours]
"""
_MARK = re.compile("<(([A-Za-z]+)(?:@Ask)?)>")
"""Names of the action Ask's own are told from those of CloseTicket."""


def _marked(name: str) -> str:
    """The model with its marks for ``name`` alone."""
    return _MARK.sub(lambda found: f"⟦{found[2]}⟧" if found[1] == name else found[2], LOGIC)


def _with_key(text: str, before: str, added: str) -> str:
    assert text.count(before) == 1, before
    return text.replace(before, f"{before}{added}")


def _flow(name: str, text: str) -> str:
    """``key`` within the braces of the element's definition."""
    return _with_key(text, f"⟦{name}⟧: {{ ", f"⟨+key: {name}, ⟩")


def _line(name: str, text: str) -> str:
    """``key`` on a line of its own."""
    return _with_key(text, f"  ⟦{name}⟧:\n", f"⟨+    key: {name}\n⟩")


_NAME = _with_key(_marked("Name"), "⟦Name⟧: { ", "⟨+key: Name, ⟩")
_SUBJECT = _with_key(_marked("Subject"), "⟦Subject⟧:  { ", "⟨+key: Subject, ⟩")

IN_LOGIC = (
    Situation("an entity in actions and screens", "entities.Ticket", "Issue", _line("Ticket", _marked("Ticket"))),
    Situation(
        "an entity that references lead to", "entities.Customer", "Client", _line("Customer", _marked("Customer"))
    ),
    Situation("an attribute in actions and screens", "Ticket.Subject", "Title", _SUBJECT),
    Situation("the same, CRLF", "Ticket.Subject", "Title", _SUBJECT.replace("\n", "\r\n")),
    Situation("an attribute that references lead to", "Customer.Name", "Title", _NAME),
    Situation("a structure's attribute", "Line.Text", "Words", _flow("Text", _marked("Text"))),
    Situation("a structure in lists", "Line", "Entry", _flow("Line", _marked("Line"))),
    Situation("a static entity in expressions", "Status", "Condition", _flow("Status", _marked("Status"))),
    Situation("a setting in expressions", "Settings.Rate", "Price", _flow("Rate", _marked("Rate"))),
    Situation("a server action", "CloseTicket", "Finish", _line("CloseTicket", _marked("CloseTicket"))),
    Situation("a server action that another calls", "Ask", "Tell", _line("Ask", _marked("Ask"))),
    Situation("an input", "CloseTicket.Hours", "Time", _marked("Hours")),
    Situation("an input that others give", "Ask.Hours", "Time", _marked("Hours@Ask")),
    Situation("an output", "server_actions.CloseTicket.outputs.Fee", "Costs", _marked("Fee")),
    Situation("an output that others take", "Ask.Fee", "Costs", _marked("Fee@Ask")),
    Situation("a local variable", "CloseTicket.Sum", "Total", _marked("Sum")),
    Situation("a screen that others lead to", "screens.Tickets", "All", _marked("Tickets")),
)
