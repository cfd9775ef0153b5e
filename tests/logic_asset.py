"""A small app and library with server actions of every kind of step, for tests of what the compiler makes of them."""

from odcpub.model.elements import Library, VerifiedAsset
from odcpub.model.load import RawModel, parts_of
from odcpub.model.verify import verify

_MONEY = """\
library: Money
key: 5f5b7a53-6c0e-4a53-8d4c-6bb9f8f2a002
static_entities:
  CurrencyCode:
    records: { EUR: { label: Euro }, USD: { label: US dollar } }
structures:
  Amount: { attributes: { Value: { type: Currency, mandatory: true }, In: { type: CurrencyCode Identifier } } }
server_actions:
  Round:
    description: To cents
    inputs:  { Value: { type: Currency } }
    outputs: { Rounded: { type: Currency } }
    do:
      - set: { Rounded: 'Round(Value, 2)' }
  InEuro:
    inputs:  { Value: { type: Currency, mandatory: true, minimum: 0 } }
    outputs: { Made: { type: Amount }, Whole: { type: Boolean } }
    do:
      - call: Round
        with: { Value: Value }
        into: Cents
      - set: { Made.Value: Cents, Made.In: CurrencyCode.EUR, Whole: Cents = Trunc(Cents) }
"""
DESK_TEXT = """\
app: Desk
key: 2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f20
uses: { Money: "^1.0" }
settings:
  HourlyRate: { type: Currency, default: 80 }
static_entities:
  Status:
    records: { Open: { label: Open }, Closed: { label: Closed } }
entities:
  Customer:
    display: Name
    attributes:
      Name:  { type: Text, length: 100, mandatory: true }
      Score: { type: Integer, minimum: 0, maximum: 100 }
  Ticket:
    key: Issue
    display: Subject
    attributes:
      Subject:  { type: Text, length: 200, mandatory: true }
      Customer: { type: Customer Identifier, mandatory: true }
      Status:   { type: Status Identifier, default: Open }
      Hours:    { type: Decimal }
      Fee:      { type: Currency }
      Due:      { type: Date }
structures:
  Line: { attributes: { Text: { type: Text }, Cost: { type: Money.Amount }, Tags: { type: Text List } } }
server_actions:
  CloseTicket:
    description: Closes a ticket and computes its fee
    api: true
    timeout: 20
    inputs:
      TicketId: { type: Ticket Identifier, mandatory: true }
      Hours:    { type: Decimal, mandatory: true, minimum: 0 }
    outputs:
      Fee: { type: Currency }
    do:
      - get: Ticket
        where: Ticket.Id = TicketId
        as: Found
      - if: Found.Status = Status.Closed
        then:
          - raise: '"Already closed"'
            code: AlreadyClosed
            at: TicketId
      - call: Money.Round
        with: { Value: Hours * Settings.HourlyRate }
        into: Fee
      - set: { Found.Status: Status.Closed, Found.Hours: Hours, Found.Fee: Fee }
      - update: Found
  CloseAll:
    outputs:
      Count: { type: Integer, default: 0 }
      Last:  { type: Text }
    do:
      - query: Ticket
        where: Ticket.Status = Status.Open and Ticket.Customer.Name like "A%"
        sort: [Ticket.Due desc]
        maximum: 100
        as: Open
      - for_each: Open
        as: One
        do:
          - call: CloseTicket
            with: { TicketId: One.Id, Hours: 'If(HasValue(One.Hours), One.Hours, 1)' }
          - set: { Count: Count + 1, Last: One.Subject }
    on_error:
      - code: AlreadyClosed
        do:
          - set: { Last: NoValue() }
      - do:
          - raise: '"It did not work: " + Error.Message'
  Move:
    inputs:  { From: { type: Customer Identifier, mandatory: true }, Name: { type: Text, length: 100 } }
    outputs: { To: { type: Customer Identifier } }
    do:
      - get: Customer
        where: Customer.Name = Name
        optional: true
        as: Known
      - switch:
          - when: HasValue(Known)
            do:
              - set: { To: Known.Id }
          - when: HasValue(Name)
            do:
              - create: Customer
                with: { Name: Name, Score: NoValue() }
                as: New
              - set: { To: New.Id }
        otherwise:
          - end
      - query: Ticket
        where: Ticket.Customer = From
        as: Tickets
      - for_each: Tickets
        as: Ticket1
        do:
          - set: { Ticket1.Customer: To }
          - update: Ticket1
      - get: Customer
        where: Customer.Id = From
        as: Left
      - delete: Left
  Figures:
    inputs: { Most: { type: Integer, default: 10 }, Since: { type: Date, default: =CurrDate() } }
    outputs: { Text: { type: Text }, Fees: { type: Currency } }
    do:
      - query: Ticket
        where: Ticket.Due >= Since
        group_by: { Who: Ticket.Customer.Name, Late: Ticket.Due < CurrDate() }
        count: Open
        sum: { Fees: Ticket.Fee }
        average: { Hours: Ticket.Hours }
        least: { First: Ticket.Subject }
        sort: [Totals.Open * 2 desc]
        maximum: Most
        as: Totals
      - for_each: Totals
        as: One
        do:
          - set: { Text: 'Text + One.Who + ": " + One.Open + NewLine()' }
      - query: Ticket
        sum: { All: Ticket.Fee }
        as: Sum
      - set: { Fees: Sum.All }
  Lists:
    inputs: { Words: { type: Text List }, Lines: { type: Line List }, By: { type: Integer } }
    outputs: { Words2: { type: Text List }, Kept: { type: Line List }, Best: { type: Line }, Where: { type: Integer } }
    do:
      - filter: Lines
        each: One
        where: HasValue(One.Cost.Value) and not One.Tags.Empty
        as: Costly
      - order: Costly
        each: One
        by: [One.Cost.Value desc, Length(One.Text)]
      - append: Costly
        to: Kept
      - if: Costly.Length > 0
        then:
          - set: { Best: 'Costly[0]', Best.Cost.Value: Best.Cost.Value + 1 }
          - append: '"best"'
            to: Best.Tags
      - find: Words
        each: Word
        where: Word = Best.Text
        as: Where
      - distinct: Words
        as: Words2
      - remove: By
        from: Words2
      - append: Words
        to: Words2
        at: 0
      - clear: Words
      - append: '"end"'
        to: Words2
        at: Words.Length
  run:
    description: "Names that C# has for itself */ \\" {{ x }}"
    inputs: { class: { type: Integer }, call: { type: Text }, Task: { type: Text }, Numbers: { type: Long Integer } }
    outputs: { Item1: { type: Integer }, Rest: { type: Text } }
    locals: { TicketRow: { type: Text }, mark: { type: Text } }
    do:
      - set: { TicketRow: call + Task, mark: TicketRow, Item1: class + 1, Rest: mark }
      - if: Numbers > 1
        then:
          - get: Ticket
            where: Ticket.Subject = call + \"\"\"\"\"\"\"\"
            as: Found
          - set: { Rest: Found.Subject }
        else:
          - get: Customer
            where: Customer.Name = "é"
            as: Found
          - set: { Rest: Found.Name }
      - call: run
        with: { class: 1 }
        into: { Rest: Rest }
"""


def verified(text: str, libraries: dict[str, Library]) -> VerifiedAsset:
    """The asset that a model file is; raises ModelError."""
    return verify(RawModel((parts_of(text.encode(), "app.yaml"),)), libraries)[0]


MONEY = verified(_MONEY, {})
LIBRARIES = {"Money": Library(MONEY, "1.0.0", 1, "sha256:" + "0" * 64)}
DESK = verified(DESK_TEXT, LIBRARIES)
