"""What cannot get another name says why, and what to do; nothing is edited then."""

from __future__ import annotations

from pathlib import Path

import pytest

from odcpub.author.rename import edits
from odcpub.author.rename.renaming import rename
from odcpub.errors import ModelError, OdcpubError
from tests.unit.author.rename.situations import HEAD
from tests.unit.author.rename.test_situations import written

MODEL = (
    HEAD
    + """\
uses: { Money: "^1.0" }
settings: { Rate: { type: Currency }, Token: { type: Text, secret: true } }
static_entities: { Status: { records: { Open: {}, Closed: {} } } }
entities:
  Ticket:
    attributes: { Subject: { type: Text, length: 9 }, Email: { type: Email } }
    indexes: { Email: { attributes: [Email] } }
screens: { Tickets: { list: Ticket }, Status: { detail: Ticket } }
structures: { Box: { attributes: { Size: { type: Integer } } } }
"""
)
REFUSED = {
    "no element": ("Ticket.Subjct", "X", 2, "Subjct: the model has no such element", "did you mean Ticket.Subject?"),
    "nothing like it": ("Zebra", "X", 2, "Zebra: the model has no such element", "write it as ENTITY.ATTRIBUTE"),
    "no setting": ("Settings.Rat", "X", 2, "has no such element", "did you mean Settings.Rate?"),
    "an empty name": ("", "X", 2, "'': the model has no such element", ""),
    "names alone count": ("ticket", "X", 2, "ticket: the model has no such element", "did you mean Ticket?"),
    "several elements": (
        "Ticket.Email", "X", 2,
        "names several elements: entities.Ticket.attributes.Email, entities.Ticket.indexes.Email", "the whole path",
    ),
    "a type and a screen": ("Status", "X", 2, "static_entities.Status, screens.Status", "the whole path"),
    "a record": ("Status.Closed", "Done", 1, "its name is its identifier, which rows hold", "change its label"),
    "a library": ("Money", "Cash", 1, "is a library, which is named in its own model", "in the library's model"),
    "a library's element": ("Money.Code", "X", 1, "Money.Code: belongs to the library Money", "in the model of Money"),
    "the asset": ("Shop", "Store", 1, "Shop: is the app itself", "change the line 'app: Shop'"),
    "the identifier": ("Ticket.Id", "Number", 1, "Ticket.Id: is the identifier", "another attribute"),
    "no name": ("Ticket", "my ticket", 2, "my ticket: is not a name", "begin with a letter"),
    "no name at all": ("Ticket", "", 2, "'': is not a name", "begin with a letter"),
    "too long a name": ("Ticket", "T" * 51, 2, "is not a name", "50 in all"),
    "a line break": ("Ticket", "A\nB", 2, "is not a name", "begin with a letter"),
    "a path": ("Ticket.Subject", "Ticket.Title", 2, "is a path, not a name", "write the new name alone: Title"),
    "taken": ("Ticket.Subject", "Email", 1, "Ticket.Subject cannot be called Email: Ticket.Email is", "another name"),
    "taken by another kind": ("Ticket", "Status", 1, "Ticket cannot be called Status: Status is there", "another name"),
    "taken but for its case": ("Ticket", "BOX", 1, "Box differs from that in case alone", "another name"),
    "a setting's is taken": ("Settings.Rate", "token", 1, "Settings.Token differs", "another name"),
    "a screen's is taken": ("Tickets", "Status", 1, "screens.Status is there already", "another name"),
    "a reserved column": ("Ticket.Subject", "Xmin", 2, "an attribute cannot be called Xmin: the name is reserved", ""),
    "the identifier's name": ("Box.Size", "ID", 2, "an attribute cannot be called ID: the name is reserved", ""),
    "a reserved table": ("Ticket", "OdcpubLog", 2, "an entity cannot be called OdcpubLog: the name is reserved", ""),
    "a static entity's": ("static_entities.Status", "AlembicVersion", 2, "the name is reserved", ""),
    "a reserved screen": ("Tickets", "Api", 2, "a screen cannot be called Api: the name is reserved", ""),
    "a data type": ("Box", "Integer", 2, "a structure cannot be called Integer: the name is reserved", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_renamed_says_why(case: str, tmp_path: Path) -> None:
    old, new, code, message, hint = REFUSED[case]
    with pytest.raises(OdcpubError) as refused:
        rename(written(tmp_path, {"app.yaml": MODEL.encode()}), old, new)
    assert message in refused.value.message
    assert hint in refused.value.hint
    assert refused.value.exit_code == code


SHARED = {
    "a name that is also a text": (
        "entities: { T: { display: &a Subject, description: *a, attributes: { Subject: { type: Text } } } }",
        "app.yaml:3:27: an alias uses Subject of this line for something else, too",
    ),
    "two entities' attributes": (
        "entities: { T: { attributes: &a { Subject: { type: Text } } }, U: { attributes: *a } }",
        "app.yaml:3:35: an alias uses Subject of this line for something else, too",
    ),
    "attributes that are merged": (
        "entities: { T: { attributes: &a { Subject: { type: Text } } },"
        " U: { attributes: { <<: *a, A: { type: Date } } } }",
        "app.yaml:3:35: an alias uses Subject of this line for something else, too",
    ),
    "columns of two screens": (
        """\
entities:
  T: { attributes: { Subject: { type: Text } } }
  U: { attributes: { Subject: { type: Text } } }
screens: { A: { list: T, columns: &c [Subject] }, B: { list: U, columns: *c } }""",
        "app.yaml:6:39: an alias uses Subject of this line for something else, too",
    ),
    "what the key would go into": (
        "entities: { T: { attributes: { Subject: &a { type: Text }, B: *a } } }",
        "app.yaml:3:44: T.B shares what stands here by an alias",
    ),
    "what another one merges": (
        "entities: { T: { attributes: { Subject: &a { type: Text }, B: { <<: *a, length: 3 } } } }",
        "app.yaml:3:44: T.B shares what stands here by an alias",
    ),
}


@pytest.mark.parametrize("case", SHARED)
def test_what_an_alias_shares_is_named(case: str, tmp_path: Path) -> None:
    text, message = SHARED[case]
    with pytest.raises(OdcpubError) as refused:
        rename(written(tmp_path, {"app.yaml": (HEAD + text).encode()}), "T.Subject", "Title")
    assert refused.value.message == message
    assert refused.value.exit_code == 1


def test_a_merge_that_would_bring_the_old_name_back_is_not_written(tmp_path: Path) -> None:
    """The attribute hides one of the same name that is merged, and would no longer."""
    text = """\
entities:
  T: { attributes: &a { Subject: { type: Text } } }
  U: { attributes: { <<: *a, Subject: { type: Text, length: 3 } } }
"""
    with pytest.raises(ModelError) as refused:
        rename(written(tmp_path, {"app.yaml": (HEAD + text).encode()}), "U.Subject", "Title")
    assert refused.value.message == "the model with the new name has 1 error"


def test_what_would_say_something_else_is_not_written(tmp_path: Path) -> None:
    text = """\
entities:
  T: { attributes: &a { Subject: { type: Text }, Note: { type: Text } } }
  U: { attributes: { <<: *a, Note: { type: Text, key: Other } } }
"""
    with pytest.raises(OdcpubError, match="would say something else than before; nothing was written") as refused:
        rename(written(tmp_path, {"app.yaml": (HEAD + text).encode()}), "U.Note", "Title")
    assert "write out the aliases" in refused.value.hint


def test_a_key_that_is_no_first_name_is_never_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong with an edit: rows are found by the key."""
    added = edits.key_added
    monkeypatch.setattr(edits, "key_added", lambda lines, found, first: added(lines, found, f"{first}2"))
    with pytest.raises(OdcpubError, match="would say something else than before; nothing was written"):
        rename(written(tmp_path, {"app.yaml": MODEL.encode()}), "Ticket.Subject", "Title")


def test_a_model_with_problems_is_told_them(tmp_path: Path) -> None:
    found = written(tmp_path, {"app.yaml": MODEL.replace("type: Integer", "type: Intger").encode()})
    with pytest.raises(ModelError, match="the model has 1 error"):
        rename(found, "Ticket", "Issue")


STAGES = {
    "it cannot be read": ("settings: [", "stages/qa.yaml has 1 error"),
    "it has a value of that name": (
        "settings: { Price: 5 }",
        "stages/qa.yaml:1:13: the stage has a value for Price already",
    ),
}


@pytest.mark.parametrize("case", STAGES)
def test_a_stages_file_is_neither_passed_over_nor_changed_in_meaning(case: str, tmp_path: Path) -> None:
    text, message = STAGES[case]
    found = written(tmp_path, {"app.yaml": MODEL.encode(), "stages/qa.yaml": text.encode()})
    with pytest.raises(OdcpubError) as refused:
        rename(found, "Settings.Rate", "Price")
    assert refused.value.message == message
    assert "app.yaml" in rename(found, "Ticket", "Issue").files  # it names settings alone


def test_the_name_that_it_has_changes_nothing(tmp_path: Path) -> None:
    assert rename(written(tmp_path, {"app.yaml": MODEL.encode()}), "Ticket", "Ticket").files == {}


ACTION = """\
server_actions:
  Look:
    inputs: { Names: { type: Text List }, Start: { type: Integer } }
    outputs: { At: { type: Integer } }
    do:
      - find: Names
        each: One
        where: One = "x"
        as: Found
      - set: { At: Found + Start }
"""
MEANT = {
    "a variable that a step makes": ("Look.Start", "Found", 1, "would say something else than before"),
    "the element of a list": ("Look.Start", "One", 1, "the model with the new name has 1 error"),
    "another variable": ("Look.Start", "at", 1, "Look.Start cannot be called at: Look.At differs from that in case"),
    "a word of expressions": ("Look.Start", "Like", 1, "the model with the new name has "),
    "an entity that a variable is called as": ("Ticket", "Found", 1, "the model with the new name has 1 error"),
    "an action called as an entity is": ("Look", "Ticket", 1, "Look cannot be called Ticket: Ticket is there already"),
    "an entity called as an action is": ("Ticket", "look", 1, "Look differs from that in case alone"),
}


@pytest.mark.parametrize("case", MEANT)
def test_a_name_that_would_mean_something_else_in_an_action_is_refused(case: str, tmp_path: Path) -> None:
    old, new, code, message = MEANT[case]
    with pytest.raises(OdcpubError) as refused:
        rename(written(tmp_path, {"app.yaml": MODEL.encode(), "b.yaml": ACTION.encode()}), old, new)
    assert message in refused.value.message
    assert refused.value.exit_code == code
