"""A model whose actions use every step and clause of the language, and which nothing is wrong with."""

from tests.unit.model.models import HEAD, library

MONEY = library(
    """
    library: Money
    key: 8d4a2f51-7c0e-4b93-9e25-3f1b6c8a0d47
    static_entities:
      CurrencyCode: { records: { EUR: { label: Euro }, USD: { label: US dollar } } }
    structures:
      Amount: { attributes: { Value: { type: Currency }, Code: { type: CurrencyCode Identifier } } }
    server_actions:
      Rounded:
        inputs: { Value: { type: Currency, mandatory: true }, Digits: { type: Integer, default: 2 } }
        outputs: { Result: { type: Currency } }
        do:
          - set: { Result: 'If(Digits > 0, Round(Value, Digits), Value)' }
      Split:
        inputs: { One: { type: Amount } }
        outputs: { Parts: { type: Amount List }, Count: { type: Integer } }
        do:
          - { append: One, to: Parts }
          - set: { Count: Parts.Length }
    """,
    "1.2.0",
)

WHOLE = (
    HEAD
    + """\
uses: { Money: ^1.0 }
settings:
  HourlyRate: { type: Currency, default: 80 }
static_entities:
  Status: { records: { Open: , Closed: } }
structures:
  Address: { attributes: { Street: { type: Text }, Zip: { type: Text, length: 9 } } }
entities:
  Customer:
    attributes:
      Name: { type: Text, length: 100, mandatory: true }
  Ticket:
    attributes:
      Subject: { type: Text, length: 200, mandatory: true }
      Customer: { type: Customer Identifier, mandatory: true }
      Status: { type: Status Identifier, default: Open }
      OpenedAt: { type: Date Time, default: =CurrDateTime() }
      Hours: { type: Decimal }
      Fee: { type: Currency }
server_actions:
  CloseTicket:
    key: FinishTicket
    description: Closes a ticket and computes its fee
    inputs:
      TicketId: { type: Ticket Identifier, mandatory: true, description: which }
      Hours: { type: Decimal, mandatory: true, minimum: 0 }
      Where: { type: Address }
      Words: { type: Text List }
    outputs:
      Fee: { type: Currency, default: 0 }
      Amounts: { type: Money.Amount List }
    locals:
      Known: { type: Status Identifier, default: Open }
      Count: { type: Integer }
      Here: { type: Address }
    api: true
    timeout: 30
    do:
      - get: Ticket
        where: Ticket.Id = TicketId and Ticket.Customer.Name <> ""
        as: Found
        for_update: true
      - if: Found.Status = Status.Closed or Found.Hours > Hours
        then:
          - raise: '"Already closed, " + Found.Subject'
            code: AlreadyClosed
            at: TicketId
        else:
          - set: { Known: Found.Status }
      - call: Money.Rounded
        with: { Value: Hours * Settings.HourlyRate }
        into: Fee
      - call: Money.Split
        with: { One: "Amounts[0]" }
        into: { Parts: Amounts, Count: Count }
      - set: { Found.Status: Status.Closed, Found.Hours: Hours, Found.Fee: Fee, Here.Street: Where.Street }
      - update: Found
      - query: Ticket
        where: Ticket.Status = Known and Ticket.OpenedAt < CurrDateTime()
        sort: [Ticket.OpenedAt desc, 'Length(Ticket.Subject)', Ticket.Id asc]
        first: 1
        maximum: Count * 10
        as: Others
      - for_each: Others
        as: One
        do:
          - switch:
              - when: One.Subject like "x%"
                do:
                  - delete: One
              - when: One.Fee > 5
                do: []
            otherwise:
              - append: One.Subject
                to: Words
                at: 0
      - query: Ticket
        where: Ticket.Fee > 0
        group_by: { Customer: Ticket.Customer, Name: Ticket.Customer.Name }
        count: Number
        sum: { Fees: Ticket.Fee }
        average: { Usual: Ticket.Hours }
        least: { Earliest: Ticket.OpenedAt }
        greatest: { Latest: Ticket.OpenedAt }
        sort: [Totals.Number desc, Totals.Name]
        maximum: 10
        as: Totals
      - query: Customer
        count: Number
        as: All
      - if: All.Number > Totals.Length
        then:
          - end
      - create: Ticket
        with: { Subject: 'Words[0]', Customer: 'Totals[0].Customer' }
        as: New
      - remove: Count - 1
        from: Words
      - filter: Words
        each: Word
        where: Length(Word) > 3
        as: Long
      - find: Long
        each: Word
        where: Word = New.Subject
        as: At
      - order: Words
        each: Word
        by: [Word desc]
      - distinct: Words
        as: Once
      - if: At >= 0 and Once.Length > 3 and Here.Street <> ""
        then:
          - clear: Words
      - call: CountAll
    on_error:
      - code: AlreadyClosed
        do:
          - set: { Fee: NoValue() }
      - do:
          - raise: Error.Code + Error.Message
  CountAll:
    do:
      - get: Status
        where: Status.Label = "Open"
        as: Open
        optional: true
      - if: not HasValue(Open)
        then: [end]
"""
)
