"""A secret, orders to a terminal and a turned text go through every command, plan, JSON, log, record and image of one
installation, and come out nowhere, or escaped."""

from __future__ import annotations

import gzip
import json
import re
import secrets
import unicodedata
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import Installation, call, installation

SECRET, LATER = (f"canary-{secrets.token_hex(12)}" for _ in range(2))
"""Of QA and of Development; looked for in arguments of processes, so no other test may have the same."""
FORGED = "error: all is lost"
HOSTILE = f"a\x1b[2J\x1b[31m\r\n{FORGED}\x7f\x9b31m\u202egpj\u2066\u200b\u2028\u2029\x85\u3164\ufe0f\U000e0100z"
ROUGH = ("Cc", "Cf", "Cs", "Zl", "Zp")
UNSEEN = "\u034f\u115f\u1160\u17b4\u180b\u3164\ufe0f\uffa0\U000e0100"
"""Some of those that show nothing though they are no control characters."""
MODEL = """app: Canary
key: 7d0f1f7e-6f0a-4c57-9d8c-30c5b0d5c9a1
settings:
  Rate:  {{ type: Integer, default: 80 }}
  {token}
entities:
  Note:
    attributes:
      Text: {{ type: Text, length: {length} }}
"""
OPEN = "Token: { type: Text }"
HIDDEN = "Token: { type: Text, secret: true }"
RENAMED = "MailToken: { type: Text, secret: true, key: Token }"


class Canary:
    """The installation and all that its commands have printed."""

    def __init__(self, made: Installation) -> None:
        self.made, self.said = made, list[str]()
        self.folder = made.folder / "canary"
        self.folder.mkdir()

    def write(self, token: str = HIDDEN, length: int = 200, more: str = "") -> str:
        (self.folder / "canary.yaml").write_text(MODEL.format(token=token, length=length) + more, encoding="utf-8")
        return str(self.folder)

    def run(self, *arguments: str, stdin: str = "", code: int | None = 0) -> str:
        """For people, and where nothing is changed by it for programs too; what both printed."""
        done = self.made.run(*arguments, stdin=stdin, code=code)
        text = done.out + done.err
        self.said.append(text)
        return text

    def both(self, *arguments: str, code: int | None = 0) -> str:
        return self.run(*arguments, code=code) + self.run(*arguments, "--json", code=code)

    def everything(self) -> str:
        """What every command that only shows has to say."""
        kinds = [
            ("status",), ("log",), ("doctor",), ("engines",), ("schema",),
            *(("config", "show", "canary", "--stage", stage) for stage in ("development", "qa")),
            ("publish", str(self.folder), "--plan"), ("promote", "canary", "--to", "qa", "--plan"),
            ("promote", "canary", "--to", "qa", "--revision", "1", "--plan"),
        ]  # fmt: skip
        keys = [one["key"] for one in self.made.json("log")["results"]]
        return "".join(self.both(*each, code=None) for each in (*kinds, *(("log", key) for key in keys)))


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    """The app in Development and QA, with a secret in each and a hostile row."""
    with installation() as made:
        canary = Canary(made)
        canary.run("publish", canary.write())
        for stage, value in (("development", LATER), ("qa", SECRET)):
            canary.run("config", "set", "canary", "Token", "--stage", stage, stdin=f"{value}\n")
        canary.run("config", "apply", "canary", "--stage", "development")
        canary.run("promote", "canary", "--to", "qa")
        address = made.stage("Canary", "Development")["address"]
        assert call("POST", f"{address}/api/Note", {"Text": HOSTILE}).status == 201
        yield canary


def raw(text: str) -> set[str]:
    """What a terminal would act on, but for the line ends between lines."""
    return {sign for sign in text.replace("\n", "") if unicodedata.category(sign) in ROUGH or sign in UNSEEN}


def test_a_row_that_stands_in_the_way_is_shown_escaped(canary: Canary) -> None:
    model = canary.write(length=5)
    for told in (canary.run("publish", model, code=1), canary.both("publish", model, "--plan", code=1)):
        assert "\\x1b[2J" in told or "\\u001b[2J" in told
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


def test_nothing_that_was_printed_gives_orders_or_a_secret(canary: Canary) -> None:
    """Of all that the tests above have asked for."""
    canary.everything()
    for text in canary.said:
        assert not raw(text), text.encode("unicode_escape")
        assert not [line for line in text.splitlines() if line.startswith(FORGED)]
        for secret in (SECRET, LATER):
            assert secret not in text
    programs = [text for text in canary.said if text.startswith("{")]
    assert programs
    assert all(text.isascii() for text in programs)
    for text in programs:
        json.loads(text)


def test_nothing_that_is_kept_holds_a_secret_and_no_log_gives_orders(canary: Canary) -> None:
    data = canary.made.folder / "data"
    found = [path for path in data.rglob("*") if path.is_file() and not path.is_socket()]
    assert {"images", "blobs", "apps", "migrations"} <= {path.relative_to(data).parts[0] for path in found}
    for path in found:
        for content in contents(path):
            for secret in (SECRET, LATER):
                assert secret.encode() not in content, path
    logs = [path for path in found if ".log" in path.name and "postgres" not in path.name]
    assert [path for path in logs if "apps" in path.parts]
    for path in (*logs, data / "server.out"):
        assert not raw(path.read_text(errors="replace").replace("\ufffd", "")), path
    for arguments in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            given = arguments.read_bytes()
        except OSError:
            continue
        assert SECRET.encode() not in given
        assert LATER.encode() not in given


def contents(path: Path) -> Iterator[bytes]:
    """A file's bytes, and those of a layer unpacked."""
    content = path.read_bytes()
    yield content
    if content.startswith(b"\x1f\x8b"):
        try:
            yield gzip.decompress(content)
        except (OSError, EOFError, zlib.error):
            return
