"""The whole way on real engines: a library, an app that uses it, a change, its promotion to QA, and down again."""

from __future__ import annotations

import base64
import json
import re
import secrets
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from odcpub.engines.csharp.server import RoslynCompiler
from tests.contract.built import build
from tests.contract.published_app import App
from tests.installation import Installation, call, database_url
from tests.toolchain import toolchain_of_tests
from tests.waiting import wait_for

SECRET = f"s3cret-{secrets.token_hex(8)}"
"""Looked for in the arguments of every process: no other test may have the same."""


@pytest.fixture(scope="module")
def published(odcpub: Installation) -> Path:
    """examples/helpdesk published to Development with the library it uses; the model's folder."""
    odcpub.run("publish", str(odcpub.copy("money")))
    odcpub.run("release", "money", "--version", "1.0.0", "--notes", "first")
    model = odcpub.copy("helpdesk")
    done = odcpub.run("publish", str(model))
    assert done.out.startswith("http://127.0.0.1:")
    for marker in ("Verify", "Compile", "Image", "Data", "Deploy"):
        assert marker in done.err
    return model


def address(odcpub: Installation, stage: str) -> str:
    return str(odcpub.stage("Helpdesk", stage)["address"])


def test_app_from_model_to_qa(odcpub: Installation, published: Path, profile: str) -> None:
    development = address(odcpub, "Development")
    made = call("POST", f"{development}/api/Customer", {"Name": "Ada", "Email": "ada@example.com", "Currency": "USD"})
    assert made.status == 201
    wrong = call("POST", f"{development}/api/Customer", {"Name": "Bo", "Email": "bo@example.com", "Currency": "XXX"})
    assert wrong.status == 422
    assert list(wrong.body["errors"]) == ["Currency"]

    again = odcpub.run("publish", str(published))
    assert "Nothing changed" in again.err

    (published / "stages" / "qa.yaml").write_text("settings: { HourlyRate: 90 }\n")
    odcpub.run("config", "set", "helpdesk", "HourlyRate=95", "--stage", "qa")
    odcpub.run("config", "set", "helpdesk", "MailToken", "--stage", "qa", stdin=f"{SECRET}\n")
    promoted = odcpub.run("promote", "helpdesk", "--to", "qa")
    assert "Compile" not in promoted.err
    assert "Image" not in promoted.err
    qa, before = odcpub.stage("Helpdesk", "QA"), odcpub.stage("Helpdesk", "Development")
    assert (qa["digest"], qa["revision"], qa["health"]) == (before["digest"], before["revision"], "ready")
    assert call("GET", f"{qa['address']}/api/Customer").body["total"] == 0, "QA has a database of its own"
    assert call("POST", f"{qa['address']}/api/Customer", {"Name": "Eve", "Email": "eve@example.com"}).status == 201
    for stage, name in (("development", "Ada"), ("qa", "Eve")):
        with psycopg.connect(database_url(odcpub, profile, stage)) as connection:
            assert connection.execute("SELECT name FROM helpdesk.customer").fetchall() == [(name,)]
    assert given(odcpub, profile, "ODC_SECRET_MailToken") == SECRET
    assert given(odcpub, profile, "ODC_SETTING_HourlyRate") == "95"
    assert call("GET", f"{qa['address']}/_odc/about").body["stage"] == "QA"
    log = app_log(odcpub, profile)
    assert "settings: HourlyRate; secrets: MailToken" in log
    assert SECRET not in log
    assert call("POST", f"{qa['address']}/api/Ticket", {"Subject": "Printer", "Customer": 1}).status == 201
    closed = odcpub.json("call", "helpdesk", "CloseTicket", "TicketId=1", "Hours=2", "--stage", "qa")
    assert closed["outputs"] == {"Fee": "190"}, "two hours at QA's rate"
    refused = odcpub.run("call", "helpdesk", "CloseTicket", "TicketId=1", "Hours=2", "--stage", "qa", code=1)
    assert "This ticket is closed already [AlreadyClosed]" in refused.err

    odcpub.run("config", "set", "helpdesk", "HourlyRate=97", "--stage", "qa")
    applied = odcpub.run("config", "apply", "helpdesk", "--stage", "qa", "--wait")
    assert "Compile" not in applied.err
    assert odcpub.stage("Helpdesk", "QA")["revision"] == qa["revision"]
    assert given(odcpub, profile, "ODC_SETTING_HourlyRate") == "97"
    again = ("TicketId=1", "Author=Eve", "Reason=It still does not print")
    odcpub.run("call", "helpdesk", "ReopenTicket", *again, "--stage", "qa")
    closed = odcpub.json("call", "helpdesk", "CloseTicket", "TicketId=1", "Hours=2", "--stage", "qa")
    assert closed["outputs"] == {"Fee": "194"}
    assert odcpub.stage("Helpdesk", "QA")["digest"] == qa["digest"], "the same image"
    assert_nowhere(odcpub, SECRET)

    odcpub.run("undeploy", "helpdesk", "--stage", "qa")
    assert [one["stage"] for one in odcpub.json("status")["assets"][0]["stages"]] == ["Development"]


def app_log(odcpub: Installation, profile: str) -> str:
    """What QA's app has written."""
    if profile == "kind":
        command = ["kubectl", "--namespace", "odc-qa", "logs", "deployment/helpdesk"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return "".join(path.read_text() for path in (odcpub.folder / "data").rglob("*.log") if "qa" in str(path))


def given(odcpub: Installation, profile: str, name: str) -> str:
    """What QA's process is given under the name."""
    if profile == "kind":
        pod = kubectl("get", "pods", "--selector", "app.kubernetes.io/name=helpdesk")["items"][0]
        sources = pod["spec"]["containers"][0]["envFrom"]
        [secret] = [source["secretRef"]["name"] for source in sources if "secretRef" in source]
        [settings] = [source["configMapRef"]["name"] for source in sources if "configMapRef" in source]
        found = {key: base64.b64decode(text).decode() for key, text in kubectl("get", "secret", secret)["data"].items()}
        return str((found | kubectl("get", "configmap", settings)["data"])[name])
    for path in Path("/proc").glob("[0-9]*/environ"):
        found = dict(entry.partition("=")[::2] for entry in _read(path).decode(errors="replace").split("\0"))
        if found.get("ODCPUB_LOCAL", "").startswith(str(odcpub.folder)) and found["ODCPUB_STAGE"] == "QA":
            return found[name]
    raise AssertionError("no process of QA's app")


def kubectl(*arguments: str) -> Any:
    command = ["kubectl", "--namespace", "odc-qa", *arguments, "--output", "json"]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def assert_nowhere(odcpub: Installation, secret: str) -> None:
    """The secret is in no file of the installation and in no process's arguments."""
    for path in (odcpub.folder / "data").rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
    for arguments in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert secret.encode() not in arguments.read_bytes(), arguments
        except OSError:
            continue


def test_plan_changes_nothing(odcpub: Installation, published: Path) -> None:
    before = odcpub.json("status")
    plan = odcpub.run("publish", str(published), "--plan")
    assert "nothing was changed" in plan.out
    promotion = odcpub.run("promote", "helpdesk", "--to", "qa", "--plan")
    assert "helpdesk" in promotion.out.partition("  Deploy\n")[2], "what the runner would do"
    assert odcpub.json("status") == before


SESSION = "-c search_path=helpdesk -c DateStyle=ISO,YMD -c IntervalStyle=postgres -c TimeZone=UTC"
"""What an app's role has by itself, for the superuser."""


def test_the_source_answers_as_the_app_does(
    odcpub: Installation, published: Path, profile: str, tmp_path: Path
) -> None:
    """Built of the very files that the command wrote, beside the app, on the database that the app has."""
    for folder in ("out", "again"):
        told = odcpub.json("source", "helpdesk", str(tmp_path / folder))
    assert (told["name"], told["revision"], told["sameCompiler"]) == ("Helpdesk", 1, True)
    written, again = (
        {path.relative_to(tmp_path / folder).as_posix(): path.read_bytes()
         for path in (tmp_path / folder).rglob("*") if path.is_file()}
        for folder in ("out", "again")
    )  # fmt: skip
    assert written == again
    assert sorted(written) == told["files"]
    strict = RoslynCompiler(toolchain_of_tests, strict=True)
    try:
        app = build(strict, tmp_path / "out", tmp_path / "app")
        root = str(strict.toolchain().root)
    finally:
        strict.close()
    url = urlsplit(database_url(odcpub, profile, "development"))
    marker = re.search(r"ODCPUB_SCHEMA=([^`]+)`", written["README.md"].decode())
    assert marker is not None
    mine = App(app, {
        "DOTNET_ROOT": root, "DOTNET_EnableDiagnostics": "0", "ODCPUB_SCHEMA": marker[1],
        "ODCPUB_STAGE": "Development", "ODCPUB_REVISION": "1",
        "ODCPUB_DATABASE": f"Host={url.hostname};Port={url.port};Database={url.path[1:]};Username={url.username};"
        f"Password={url.password};Search Path=helpdesk;Options={SESSION}",
    }).start()  # fmt: skip
    try:
        mine.wait("/_odc/ready", 200)
        theirs = App(app, {}, urlsplit(address(odcpub, "Development")).port or 0)
        for path in ("/", "/Tickets", "/_odc/about", "/_odc/openapi.json", "/_odc/app.json", "/_odc/js/list.js",
                     "/api/Customer", "/api/Money.CurrencyCode?labels=true", "/api/Nothing"):  # fmt: skip
            one, other = mine.request("GET", path), theirs.request("GET", path)
            assert (one.status, one.body) == (other.status, other.body), path
    finally:
        mine.stop()


def test_change_keeps_the_rows(odcpub: Installation, published: Path) -> None:
    base = address(odcpub, "Development")
    row = call("POST", f"{base}/api/Customer", {"Name": "Bea", "Email": "bea@example.com"}).body
    renamed = "FullName"
    odcpub.run("rename", str(published), "Customer.Name", renamed)
    done = odcpub.run("publish", str(published))
    assert address(odcpub, "Development") == base, done.err
    # A node learns of a Service's new pods up to a second or two after the API server, and until then sends to either.
    keeps = lambda: call("GET", f"{base}/api/Customer/{row['Id']}").body.get(renamed) == "Bea"  # noqa: E731
    wait_for(keeps, "an answer of the new version", 5.0 if odcpub.profile == "kind" else 0.0)


def test_down_leaves_nothing_running(odcpub: Installation, published: Path, profile: str) -> None:
    pid = odcpub.server_pid()
    odcpub.run("down")
    assert not Path(f"/proc/{pid}").exists()
    mark = str(odcpub.folder).encode()
    deadline = time.monotonic() + 60
    while left := [one for one in Path("/proc").glob("[0-9]*/cmdline") if mark in _read(one)]:
        assert time.monotonic() < deadline, [_read(one) for one in left]
        time.sleep(0.1)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
