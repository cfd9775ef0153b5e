"""One table of wrong steps: each gives exactly the problem named, with code, place, element and a hint."""

import pytest

from tests.unit.model.models import HEAD, library, problems

MONEY = library(
    """
    library: Money
    key: 8d4a2f51-7c0e-4b93-9e25-3f1b6c8a0d47
    static_entities:
      CurrencyCode: { key: Code, records: { EUR: { label: Euro }, USD: { label: US dollar } } }
    server_actions:
      Round:
        inputs: { Value: { type: Currency, mandatory: true }, Digits: { type: Integer, default: 2 } }
        outputs: { Rounded: { type: Currency } }
        do:
          - set: { Rounded: Value + Digits }
    """,
    "1.2.0",
)
DESK = (
    HEAD
    + """\
uses: { Money: ^1.0 }
settings: { HourlyRate: { type: Currency, default: 80 } }
static_entities: { Status: { records: { Open: , Closed: } } }
structures: { Address: { attributes: { Street: { type: Text } } } }
entities:
  Customer: { attributes: { Name: { type: Text, mandatory: true } } }
  Ticket:
    attributes:
      Subject: { type: Text, mandatory: true }
      Customer: { type: Customer Identifier, mandatory: true }
      Status: { type: Status Identifier, default: Open }
      Urgent: { type: Boolean }
      Fee: { type: Currency }
      Scan: { type: Binary Data }
server_actions:
  Other: { do: [end] }
  Quiet: { do: [end] }
  Two: { outputs: { Total: { type: Currency, default: 1 }, Other: { type: Currency, default: 1 } }, do: [] }
  Act:
    inputs: { TicketId: { type: Ticket Identifier }, Hours: { type: Decimal } }
    outputs: { Fee: { type: Currency, default: 1 }, Note: { type: Text, default: a } }
    locals: { Whole: { type: Integer }, Texts: { type: Text List } }
    on_error: [{ code: Index, do: [{ raise: '"" + TicketId + Hours + Whole + Texts.Length' }] }]
    do:
"""
)
FIRST = DESK.count("\n") + 1
# (what, the lines of do, (code, line counted from 0, column within the lines), a piece of the message or hint)
CASES = [
    ("no step of that name", "- clera: Texts", ("M701", 0, 2), "did you mean clear?"),
    (
        "no step of that name, its variable",
        "- { gett: Ticket, where: True, as: Found }\n- update: Found",
        ("M701", 0, 4),
        "did you mean get?",
    ),
    ("a step without kind", "- where: True", ("M701", 0, 2), "a step cannot be where alone: nothing says what it does"),
    (
        "a step without kind, known in another",
        "- { as: Found, where: Ticket.Id = TicketId }",
        ("M701", 0, 4),
        "a step cannot be as alone: nothing says what it does",
    ),
    (
        "two kinds",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: Found, update: Found }",
        ("M701", 0, 57),
        "begin a step of its own: - update: Found",
    ),
    ("a word", "- finish", ("M701", 0, 2), "did you mean find?"),
    ("a word near", "- ende", ("M701", 0, 2), "did you mean end?"),
    ("a step without its colon", "- update Found", ("M701", 0, 2), "write update: Found"),
    ("a kind alone", "- update", ("M701", 0, 2), "write update: Found"),
    ("nothing", "-", ("M103", 0, 1), "remove the '-', or write a step after it"),
    ("a list", "- [end]", ("M103", 0, 2), "a step must be a mapping, and is a list"),
    ("an empty mapping", "- {}", ("M701", 0, 2), "a step says nothing"),
    ("a number", "- 5", ("M701", 0, 2), "'5' is no step"),
    ("end with something", "- end: true", ("M701", 0, 2), "write - end"),
    ("do no list", "{ get: Ticket }", ("M103", 0, 0), "do must be a list of steps, each after '- ', and is a mapping"),
    ("do nothing", "", ("M103", -1, 1), "do must be a list of steps, each after '- ', and is nothing"),
    ("do a text", "end", ("M103", 0, 0), "do must be a list of steps, each after '- ', and is 'end'"),
    (
        "then no list",
        "- { if: True, then: { raise: '\"x\"' } }",
        ("M103", 0, 20),
        "then must be a list of steps, and is a mapping",
    ),
    ("then nothing", "- { if: True, then: }", ("M103", 0, 20), "then must be a list of steps, and is nothing"),
    ("then a word", "- { if: True, then: end }", ("M103", 0, 20), "then must be a list of steps, and is 'end'"),
    ("no then", "- { if: True }", ("M102", 0, 2), "if needs the key 'then'"),
    ("else misspelt", "- { if: True, then: [], els: [] }", ("M101", 0, 24), "did you mean else?"),
    ("elseif", "- { if: True, then: [], else_if: False }", ("M101", 0, 24), "did you mean else?"),
    (
        "unknown clause",
        "- { get: Ticket, were: Ticket.Id = TicketId, as: Found }\n- update: Found",
        ("M101", 0, 17),
        "did you mean where?",
    ),
    ("clause of nothing", "- { clear: Texts, banana: 5 }", ("M101", 0, 18), "use one of its keys: clear"),
    ("no where", "- { get: Ticket, as: Found }\n- update: Found", ("M102", 0, 2), "get needs the key 'where'"),
    ("no as", "- { get: Ticket, where: Ticket.Id = TicketId }", ("M102", 0, 2), "get needs the key 'as'"),
    (
        "as a list",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: [Found] }",
        ("M103", 0, 50),
        "as must be the name of a variable, and is a list",
    ),
    (
        "as a number",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: 5 }",
        ("M103", 0, 50),
        "as must be the name of a variable, and is '5'",
    ),
    (
        "as no name",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: my row }",
        ("M201", 0, 50),
        "'my row' is not a name",
    ),
    (
        "as too long",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }",
        ("M201", 0, 50),
        "the name aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa has 51 characters",
    ),
    (
        "as nothing",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: }",
        ("M103", 0, 50),
        "as must be the name of a variable, and is nothing",
    ),
    (
        "where a mapping",
        "- { get: Ticket, where: { Id: 1 }, as: Found }\n- update: Found",
        ("M103", 0, 24),
        "where must be an expression, and is a mapping",
    ),
    (
        "where a list",
        "- { get: Ticket, where: [1], as: Found }\n- update: Found",
        ("M103", 0, 24),
        "where must be an expression, and is a list",
    ),
    (
        "where nothing",
        "- { get: Ticket, where: , as: Found }\n- update: Found",
        ("M103", 0, 24),
        "where must be an expression, and is nothing",
    ),
    (
        "optional a text",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: Found, optional: 'yes' }\n- update: Found",
        ("M103", 0, 67),
        "optional must be true or false, and is 'yes'",
    ),
    (
        "optional yes",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: Found, optional: yes }\n- update: Found",
        ("M103", 0, 67),
        "optional must be true or false, and is 'yes'",
    ),
    (
        "entity misspelt",
        "- { get: Tiket, where: Tiket.Id = TicketId, as: Found }\n- update: Found",
        ("M401", 0, 9),
        "did you mean Ticket?",
    ),
    (
        "entity a list",
        "- { get: [Ticket], where: True, as: Found }\n- update: Found",
        ("M103", 0, 9),
        "get must be a name, and is a list",
    ),
    (
        "structure",
        "- { get: Address, where: True, as: Found }\n- update: Found",
        ("M401", 0, 9),
        "there is no entity Address",
    ),
    (
        "record of a library",
        "- { get: Money.CurrencyCode, where: True, as: Found }\n- set: { Note: Found.Label }",
        ("M501", 0, 9),
        "Money.CurrencyCode is a library's static entity, and has no table",
    ),
    (
        "where of another type",
        "- { get: Ticket, where: Ticket.Subject, as: Found }\n- update: Found",
        ("M307", 0, 24),
        "write a value of type Boolean",
    ),
    (
        "unknown attribute",
        '- { get: Ticket, where: Ticket.Subjekt = "x", as: Found }\n- update: Found',
        ("M307", 0, 24),
        "did you mean Subject?",
    ),
    (
        "unknown name in where",
        "- { get: Ticket, where: Ticket.Id = TiketId, as: Found }\n- update: Found",
        ("M307", 0, 36),
        "did you mean TicketId?",
    ),
    (
        "only attribute",
        "- { get: Ticket, where: Subject = Note, as: Found }\n- update: Found",
        ("M307", 0, 24),
        "write Ticket.Subject",
    ),
    (
        "equals sign before",
        "- { get: Ticket, where: =Ticket.Id = TicketId, as: Found }\n- update: Found",
        ("M307", 0, 24),
        "remove the '=': here every value is an expression",
    ),
    (
        "double equals",
        "- { get: Ticket, where: Ticket.Id == TicketId, as: Found }\n- update: Found",
        ("M307", 0, 34),
        "write = instead",
    ),
    (
        "row out of where",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: Found }\n- set: { Note: Ticket.Subject + Found.Subject }",
        ("M307", 1, 15),
        "get one first, and use the variable of its as: - get: Ticket",
    ),
    (
        "variable called like entity",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: Customer }",
        ("M202", 0, 50),
        "a variable cannot be called Customer: that is an entity",
    ),
    (
        "variable called like library",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: money }",
        ("M202", 0, 50),
        "a variable cannot be called money: that is a library",
    ),
    (
        "variable called Settings",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: Settings }",
        ("M202", 0, 50),
        "a variable cannot be called Settings: that is the settings",
    ),
    (
        "variable called Error",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: Error }",
        ("M202", 0, 50),
        "a variable cannot be called Error: that is what was refused, in on_error",
    ),
    (
        "variable called and",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: And }",
        ("M202", 0, 50),
        "a variable cannot be called And: that is a word of expressions",
    ),
    (
        "variable in other case",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: fee }",
        ("M203", 0, 50),
        "write Fee for that one, or use another name",
    ),
    (
        "variable of another type",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: Fee }",
        ("M702", 0, 50),
        "Fee is Currency, and this gives Ticket",
    ),
    (
        "sort no list",
        "- { query: Ticket, sort: Ticket.Subject desc, maximum: 5, as: All }\n"
        "- for_each: All\n  as: One\n  do: [{ delete: One }]",
        ("M103", 0, 25),
        "write [Ticket.Subject desc]",
    ),
    (
        "sort by a row",
        "- { query: Ticket, sort: [Ticket], maximum: 5, as: All }\n- set: { Whole: All.Length }",
        ("M307", 0, 26),
        "sort: Ticket is the row that the query looks at, and no value",
    ),
    (
        "sort by a file",
        "- { query: Ticket, sort: [Ticket.Scan], maximum: 5, as: All }\n- set: { Whole: All.Length }",
        ("M307", 0, 26),
        "sort: nothing is ordered by values of type Binary Data",
    ),
    (
        "maximum a text",
        "- { query: Ticket, maximum: '\"5\"', as: All }\n- set: { Whole: All.Length }",
        ("M307", 0, 29),
        "convert it: TextToInteger(…)",
    ),
    (
        "maximum a decimal",
        "- { query: Ticket, maximum: 5.5, as: All }\n- set: { Whole: All.Length }",
        ("M307", 0, 28),
        "convert it: DecimalToInteger(…)",
    ),
    (
        "count no name",
        "- { query: Ticket, count: 5, as: T }\n- set: { Whole: 1 }",
        ("M103", 0, 26),
        "count must be a name of your choice, and is '5'",
    ),
    (
        "sum of a text",
        "- { query: Ticket, sum: { S: Ticket.Subject }, as: T }\n- set: { Note: T.S }",
        ("M307", 0, 29),
        "sum: S must be a number, and is Text",
    ),
    (
        "least of a truth value",
        "- { query: Ticket, least: { S: Ticket.Urgent }, as: T }\n- set: { Note: T.S }",
        ("M307", 0, 31),
        "least: S must be a number, text or date, and is Boolean",
    ),
    (
        "group by a file",
        "- { query: Ticket, group_by: { S: Ticket.Scan }, count: N, as: T }\n- set: { Whole: T.Length }",
        ("M307", 0, 34),
        "rows are not grouped by values of type Binary Data",
    ),
    (
        "sort of no groups",
        "- { query: Ticket, count: N, sort: [T.N], as: T }\n- set: { Note: '\"\" + T.N' }",
        ("M701", 0, 35),
        "without group_by there is one record, and nothing to sort",
    ),
    (
        "first of groups",
        "- { query: Ticket, group_by: { S: Ticket.Status }, count: N, first: 5, as: T }\n- set: { Whole: T.Length }",
        ("M701", 0, 68),
        "first leaves out rows, and this query gives computed values",
    ),
    (
        "lock of groups",
        "- { query: Ticket, group_by: { S: Ticket.Status }, count: N, for_update: true, as: T }\n"
        "- set: { Whole: T.Length }",
        ("M701", 0, 73),
        "computed values cannot be locked",
    ),
    (
        "name of two values",
        "- { query: Ticket, count: N, sum: { n: Ticket.Fee }, as: T }\n- set: { Whole: 1 }",
        ("M203", 0, 26),
        "the query gives N twice",
    ),
    (
        "unknown value of a computed record",
        "- { query: Ticket, count: Open, as: T }\n- set: { Note: '\"\" + T.Opn' }",
        ("M307", 1, 21),
        "did you mean Open?",
    ),
    (
        "sort of groups by the row",
        "- { query: Ticket, group_by: { S: Ticket.Status }, count: N, sort: [Ticket.Subject], as: T }\n"
        "- set: { Whole: T.Length }",
        ("M307", 0, 68),
        "get one first, and use the variable of its as: - get: Ticket",
    ),
    (
        "lock of records",
        "- { get: Status, where: Status.Order = 1, for_update: true, as: One }\n- set: { Note: One.Label }",
        ("M701", 0, 54),
        "remove for_update",
    ),
    ("set no mapping", "- set: Fee", ("M103", 0, 7), "set must be a mapping of variables to expressions, and is 'Fee'"),
    ("set a list", "- set: [Fee]", ("M103", 0, 7), "set must be a mapping of variables to expressions, and is a list"),
    ("set nothing", "- set: {}", ("M701", 0, 7), "set says nothing"),
    ("set empty", "- set:", ("M103", 0, 6), "set must be a mapping of variables to expressions, and is nothing"),
    ("set without value", "- set: { Fee: }", ("M103", 0, 14), "Fee must be an expression, and is nothing"),
    ("set a mapping", "- set: { Fee: { a: 1 } }", ("M103", 0, 14), "Fee must be an expression, and is a mapping"),
    ("set unknown", "- set: { Fe: 5 }", ("M702", 0, 9), "did you mean Fee?"),
    ("set unknown far", "- set: { Banana: 5 }", ("M702", 0, 9), "there is no variable Banana"),
    (
        "set a setting",
        "- set: { Settings.HourlyRate: 5 }",
        ("M702", 0, 9),
        "Settings.HourlyRate cannot be set: it is a setting",
    ),
    (
        "set a record",
        "- set: { Status.Open: 5 }",
        ("M702", 0, 9),
        "Status.Open cannot be set: it is no variable, and no part of one",
    ),
    (
        "set an expression",
        "- set: { Fee + 1: 5 }",
        ("M702", 0, 9),
        "Fee + 1 cannot be set: it is no variable, and no part of one",
    ),
    ("set a number", "- set: { 5: 5 }", ("M702", 0, 9), "5 cannot be set: it is no variable, and no part of one"),
    (
        "set an element",
        "- set: { 'Texts[0]': '\"x\"' }",
        ("M702", 0, 10),
        "Texts[0] cannot be set: it is no variable, and no part of one",
    ),
    ("set another type", "- set: { Whole: '\"five\"' }", ("M307", 0, 17), "convert it: TextToInteger(…)"),
    ("set a decimal to an integer", "- set: { Whole: 1.5 }", ("M307", 0, 16), "convert it: DecimalToInteger(…)"),
    (
        "set a list to a value",
        "- set: { Note: Texts }",
        ("M307", 0, 15),
        "use its Length, its Empty or one of its elements: …[0]",
    ),
    ("set a value to a list", "- set: { Texts: Note }", ("M307", 0, 16), "write a value of type Text List"),
    (
        "set Id",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: Found }\n- set: { Found.Id: TicketId }\n- update: Found",
        ("M702", 1, 9),
        "Id cannot be set: it identifies the Ticket",
    ),
    (
        "set a member that is not there",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: Found }\n- set: { Found.Subjct: '\"x\"' }\n- update: Found",
        ("M307", 1, 9),
        "did you mean Subject?",
    ),
    (
        "set through a reference",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: Found }\n"
        "- set: { Found.Customer.Name: '\"x\"' }\n- update: Found",
        ("M307", 1, 9),
        "get the Customer first, and use what you got",
    ),
    (
        "read through a reference",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: Found }\n- set: { Note: Found.Customer.Name }",
        ("M307", 1, 15),
        "get the Customer first, and use what you got",
    ),
    (
        "set a record's label",
        "- { get: Status, where: Status.Order = 1, as: One }\n- set: { One.Label: '\"x\"' }",
        ("M702", 1, 9),
        "Label cannot be set: records of Status never change",
    ),
    (
        "set a comma",
        "- set: { Fee: Round(Hours, 2), Note: '\"x\"' }",
        ("M307", 0, 14),
        "put it in quotes: 'Round(Hours, 2)'",
    ),
    (
        "set a hash",
        "- set: { Fee: If(CurrDate() > #2026-01-31#, 1, 2) }",
        ("M006", 1, -6),
        "not valid YAML: while parsing a flow mapping: did not find expected ',' or '}'",
    ),
    ("a bare text", '- raise: "Already closed"', ("M307", 0, 9), "put it in quotes: '\"Already closed\"'"),
    ("a bare word", '- raise: "Closed"', ("M307", 0, 10), "for this text, write '\"Closed\"'"),
    ("an unquoted text", "- raise: Already closed", ("M307", 0, 17), "for this text, write '\"Already closed\"'"),
    ("an unquoted word", "- raise: Closed", ("M307", 0, 9), "for this text, write '\"Closed\"'"),
    ("single quotes alone", "- raise: 'Already closed'", ("M307", 0, 9), "put it in quotes: '\"Already closed\"'"),
    ("a number to raise", "- raise: 5", ("M307", 0, 9), "convert it: IntegerToText(…)"),
    ("raise nothing", "- raise:", ("M103", 0, 8), "raise must be an expression, and is nothing"),
    ("raise an empty text", "- raise: ''", ("M307", 0, 9), "write NoValue() for no value"),
    ("code no name", "- { raise: '\"x\"', code: a-b }", ("M201", 0, 24), "'a-b' is not a name"),
    (
        "code a number",
        "- { raise: '\"x\"', code: 404 }",
        ("M103", 0, 24),
        "code must be a name of your choice, and is '404'",
    ),
    ("at no input", "- { raise: '\"x\"', at: Hour }", ("M702", 0, 22), "did you mean Hours?"),
    ("at an output", "- { raise: '\"x\"', at: Fee }", ("M702", 0, 22), "there is no input Fee"),
    ("if another type", "- { if: Hours, then: [] }", ("M307", 0, 8), "convert it: DecimalToBoolean(…)"),
    ("if assigns", "- { if: Hours := 5, then: [] }", ("M307", 0, 14), "if: ':' stands where an operator is expected"),
    ("switch no list", "- { switch: { when: True, do: [] } }", ("M103", 0, 12), "write a list: - when: …"),
    ("switch empty", "- { switch: [] }", ("M701", 0, 12), "switch says nothing"),
    ("switch of words", "- { switch: [end] }", ("M103", 0, 13), "write a list: - when: …"),
    ("case without when", "- { switch: [{ do: [] }] }", ("M102", 0, 13), "switch needs the key 'when'"),
    ("case without do", "- { switch: [{ when: True }] }", ("M102", 0, 13), "switch needs the key 'do'"),
    (
        "case with a step",
        "- { switch: [{ when: True, do: [], set: { Fee: 1 } }] }",
        ("M101", 0, 35),
        "put steps under do",
    ),
    ("case misspelt", "- { switch: [{ wen: True, do: [] }] }", ("M101", 0, 15), "did you mean when?"),
    (
        "for_each no list",
        "- { for_each: Fee, as: One, do: [] }",
        ("M307", 0, 14),
        "for_each: a list is needed, and this is Currency",
    ),
    (
        "for_each unknown",
        "- { for_each: Tickets, as: One, do: [{ delete: One }] }",
        ("M307", 0, 14),
        "did you mean TicketId?",
    ),
    ("for_each without as", "- { for_each: Texts, do: [] }", ("M102", 0, 2), "for_each needs the key 'as'"),
    (
        "for_each's variable behind it",
        "- { for_each: Texts, as: One, do: [{ set: { Note: One } }] }\n- set: { Note: One }",
        ("M307", 1, 15),
        "use it within its block: what a step makes is not known behind that",
    ),
    (
        "branch's variable behind it",
        "- if: Hours > 1\n  then: [{ get: Ticket, where: Ticket.Id = TicketId, as: Found }]\n- update: Found",
        ("M702", 2, 10),
        "use it within its block: what a step makes is not known behind that",
    ),
    ("create misspelt", "- { create: Tickt, with: { Subject: '\"x\"' } }", ("M401", 0, 12), "did you mean Ticket?"),
    (
        "create a record",
        "- { create: Status, with: { Label: '\"x\"' } }",
        ("M701", 0, 2),
        "Status is a static entity: a publish alone writes its records",
    ),
    (
        "create unknown attribute",
        "- { create: Customer, with: { Name: '\"x\"', Nam: '\"y\"' } }",
        ("M703", 0, 43),
        "did you mean Name?",
    ),
    (
        "create an Id",
        "- { create: Customer, with: { Name: '\"x\"', Id: 5 } }",
        ("M703", 0, 43),
        "leave it out: the database gives it",
    ),
    (
        "create of another type",
        "- { create: Customer, with: { Name: 5 } }",
        ("M307", 0, 36),
        "convert it: IntegerToText(…)",
    ),
    (
        "create without mandatory",
        "- { create: Ticket, with: { Subject: '\"x\"' } }",
        ("M102", 0, 2),
        "a new Ticket needs Customer, which is mandatory",
    ),
    (
        "create with a list",
        "- { create: Customer, with: [Name] }",
        ("M103", 0, 28),
        "with must be a mapping of names to expressions, and is a list",
    ),
    (
        "update a list",
        "- { query: Ticket, maximum: 5, as: All }\n- update: All",
        ("M702", 1, 10),
        "All is no row of an entity: it is Ticket List",
    ),
    ("update a value", "- update: Fee", ("M702", 0, 10), "Fee is no row of an entity: it is Currency"),
    ("update an entity", "- update: Ticket", ("M702", 0, 10), "get it first: - get: Ticket"),
    (
        "update a member",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: Found }\n- update: Found.Customer",
        ("M702", 1, 10),
        "there is no variable Found.Customer",
    ),
    (
        "update unknown",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: Found }\n- update: Foud",
        ("M702", 1, 10),
        "did you mean Found?",
    ),
    (
        "update with values",
        "- { get: Ticket, where: Ticket.Id = TicketId, as: Found }\n- update: Found\n  with: { Subject: '\"x\"' }",
        ("M101", 2, 2),
        "set its attributes before: - set: { Found.Name: … }",
    ),
    (
        "update a record",
        "- { get: Status, where: Status.Order = 1, as: One }\n- update: One",
        ("M701", 1, 10),
        "remove the step: a publish alone writes them",
    ),
    (
        "delete a record",
        "- { get: Status, where: Status.Order = 1, as: One }\n- delete: One",
        ("M701", 1, 10),
        "remove the step: a publish alone writes them",
    ),
    ("call unknown", "- call: Othr", ("M401", 0, 8), "did you mean Other?"),
    ("call far", "- call: Banana", ("M401", 0, 8), "there is no action Banana"),
    ("call of no library", "- call: Mony.Round", ("M401", 0, 8), "did you mean Money?"),
    (
        "call unknown of library",
        "- { call: Money.Rond, with: { Value: Hours }, into: Fee }",
        ("M401", 0, 10),
        "did you mean Money.Round?",
    ),
    ("call an entity", "- call: Ticket", ("M401", 0, 8), "there is no action Ticket"),
    ("call like a function", "- call: Other(5)", ("M201", 0, 8), "write call: Other, and its inputs under with"),
    (
        "call without mandatory",
        "- { call: Money.Round, into: Fee }",
        ("M102", 0, 2),
        "Round needs Value, which is mandatory",
    ),
    (
        "call unknown input",
        "- { call: Money.Round, with: { Value: 5, Digts: 2 }, into: Fee }",
        ("M703", 0, 41),
        "did you mean Digits?",
    ),
    (
        "call wrong type",
        "- { call: Money.Round, with: { Value: '\"x\"' }, into: Fee }",
        ("M307", 0, 39),
        "convert it: TextToDecimal(…)",
    ),
    (
        "call with a list",
        "- { call: Money.Round, with: [5], into: Fee }",
        ("M103", 0, 29),
        "with must be a mapping of names to expressions, and is a list",
    ),
    ("into of none", "- { call: Quiet, into: Fee }", ("M703", 0, 23), "Quiet has no outputs"),
    ("into of two", "- { call: Two, into: Fee }", ("M703", 0, 21), "say which output goes where: into: { Total: Fee }"),
    ("into unknown output", "- { call: Two, into: { Totl: Fee } }", ("M703", 0, 23), "did you mean Total?"),
    ("into twice", "- { call: Two, into: { Total: Fee, Other: Fee } }", ("M703", 0, 42), "Fee gets two outputs"),
    (
        "into wrong type",
        "- { call: Money.Round, with: { Value: 5 }, into: Note }",
        ("M702", 0, 49),
        "Note is Text, and this gives Currency",
    ),
    (
        "into a number",
        "- { call: Money.Round, with: { Value: 5 }, into: 5 }",
        ("M103", 0, 49),
        "into must be a variable, or a mapping of outputs to variables, and is '5'",
    ),
    ("append no list", "- { append: Note, to: Fee }", ("M702", 0, 22), "Fee is Currency, and to needs a list"),
    ("append wrong type", "- { append: 5, to: Texts }", ("M307", 0, 12), "convert it: IntegerToText(…)"),
    ("append without to", "- { append: Note }", ("M102", 0, 2), "append needs the key 'to'"),
    ("append to unknown", "- { append: Note, to: Txts }", ("M702", 0, 22), "did you mean Texts?"),
    ("append at a text", "- { append: Note, to: Texts, at: Note }", ("M307", 0, 33), "convert it: TextToInteger(…)"),
    ("remove by value", "- { remove: Note, from: Texts }", ("M307", 0, 12), "convert it: TextToInteger(…)"),
    ("clear a value", "- clear: Fee", ("M702", 0, 9), "Fee is Currency, and clear needs a list"),
    (
        "filter no list",
        "- { filter: Note, each: One, where: True, as: Some }\n- set: { Whole: Some.Length }",
        ("M307", 0, 12),
        "filter: a list is needed, and this is Text",
    ),
    (
        "filter without each",
        "- { filter: Texts, where: True, as: Some }\n- set: { Whole: Some.Length }",
        ("M102", 0, 2),
        "filter needs the key 'each'",
    ),
    (
        "each a variable",
        "- { filter: Texts, each: Note, where: True, as: Some }\n- set: { Whole: Some.Length }",
        ("M202", 0, 25),
        "an element cannot be called Note: that is a variable already",
    ),
    (
        "each an entity",
        "- { filter: Texts, each: Ticket, where: True, as: Some }\n- set: { Whole: Some.Length }",
        ("M202", 0, 25),
        "an element cannot be called Ticket: that is an entity",
    ),
    (
        "find into a text",
        "- { find: Texts, each: One, where: One = Note, as: Note }",
        ("M702", 0, 51),
        "Note is Text, and this gives Integer",
    ),
    ("order by nothing", "- { order: Texts, each: One, by: [] }", ("M701", 0, 33), "by says nothing"),
    (
        "order by the list",
        "- { order: Texts, each: One, by: [Texts] }",
        ("M307", 0, 34),
        "by: nothing is ordered by values of type Text List",
    ),
    (
        "distinct rows",
        "- { query: Ticket, maximum: 5, as: All }\n- { distinct: All, as: Some }\n- set: { Whole: Some.Length }",
        ("M307", 1, 14),
        "distinct does not compare values of type Ticket",
    ),
    (
        "nowhere end",
        "- end\n- set: { Fee: 1 }",
        ("M711", 1, 2),
        "this step is never reached: the one before it ends the action",
    ),
    (
        "unreachable",
        "- raise: '\"x\"'\n- set: { Fee: 1 }",
        ("M711", 1, 2),
        "this step is never reached: the one before it ends the action",
    ),
    (
        "unreachable behind branches",
        "- { if: Hours > 1, then: [end], else: [end] }\n- set: { Fee: 1 }",
        ("M711", 1, 2),
        "this step is never reached: the one before it ends the action",
    ),
    (
        "unused variable",
        "- { query: Ticket, maximum: 5, as: All }",
        ("M712", 0, 35),
        "remove the step, or use what it gives",
    ),
    (
        "no limit",
        "- { query: Ticket, as: All }\n- set: { Whole: All.Length }",
        ("M714", 0, 2),
        "say how many: maximum: 1000",
    ),
    (
        "no limit, condition",
        "- { query: Ticket, where: Ticket.Urgent, as: All }\n- set: { Whole: All.Length }",
        ("M714", 0, 2),
        "say how many: maximum: 1000",
    ),
    (
        "query in a loop",
        "- { for_each: Texts, as: One, "
        "do: [{ query: Ticket, where: Ticket.Subject = One, maximum: 1, as: T }, { set: { Whole: T.Length } }] }",
        ("M715", 0, 35),
        "the database is asked for each One anew",
    ),
    (
        "identifiers of two",
        "- { get: Ticket, where: Ticket.Customer = TicketId, as: Found }\n- update: Found",
        ("M716", 0, 24),
        "where: identifiers of Customer and Ticket are compared",
    ),
    ("calls itself", "- call: Act", ("M705", 0, 2), "the action calls itself without end: Act → Act"),
    (
        "calls itself under a condition",
        "- { if: Hours > 1, then: [{ call: Act }] }",
        ("M705", 0, 26),
        "the action calls itself: Act → Act",
    ),
]


@pytest.mark.parametrize(("steps", "where", "says"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_wrong_step_has_exactly_this_problem(steps: str, where: tuple[str, int, int], says: str) -> None:
    text = DESK + "".join(f"      {line}\n" for line in steps.split("\n"))
    found = problems(text, libraries={"Money": MONEY})
    assert [(one.code, one.place and (one.place.line - FIRST, one.place.column - 7)) for one in found] == [
        (f"ODC-{where[0]}", where[1:])
    ]
    assert says in found[0].message or says in found[0].hint
    assert found[0].hint
    assert found[0].element == ("server_actions.Act" if where[0] != "M006" else "")


def test_a_whole_desk_is_right() -> None:
    assert problems(DESK + "      - set: { Fee: 5, Note: '\"x\"' }\n", libraries={"Money": MONEY}) == ()
