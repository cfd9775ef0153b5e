"""A secret, orders to a terminal and a turned text go through every command, page, plan, JSON, log, record, object of
the cluster, pod and image of one installation, and come out nowhere, or escaped."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

import pytest

from tests.acceptance.canary import (
    FORGED,
    HOSTILE,
    LATER,
    SECRET,
    STAGES,
    Canary,
    given_to_processes,
    kubectl,
    raw,
    texts,
    unpacked,
)
from tests.installation import Installation, call

OPEN = "Token: { type: Text }"
RENAMED = "MailToken: { type: Text, secret: true, key: Token }"
ESCAPED = ("\\x1b[2J", "\\u001b[2J")


@pytest.fixture(scope="module")
def canary(odcpub: Installation, profile: str) -> Canary:
    """The app in Development and QA, with a secret in each and a hostile row."""
    canary = Canary(odcpub, profile)
    canary.run("publish", canary.write())
    for stage, value in STAGES.items():
        canary.run("config", "set", "canary", "Token", "--stage", stage, stdin=f"{value}\n")
    canary.run("config", "apply", "canary", "--stage", "development")
    canary.run("promote", "canary", "--to", "qa")
    assert call("POST", f"{canary.address('development')}/api/Note", {"Text": HOSTILE}).status == 201
    return canary


def test_a_row_that_stands_in_the_way_is_shown_escaped(canary: Canary) -> None:
    model = canary.write(length=5)
    for told in (canary.run("publish", model, code=1), canary.both("publish", model, "--plan", code=1)):
        assert any(one in told for one in ESCAPED)
    canary.write()


def test_a_text_of_the_model_is_refused_at_its_place(canary: Canary) -> None:
    for sign, name in (("\\e[2J", "U+001B"), ("\\u202e", "U+202E"), ("\\x9b", "U+009B")):
        model = canary.write(more=f'description: "a{sign}b"\n')
        assert f"canary.yaml:10:14: a text holds the character {name}" in canary.run("publish", model, code=1)
    canary.write()


def test_what_was_given_as_a_secret_stays_one(canary: Canary) -> None:
    model = canary.write(OPEN)
    refused = canary.run("publish", model, code=1)
    assert "its value in this stage was set as a secret, and would be in the open now" in refused
    command = re.search(r"odcpub (config set canary Token=… --stage development)", refused)
    assert command, refused
    canary.run(*command[1].replace("…", "public").split())
    canary.run("publish", model)
    shown = canary.run("config", "show", "canary", "--stage", "qa")
    assert "set as a secret" in shown
    assert "was set as a secret" in canary.run("promote", "canary", "--to", "qa", code=1)
    canary.everything()
    canary.run("promote", "canary", "--to", "qa", "--revision", "1")

    assert "is it Token, renamed?" in canary.run("publish", canary.write(RENAMED.replace(", key: Token", "")), code=1)
    canary.run("publish", canary.write(RENAMED))
    canary.run("promote", "canary", "--to", "qa")


@pytest.mark.long_on("kind")
def test_what_was_typed_is_shown_escaped(canary: Canary) -> None:
    config = ("config", "set", "canary", "--stage", "qa")
    for arguments in (
        ("promote", HOSTILE, "--to", "qa"), ("promote", "canary", "--to", HOSTILE),
        ("undeploy", HOSTILE, "--stage", HOSTILE), ("release", "canary", "--notes", HOSTILE),
        ("release", "canary", "--notes", "n", "--version", HOSTILE), (*config, f"{HOSTILE}=1"),
        (*config, f"Rate={HOSTILE}"), ("config", "unset", "canary", HOSTILE, "--stage", "qa"), ("log", HOSTILE),
        ("publish", HOSTILE), ("update", HOSTILE), ("new", "app", f"/{HOSTILE}"),
        ("import", "jdl", HOSTILE, "--out", HOSTILE), ("engines", "use", HOSTILE),
        ("engines", "set", f"registry={HOSTILE}"), (HOSTILE,), ("status", f"--{HOSTILE}"),
    ):  # fmt: skip
        for more in ((), ("--json",)):
            assert canary.run(*arguments, *more, code=None)


@contextmanager
def meddled(canary: Canary, stage: str, before: LiteralString, after: LiteralString) -> Iterator[None]:
    """What somebody else does in the app's schema, and takes back."""
    canary.execute(stage, before)
    try:
        yield
    finally:
        canary.execute(stage, after)


FORBID = """create function forbid() returns event_trigger language plpgsql as $$ begin
  raise exception '%', {text}; end $$;
create event trigger forbid on ddl_command_start execute function forbid()"""


def test_what_the_database_says_to_the_data_tool_is_shown_escaped(canary: Canary) -> None:
    with meddled(canary, "development", FORBID, "drop event trigger forbid; drop function forbid()"):
        told = canary.run("publish", canary.write(length=300), code=None)
    assert any(one in told for one in ESCAPED), told
    canary.run("publish", canary.write(length=300))
    canary.run("publish", canary.write())


SHOUT = """create function shout() returns boolean language plpgsql as $$ begin raise exception '%', {text}; end $$;
create policy loud on odcpub_schema using (shout());
alter table odcpub_schema enable row level security, force row level security"""
QUIET = """alter table odcpub_schema disable row level security, no force row level security;
drop policy loud on odcpub_schema; drop function shout()"""


def test_what_the_database_says_to_the_app_is_shown_escaped(canary: Canary) -> None:
    address = canary.address("development")
    with meddled(canary, "development", SHOUT, QUIET):
        told = call("GET", f"{address}/_odc/ready?now")
        assert (told.status, HOSTILE in told.body["detail"]) == (503, True)
        assert any(one in canary.both("status") for one in ESCAPED)
        canary.both("doctor", code=None)


LOUD = """create function loud() returns trigger language plpgsql as $$ begin raise exception '%', {text}; end $$;
create trigger loud before insert on note for each row execute function loud()"""


def test_what_an_app_logs_is_escaped(canary: Canary) -> None:
    address = canary.address("development")
    with meddled(canary, "development", LOUD, "drop trigger loud on note; drop function loud()"):
        answer = call("POST", f"{address}/api/Note", {"Text": HOSTILE})
        assert (answer.status, answer.body["detail"]) == (500, "The app made a mistake; it is in its log.")
    logs = list(canary.logs())
    assert any("u001b[2J" in text for text in logs)
    for text in logs:
        assert not raw(text), text.encode("unicode_escape")


def test_pages_and_refusals_give_no_secret_and_no_orders(canary: Canary) -> None:
    hidden = canary.secrets()
    for text in canary.answers():
        assert not [secret for secret in hidden if secret in text]
        orders = {sign for sign in raw(text.replace("\r\n", "\n")) if sign < " " or "\x7f" <= sign < "\xa0"}
        assert not orders, text.encode("unicode_escape")
    rows = call("GET", f"{canary.address('development')}/api/Note").body["items"]
    assert HOSTILE in {row["Text"] for row in rows}


@pytest.mark.kubernetes
@pytest.mark.parametrize("profile", ["kind"], indirect=True, scope="module")
def test_the_cluster_has_a_secret_where_it_belongs_and_nowhere_else(canary: Canary) -> None:
    hidden = canary.secrets()
    for stage, own in STAGES.items():
        there = 0
        for one in canary.objects(stage):
            if one["kind"] == "Secret":
                values = [base64.b64decode(text).decode() for text in one.pop("data", {}).values()]
                there += own in values
                assert not ({SECRET, LATER} - {own}) & set(values)
            for text in texts(one):
                assert not raw(text.replace("\t", "")), (one["kind"], text.encode("unicode_escape"))
                assert not [secret for secret in hidden if secret in text or coded(secret) in text], one["kind"]
        assert there


@pytest.mark.kubernetes
@pytest.mark.parametrize("profile", ["kind"], indirect=True, scope="module")
def test_what_somebody_has_put_into_the_cluster_is_shown_escaped(canary: Canary) -> None:
    """What odcpub wrote is set back, and the plan tells what stands there now."""
    notes = dict.fromkeys(("note", "odcpub/digest", "odcpub/revision"), HOSTILE)
    patch = json.dumps({"metadata": {"annotations": notes}})
    kubectl("qa", "patch", "deployment", "canary", "--type=merge", "--patch", patch)
    told = canary.both("promote", "canary", "--to", "qa", "--plan")
    assert all(one in told for one in ESCAPED), told
    canary.both("status")
    canary.run("promote", "canary", "--to", "qa")
    kubectl("qa", "annotate", "deployment", "canary", "note-")


def test_nothing_that_was_printed_gives_orders_or_a_secret(canary: Canary) -> None:
    """Of all that the tests above have asked for."""
    canary.everything()
    hidden = canary.secrets()
    for text in canary.said:
        assert not raw(text), text.encode("unicode_escape")
        assert not [line for line in text.splitlines() if line.startswith(FORGED)]
        assert not [secret for secret in hidden if secret in text]
    programs = [text for text in canary.said if text.startswith("{")]
    assert programs
    assert all(text.isascii() for text in programs)
    for text in programs:
        json.loads(text)


def test_nothing_that_is_kept_holds_a_secret_and_no_log_gives_orders(canary: Canary) -> None:
    data, hidden = canary.made.folder / "data", [secret.encode() for secret in canary.secrets()]
    found = [path for path in data.rglob("*") if path.is_file() and not path.is_socket()]
    kept = {"blobs", "platform.sqlite"} | ({"images", "apps"} if canary.profile == "local" else set())
    assert kept <= {path.relative_to(data).parts[0] for path in found}
    for path in found:
        for content in unpacked(path.read_bytes()):
            assert not [secret for secret in hidden if secret in content], path
    logs = [path for path in found if ".log" in path.name and "postgres" not in path.name]
    for path in (*logs, data / "server.out"):
        assert not raw(path.read_text(errors="replace").replace("\ufffd", "")), path
    for text in canary.logs():
        assert not raw(text), text.encode("unicode_escape")
        assert not [secret for secret in hidden if secret in text.encode()]
    assert not [given for given in given_to_processes() if any(secret in given for secret in hidden)]


def test_images_and_databases_hold_no_secret(canary: Canary) -> None:
    hidden = canary.secrets()
    contents = list(canary.image())
    assert any(b"app.dll" in content for content in contents)
    assert not [secret for secret in hidden for content in contents if secret.encode() in content]
    rows = list(canary.rows())
    assert any(row.startswith("(1,") for row in rows)
    assert not [row for row in rows if any(secret in row for secret in hidden)]


def coded(secret: str) -> str:
    return base64.b64encode(secret.encode()).decode()
