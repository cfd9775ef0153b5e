"""Models in which an element gets another name, and which characters change: as one text of before and after.

``⟦Subject⟧`` becomes the new name, ``⟨+key: Subject, ⟩`` is added, ``⟨-key: Subject, ⟩`` goes; every other byte stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

HEAD = "app: Shop\nkey: 2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10\n"


@dataclass(frozen=True)
class Situation:
    """``text``: app.yaml with its marks, without its head; ``files``: the others by path. ``back``: whether the old
    name brings back the files as they were."""

    name: str
    old: str
    new: str
    text: str
    files: dict[str, str] = field(default_factory=dict)
    back: bool = True

    def before(self) -> dict[str, bytes]:
        """The files with the old name."""
        return {path: _bytes(_before(text)) for path, text in self._all().items()}

    def after(self) -> dict[str, bytes]:
        """The files with the new one."""
        return {path: _bytes(_after(text, self.new)) for path, text in self._all().items()}

    def _all(self) -> dict[str, str]:
        head = HEAD.replace("\n", "\r\n") if "\r\n" in self.text else HEAD
        return {"app.yaml": head + self.text, **self.files}


def _bytes(text: str) -> bytes:
    return text.encode()


def _before(text: str) -> str:
    return re.sub("⟦([^⟧]*)⟧", r"\1", re.sub("⟨-([^⟩]*)⟩", r"\1", re.sub(r"⟨\+[^⟩]*⟩", "", text)))


def _after(text: str, new: str) -> str:
    return re.sub("⟦[^⟧]*⟧", new, re.sub("⟨-[^⟩]*⟩", "", re.sub(r"⟨\+([^⟩]*)⟩", r"\1", text)))


TICKETS = """\
entities:
  # A Subject is what a Ticket is about: Subject, Ticket.Subject
  Ticket:
    description: "Subject first"          # Subject
    display: ⟦Subject⟧  # the Subject
    attributes:
      ⟦Subject⟧:  { ⟨+key: Subject, ⟩type: Text, length: 200, description: Subject of the ticket }
      SubjectLine: { type: Text, length: 50, default: Subject }
      Note:     { type: Text, default: '="Subject: " + "Ticket.Subject"' }
    indexes:
      Subject: { attributes: [ ⟦Subject⟧, SubjectLine ], unique: true }
      ByNote:  { attributes: [SubjectLine] }
  Comment:
    display: Subject
    attributes:
      Subject: { type: Text, length: 20 }
    indexes: { BySubject: { attributes: [Subject] } }
screens:
  Subject: { list: Ticket, columns: [⟦Subject⟧,SubjectLine ,  "⟦Subject⟧2" ], search: [ ⟦Subject⟧ ] }
  Comments: { list: Comment, columns: [Subject] }
structures:
  Mail: { attributes: { Subject: { type: Text } } }
settings:
  Subject: { type: Text, default: Subject }
""".replace(' ,  "⟦Subject⟧2"', " ")

ATTRIBUTE = (
    Situation("the same word elsewhere", "Ticket.attributes.Subject", "Title", TICKETS),
    Situation("CRLF", "entities.Ticket.attributes.Subject", "Title", TICKETS.replace("\n", "\r\n")),
    Situation("a longer name", "entities.Ticket.attributes.Subject", "S" * 50, TICKETS),
    Situation("another case", "Ticket.attributes.Subject", "SUBJECT", TICKETS),
    Situation(
        "block style, comments and blank lines",
        "Ticket.Subject",
        "Title",
        """
entities:

    Ticket:   # ticket
        display:   ⟦Subject⟧

        attributes:
            # the first one
            ⟦Subject⟧:     # a comment that stays
⟨+                key: Subject
⟩                # of the type
                type: Text

                length: 20
            Other: { type: Text, length: 9 }
        indexes:
            ByBoth:
                attributes:
                -   ⟦Subject⟧   # first
                -   Other
screens:
    Tickets:
        list: Ticket
        columns:
            - Other
            - ⟦Subject⟧
        search:
            - "⟦Subject⟧"
            - 'Other'
""",
    ),
    Situation(
        "quotes of every kind",
        "Ticket.Subject",
        "Title",
        """\
entities: { "Ticket": { 'display': "⟦Subject⟧", "attributes": { '⟦Subject⟧': { ⟨+key: Subject, ⟩type: 'Text' } },
  "indexes": { I: { attributes: ['⟦Subject⟧'] } } } }
""".replace("type: 'Text'", "type: Text, length: 9"),
    ),
    Situation(
        "as JSON",
        "Ticket.Subject",
        "Title",
        "description: x\n",
        {
            "json.yaml": '{"entities":{"Ticket":{"display":"⟦Subject⟧",\n"attributes":{"⟦Subject⟧":'
            '{⟨+"key": "Subject", ⟩"type":"Text"}}}}}'
        },
    ),
    Situation(
        "escapes hide the name",
        "Ticket.Subject",
        "Title",
        'entities: { Ticket: { display: "⟦S\\u0075bject⟧",\n'
        " attributes: { ⟦Subject⟧: { ⟨+key: Subject, ⟩type: Text } } } }",
        back=False,
    ),
    Situation(
        "signs of four bytes before it, and no line break at the end",
        "Ticket.Subject",
        "Title",
        "description: Ä 🎫 漢字\nentities:\n  Ticket: { description: 🎫🎫, attributes: { ⟦Subject⟧: "
        "{ ⟨+key: Subject, ⟩type: Text } } }",
    ),
    Situation(
        "a byte order mark in another file",
        "Ticket.Subject",
        "Title",
        "description: x\n",
        {
            "more/tickets.yml": "\ufeffentities:\n  Ticket:\n"
            "   attributes: { ⟦Subject⟧: { ⟨+key: Subject, ⟩type: Text } }\n"
        },
    ),
    Situation(
        "block scalars and tags",
        "Ticket.Subject",
        "Title",
        """\
entities:
  Ticket:
    display: >-   # folded
      ⟦Subject⟧
    attributes:
      !!str ⟦Subject⟧: !!map { ⟨+key: Subject, ⟩type: Text, length: 5 }
    indexes:
      I:
        attributes: [ !!str "⟦Subject⟧" ]
screens:
  L:
    list: Ticket
    search:
    - |-
      ⟦Subject⟧
""",
    ),
    Situation(
        "an explicit key",
        "Ticket.Subject",
        "Title",
        """\
entities:
  Ticket:
    attributes:
      ? ⟦Subject⟧
      : ⟨+key: Subject
        ⟩type: Text
        length: 3
""",
        back=False,
    ),
    Situation(
        "aliases that mean the same attribute",
        "Ticket.Subject",
        "Title",
        """\
entities:
  Ticket:
    display: &it ⟦Subject⟧
    attributes:
      *it : { ⟨+key: Subject, ⟩type: Text, length: 9 }
    indexes: { I: { attributes: &all [ *it ] } }
screens: { L: { list: Ticket, columns: *all, search: [*it] } }
""",
    ),
    Situation(
        "its value is an alias",
        "Ticket.Mail",
        "Address",
        """\
entities:
  Ticket:
    attributes:
      Subject: &text { type: Text, length: 9 }
      ⟦Mail⟧:    ⟨+{ key: Mail, <<: ⟩*text⟨+ }⟩   # as the subject
""",
        back=False,
    ),
    Situation(
        "its value merges another",
        "Ticket.Mail",
        "Address",
        """\
entities:
  Ticket:
    attributes:
      Subject: &text { type: Text, length: 9 }
      ⟦Mail⟧: { ⟨+key: Mail, ⟩<<: *text, length: 7 }
""",
    ),
    Situation(
        "a name that YAML takes for a truth value",
        "Ticket.Subject",
        "True",
        """\
entities:
  Ticket:
    display: ⟨+'⟩⟦Subject⟧⟨+'⟩
    attributes: { ⟨+'⟩⟦Subject⟧⟨+'⟩: { ⟨+key: Subject, ⟩type: Text, length: 9 } }
    indexes: { I: { attributes: ["⟦Subject⟧"] } }
""",
        back=False,
    ),
    Situation(
        "the old name is one that YAML takes for no value",
        "Ticket.Null",
        "Nothing",
        """\
entities:
  Ticket: { display: '⟦Null⟧', attributes: { ⟦Null⟧: { ⟨+key: 'Null', ⟩type: Text, length: 9 } } }
""",
        back=False,
    ),
    Situation(
        "its key is there",
        "Ticket.Title",
        "Header",
        "entities:\n  Ticket: { display: ⟦Title⟧, attributes: { ⟦Title⟧: { type: Text, key: Subject } } }\n",
    ),
    Situation(
        "its key is there as its own name",
        "Ticket.Subject",
        "Title",
        "entities:\n  Ticket: { attributes: { ⟦Subject⟧: { type: Text, key: Subject } } }\n",
        back=False,
    ),
    Situation(
        "the first name again",
        "T.Title",
        "Subject",
        "entities: { T: { display: ⟦Title⟧, attributes: { ⟦Title⟧: { type: Text, ⟨-key: Subject, ⟩length: 3 } } } }\n",
        back=False,
    ),
    Situation(
        "the first name again, with words behind the key",
        "Ticket.Title",
        "Subject",
        "entities:\n  Ticket:\n    attributes:\n"
        "      ⟦Title⟧: { key: Subject,  # so called until May\n        type: Text }\n",
    ),
    Situation(
        "the first name again, which stands last",
        "Ticket.Title",
        "Subject",
        "entities: { Ticket: { attributes: { ⟦Title⟧: { type: Text⟨-,  key: Subject⟩ } } } }\n",
        back=False,
    ),
    Situation(
        "of a structure",
        "Mail.Subject",
        "Title",
        "structures:\n  Mail: { attributes: { ⟦Subject⟧: { ⟨+key: Subject, ⟩type: Text } } }\n",
    ),
)

ENTITY_TEXT = """\
# Ticket
entities:
  ⟦Ticket⟧:           # a Ticket
⟨+    key: Ticket
⟩    # how a Ticket is shown
    display: Ticket

    description: Ticket
    attributes:
      Ticket: { type: Text, length: 9, default: Ticket }
      Parent: { type: ⟦Ticket⟧ Identifier }
      Of:     { type: "⟦Ticket⟧ Identifier" }
      Amount: { type: Money.CurrencyCode Identifier }
    indexes: { Ticket: { attributes: [Ticket] } }
  TicketLine:
    attributes:
      Ticket: { type: '⟦Ticket⟧ Identifier', mandatory: true }
      Line:   { type: TicketLine Identifier }
      Again:  { type: !!str ⟦Ticket⟧ Identifier, on_delete: Delete }
      Folded:
        type: ⟦Ticket⟧
          Identifier
screens:
  Ticket:  { list: ⟦Ticket⟧, columns: [Ticket] }
  TicketDetail: { detail: "⟦Ticket⟧" }
  Lines: { list: TicketLine, columns: [Ticket] }
settings: { Ticket: { type: Text } }
uses: { Money: "^1.0" }
"""

ELEMENTS = (
    Situation("an entity", "entities.Ticket", "Issue", ENTITY_TEXT),
    Situation("an entity, CRLF", "entities.Ticket", "Issue", ENTITY_TEXT.replace("\n", "\r\n")),
    Situation(
        "uses in other files",
        "Ticket",
        "Issue",
        "description: Ticket\n",
        {
            "a.yaml": "entities:\n  ⟦Ticket⟧:\n⟨+    key: Ticket\n⟩    attributes:\n      A: { type: Text }\n",
            "deep/b.yml": "entities:\n  Line: { attributes: { T: { type: ⟦Ticket⟧ Identifier } } }\n",
            "c.yaml": "screens:\n  All: { list: ⟦Ticket⟧ }\n",
            "d.yaml": "# Ticket\nsettings: { Greeting: { type: Text, default: Ticket } }\n",
            "stages/qa.yaml": "settings: { Greeting: Ticket }\n",
        },
    ),
    Situation(
        "a library's element of the same name, and an entity called as a library is",
        "CurrencyCode",
        "Code",
        """\
uses: { Money: "^1.0" }
static_entities:
  ⟦CurrencyCode⟧: { ⟨+key: CurrencyCode, ⟩records: { EUR: {} } }
entities:
  Money:
    attributes:
      Own:    { type: ⟦CurrencyCode⟧ Identifier, default: EUR }
      Theirs: { type: Money.CurrencyCode Identifier, default: EUR }
      Before: { type: Money Identifier }
""",
    ),
    Situation(
        "an entity called as a library is",
        "entities.Money",
        "Cash",
        """\
uses: { Money: "^1.0" }
entities:
  ⟦Money⟧:
⟨+    key: Money
⟩    attributes:
      Theirs: { type: Money.CurrencyCode Identifier, default: EUR }
      Before: { type: ⟦Money⟧ Identifier }
""",
    ),
    Situation(
        "a static entity called as a data type is",
        "Currency",
        "Code",
        """\
static_entities: { ⟦Currency⟧: { ⟨+key: Currency, ⟩records: { EUR: { label: Currency } } } }
entities: { Price: { attributes: { In: { type: ⟦Currency⟧ Identifier, default: EUR }, Sum: { type: Currency } } } }
""",
    ),
    Situation(
        "a static entity without anything",
        "State",
        "Status",
        "static_entities:\n  ⟦State⟧:⟨+ { key: State }⟩  # later\n  Other:\n",
        back=False,
    ),
    Situation(
        "a static entity that says nothing",
        "State",
        "Status",
        "static_entities: { ⟦State⟧⟨+: { key: State }⟩, Other: ~ }\n",
        back=False,
    ),
    Situation(
        "a static entity with empty braces",
        "State",
        "Status",
        "static_entities: { ⟦State⟧: {⟨+ key: State ⟩} }\n",
        back=False,
    ),
    Situation(
        "an anchor before its keys",
        "Ticket",
        "Issue",
        """\
entities:
  ⟦Ticket⟧: &ticket   # one
    # two
⟨+    key: Ticket
⟩    attributes: { A: { type: Text } }
""".replace("    # two\n⟨+    key: Ticket\n⟩", "⟨+    key: Ticket\n⟩    # two\n"),
    ),
    Situation(
        "an anchor below its name",
        "Ticket",
        "Issue",
        "entities:\n  ⟦Ticket⟧:\n    &ticket\n⟨+    key: Ticket\n⟩    attributes: { A: { type: Text } }\n",
    ),
    Situation(
        "an entity, back to its first name",
        "Issue",
        "Ticket",
        """\
entities:
  ⟦Issue⟧:
    display: A
⟨-    key: Ticket
⟩    attributes: { A: { type: Text, length: 9 }, Parent: { type: ⟦Issue⟧ Identifier } }
""",
        back=False,
    ),
    Situation(
        "back to its first name, with words beside the key",
        "Issue",
        "Ticket",
        "entities:\n  ⟦Issue⟧:\n    key: Ticket   # so called until May\n    attributes: { A: { type: Text } }\n",
    ),
    Situation(
        "a structure",
        "Address",
        "Place",
        """\
structures:
  ⟦Address⟧: { ⟨+key: Address, ⟩attributes: { Address: { type: Text } } }
  Firm: { attributes: { Address: { type: ⟦Address⟧, mandatory: true } } }
""",
    ),
    Situation(
        "an index",
        "Ticket.indexes.Subject",
        "First",
        """\
entities:
  Ticket:
    attributes: { Subject: { type: Text, length: 9 } }
    indexes: { ⟦Subject⟧: { ⟨+key: Subject, ⟩attributes: [Subject] } }
""",
    ),
    Situation(
        "a screen",
        "screens.Tickets",
        "All",
        "entities: { Tickets: { attributes: { A: { type: Text } } } }\n"
        "screens:\n  ⟦Tickets⟧: { list: Tickets }\n  B: { detail: Tickets }\n",
    ),
    Situation(
        "a setting and its values in stages",
        "Settings.HourlyRate",
        "Rate",
        "settings:\n  ⟦HourlyRate⟧: { ⟨+key: HourlyRate, ⟩type: Currency, default: 80, description: HourlyRate }\n",
        {
            "stages/qa.yaml": "# HourlyRate\nsettings:\n  ⟦HourlyRate⟧: 95  # HourlyRate\n",
            "stages/production.yml": 'settings:\r\n  "⟦HourlyRate⟧": 120\r\n  Other: HourlyRate\r\n',
            "stages/old.yaml": "settings: {}\n",
        },
    ),
    Situation(
        "a secret",
        "Settings.MailToken",
        "Token",
        "settings: { ⟦MailToken⟧: { ⟨+key: MailToken, ⟩type: Text, secret: true } }\n",
        {"stages/broken.txt": "not: [ read"},
    ),
)
SITUATIONS = (*ATTRIBUTE, *ELEMENTS)
