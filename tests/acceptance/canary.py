"""An app with secrets and a hostile row on a profile's engines, and all places where what it was given could come out.
Does I/O."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import secrets
import subprocess
import unicodedata
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import quote

import psycopg
from psycopg import sql

from tests import server
from tests.installation import Installation, database_url

SECRET, LATER = (f"canary-{secrets.token_hex(12)}" for _ in range(2))
"""Of QA and of Development; looked for in arguments of processes, so no other test may have the same."""
STAGES = {"development": LATER, "qa": SECRET}
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
HIDDEN = "Token: { type: Text, secret: true }"
PAGES = (
    "/", "/Notes", f"/{quote(HOSTILE)}", "/_odc/app.json", "/_odc/screens/Notes.js", "/_odc/openapi.json",
    "/_odc/about", "/_odc/ready?now", "/api/Note", "/api/Note?labels=true", f"/api/{quote(HOSTILE)}",
    f"/api/Note?{quote(HOSTILE)}=1", f"/api/Note?filter.{quote(HOSTILE)}=1", f"/api/Note/{quote(HOSTILE)}",
)  # fmt: skip


class Canary:
    """The installation, its profile, and all that its commands have printed."""

    def __init__(self, made: Installation, profile: str) -> None:
        self.made, self.profile, self.said = made, profile, list[str]()
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
            *(("config", "show", "canary", "--stage", stage) for stage in STAGES),
            ("publish", str(self.folder), "--plan"), ("promote", "canary", "--to", "qa", "--plan"),
            ("promote", "canary", "--to", "qa", "--revision", "1", "--plan"),
            ("promote", "canary", "--to", "qa", "--plan", "--sql"), ("undeploy", "canary", "--stage", "qa", "--plan"),
            ("config", "apply", "canary", "--stage", "qa", "--plan"),
        ]  # fmt: skip
        keys = [one["key"] for one in self.made.json("log")["results"]]
        return "".join(self.both(*each, code=None) for each in (*kinds, *(("log", key) for key in keys)))

    def address(self, stage: str) -> str:
        (found,) = (one for one in self.made.json("status")["assets"] if one["name"] == "Canary")
        return next(str(one["address"]) for one in found["stages"] if one["stage"].lower() == stage)

    def secrets(self) -> set[str]:
        """What nobody may see: the app's secrets, and the passwords of the database that can be known here."""
        found = {SECRET, LATER}
        if self.profile == "kind":
            found.add(server.password())
            for stage in STAGES:
                for one in self.objects(stage, "secrets"):
                    texts = (base64.b64decode(text).decode() for text in one.get("data", {}).values())
                    found |= {word for text in texts for word in re.findall(r"Password='?([^';]{8,})", text)}
        return found

    @contextmanager
    def superuser(self, stage: str) -> Iterator[psycopg.Connection[Any]]:
        """In the app's schema, beside odcpub."""
        url = database_url(self.made, self.profile, stage)
        with psycopg.connect(url, options="-c search_path=canary", autocommit=True) as connection:
            yield connection

    def execute(self, stage: str, statement: LiteralString) -> None:
        """``{text}``: HOSTILE as a literal."""
        with self.superuser(stage) as connection:
            connection.execute(sql.SQL(statement).format(text=sql.Literal(HOSTILE)))

    def rows(self) -> Iterator[str]:
        """All rows of the stages' databases, as texts."""
        tables = "select schemaname, tablename from pg_tables where schemaname !~ '^(pg_|information_)'"
        for stage in STAGES:
            with self.superuser(stage) as connection:
                for name in connection.execute(tables).fetchall():
                    found = connection.execute(sql.SQL("select t::text from {} t").format(sql.Identifier(*name)))
                    yield from (row for (row,) in found)

    def answers(self) -> Iterator[str]:
        """What both stages' apps answer, pages and refusals: heads and bodies."""
        for address in map(self.address, STAGES):
            for path in PAGES:
                try:
                    with urllib.request.urlopen(address + path, timeout=60) as answer:
                        yield f"{answer.headers}{answer.read().decode()}"
                except urllib.error.HTTPError as refused:
                    yield f"{refused.headers}{refused.read().decode()}"

    def logs(self) -> Iterator[str]:
        """What the apps have written."""
        if self.profile == "local":
            paths = [path for path in (self.made.folder / "data" / "apps").rglob("*") if ".log" in path.name]
            yield from (path.read_text(errors="replace").replace("\ufffd", "") for path in paths)
            return
        for stage in STAGES:
            for pod in self.objects(stage, "pods"):
                yield kubectl(stage, "logs", pod["metadata"]["name"], "--all-containers")

    def objects(self, stage: str, kinds: str = "") -> list[Any]:
        """The namespace's objects: of all kinds that can be listed, unless some are named."""
        names = ("api-resources", "--namespaced", "--verbs=list", "--output=name")
        kinds = kinds or ",".join(kubectl(stage, *names).split())
        return list(json.loads(kubectl(stage, "get", kinds, "--output=json", "--show-managed-fields"))["items"])

    def image(self) -> Iterator[bytes]:
        """The app's images: manifests, configurations and layers, packed and unpacked."""
        if self.profile == "local":
            for path in (self.made.folder / "data" / "images").rglob("*"):
                yield from unpacked(path.read_bytes()) if path.is_file() else ()
            return
        seen = set[str]()
        for tag in json.loads(registry("tags/list"))["tags"]:
            manifest = json.loads(content := registry(f"manifests/{tag}"))
            yield content
            for digest in {one["digest"] for one in (manifest["config"], *manifest["layers"])} - seen:
                seen.add(digest)
                yield from unpacked(registry(f"blobs/{digest}"))


def registry(path: str) -> bytes:
    """Of the app's repository."""
    kinds = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
    url = f"http://{os.environ['ODCPUB_TEST_REGISTRY']}/v2/canary/{path}"
    request = urllib.request.Request(url, headers={"Accept": ", ".join(kinds)})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return bytes(answer.read())


def kubectl(stage: str, *arguments: str, stdin: str = "") -> str:
    command = ["kubectl", "--namespace", f"odc-{stage}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, input=stdin).stdout


def raw(text: str) -> set[str]:
    """What a terminal would act on, but for the line ends between lines."""
    return {sign for sign in text.replace("\n", "") if unicodedata.category(sign) in ROUGH or sign in UNSEEN}


def texts(value: object) -> Iterator[str]:
    """All texts of a JSON value, names as well."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for pair in value.items():
            yield from texts(list(pair))
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


def given_to_processes() -> Iterator[bytes]:
    """Arguments of this machine's processes."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes()
        except OSError:
            continue


def unpacked(content: bytes) -> Iterator[bytes]:
    """Bytes, and those that they are packed of."""
    yield content
    if content.startswith(b"\x1f\x8b"):
        try:
            yield gzip.decompress(content)
        except (OSError, EOFError, zlib.error):
            return
