"""A plan that is shown, written to a file, and executed: what runs is what was shown; a stale one is refused."""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.installation import Installation, call, database_url

SECRET = f"c4nary-{secrets.token_hex(8)}"
MODEL = """\
app: Ledger
key: 7b0f8a52-6a0e-4a3c-9a53-2c7f4d1e0b91
settings:
  Token: { type: Text, secret: true }
  Rate: { type: Integer, default: 1 }
entities:
  Entry:
    display: Name
    attributes:
      Name: { type: Text, length: 50, mandatory: true }
"""
LATER = f"{MODEL}      Note: {{ type: Text, length: 200 }}\n"
QA = ("promote", "ledger", "--to", "qa")


@pytest.fixture(scope="module")
def model(odcpub: Installation) -> Path:
    """The model's folder. The first revision was published by the file of its plan."""
    folder = odcpub.folder / "ledger"
    folder.mkdir()
    (folder / "app.yaml").write_text(MODEL)
    odcpub.run("config", "set", "ledger", "Rate=1", "--stage", "qa", code=2)
    executed(odcpub, "publish", str(folder))
    return folder


@pytest.fixture(scope="module")
def grown(odcpub: Installation, model: Path) -> Path:
    """Revision 2 runs in Development and QA."""
    (model / "app.yaml").write_text(LATER)
    odcpub.run("publish", str(model))
    odcpub.run("config", "set", "ledger", "Token", "--stage", "qa", stdin=f"{SECRET}\n")
    odcpub.run(*QA)
    return model


def planned(odcpub: Installation, *command: str) -> tuple[Path, dict[str, Any]]:
    """The file of a plan, and what the command showed of it."""
    file = odcpub.folder / "plan.json"
    shown = odcpub.json(*command, "--plan", "--out", str(file))
    assert json.loads(file.read_text()) == shown
    return file, shown


def executed(odcpub: Installation, *command: str) -> dict[str, Any]:
    """The command, by the file of its plan: the operation follows the very plan that was shown."""
    file, shown = planned(odcpub, *command)
    operation = odcpub.json("apply", str(file))
    assert operation["plan"] == shown["fingerprint"]
    assert operation["revision"] == shown["revision"]
    return shown


def followed(odcpub: Installation, *command: str) -> dict[str, Any]:
    """The command itself: its operation makes the plan that was shown before."""
    shown = odcpub.json(*command, "--plan")
    assert odcpub.json(*command)["plan"] == shown["fingerprint"]
    return shown


def test_every_operation_follows_the_plan_that_was_shown(odcpub: Installation, model: Path) -> None:
    first = odcpub.stage("Ledger", "Development")
    again = followed(odcpub, "publish", str(model))
    assert (again["build"]["does"], again["build"]["image"], again["deploy"]) == ([], first["digest"], [])

    odcpub.run("config", "set", "ledger", "Token", "--stage", "qa", stdin=f"{SECRET}\n")
    assert executed(odcpub, *QA)["build"]["image"] == first["digest"]
    odcpub.run("config", "set", "ledger", "Rate=7", "--stage", "qa")
    applied = followed(odcpub, "config", "apply", "ledger", "--stage", "qa")
    assert ("Rate", "7") in {(one["name"], one["value"]) for one in applied["configuration"]["settings"]}

    (model / "app.yaml").write_text(LATER)
    second = followed(odcpub, "publish", str(model))
    assert [step["summary"] for step in second["data"]["steps"]] == ["add column entry.note character varying(200)"]
    assert odcpub.stage("Ledger", "Development")["digest"] == second["build"]["image"], "the image that was packed"
    followed(odcpub, *QA)
    executed(odcpub, *QA, "--revision", "1")
    executed(odcpub, "undeploy", "ledger", "--stage", "qa")
    assert [one["stage"] for one in odcpub.json("status")["assets"][0]["stages"]] == ["Development"]
    executed(odcpub, *QA)


@pytest.mark.long_on("kind")
def test_the_statements_are_shown_in_their_order(odcpub: Installation, grown: Path) -> None:
    text = LATER.replace("Name: { type: Text, length: 50, mandatory", "Name: { type: Text, length: 60, mandatory")
    (grown / "app.yaml").write_text(text + "    indexes: { ByName: { attributes: [Name], unique: true } }\n")
    lines = odcpub.run("publish", str(grown), "--plan", "--sql").out.splitlines()
    (grown / "app.yaml").write_text(LATER)
    expand = lines[lines.index("BEGIN;") + 1 :]
    assert any(line.startswith('ALTER TABLE "entry"') for line in expand[: expand.index("COMMIT;")])
    assert "-- locks entry: AccessExclusiveLock" in lines
    assert "-- hazard: nobody reads or writes entry meanwhile" in lines
    index = next(at for at, line in enumerate(lines) if line.startswith("CREATE UNIQUE INDEX CONCURRENTLY"))
    assert "-- outside of a transaction" in lines[:index]


def refused(odcpub: Installation, change: Callable[[], object], *command: str) -> str:
    """How the file of the command's plan is refused after a change."""
    file, _ = planned(odcpub, *command)
    change()
    answer = json.loads(odcpub.run("apply", str(file), "--json", code=1).out)
    error = str(answer["error"])
    assert error.startswith("stale: "), answer
    assert "make a new plan: odcpub promote ledger --to qa --revision 2 --plan --out plan.json" in answer["hint"]
    return error


def test_a_stale_plan_says_what_has_changed(odcpub: Installation, grown: Path, profile: str) -> None:
    def configure(value: str) -> Callable[[], object]:
        return lambda: odcpub.run("config", "set", "ledger", f"Rate={value}", "--stage", "qa")

    def alter(statement: str) -> Callable[[], object]:
        def done() -> None:
            with psycopg.connect(database_url(odcpub, profile, "qa"), autocommit=True) as connection:
                connection.execute(f"ALTER TABLE ledger.entry {statement}".encode())

        return done

    told = refused(odcpub, configure("8"), *QA)
    assert told == "stale: the configuration of QA has changed since: Rate has another value"
    told = refused(odcpub, alter("ADD COLUMN hidden text"), *QA)
    assert told == "stale: the schema of QA has changed since: column odc_qa.ledger.entry.hidden was added"
    told = refused(odcpub, lambda: odcpub.run(*QA), *QA)
    assert told.startswith("stale: what runs in QA has changed since: revision 2 was deployed again")
    assert call("GET", f"{odcpub.stage('Ledger', 'QA')['address']}/api/Entry").status == 200


def kubectl(*arguments: str) -> str:
    command = ["kubectl", "--namespace", "odc-qa", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.kubernetes
@pytest.mark.parametrize("profile", ["kind"], indirect=True, scope="module")
def test_of_objects_what_is_ours_counts(odcpub: Installation, grown: Path) -> None:
    odcpub.run("config", "set", "ledger", "Rate=9", "--stage", "qa")
    image = kubectl("get", "deployment/ledger", "--output", "jsonpath={.spec.template.spec.containers[0].image}")
    other = image.rpartition("@")[0] + "@sha256:" + "0" * 64
    told = refused(odcpub, lambda: kubectl("set", "image", "deployment/ledger", f"app={other}"), *QA)
    assert told.startswith("stale: the objects of QA have changed since: Deployment odc-qa/ledger: spec.template")
    assert other in told
    told = refused(odcpub, lambda: kubectl("set", "env", "deployment/ledger", "ODCPUB_STAGE=mine"), *QA)
    assert "spec.template.spec.containers" in told
    assert "env" in told
    odcpub.run(*QA)

    odcpub.run("config", "set", "ledger", "Rate=10", "--stage", "qa")
    file, shown = planned(odcpub, *QA)
    kubectl("scale", "deployment/ledger", "--replicas", "2")
    kubectl("annotate", "deployment/ledger", "autoscaler.example/looked=now")
    assert odcpub.json("apply", str(file))["plan"] == shown["fingerprint"], "replicas are an autoscaler's"


@pytest.mark.long_on("kind")
def test_a_file_is_executed_once_as_it_was_made(odcpub: Installation, grown: Path) -> None:
    odcpub.run("config", "set", "ledger", "Rate=11", "--stage", "qa")
    file, shown = planned(odcpub, *QA)
    edited = shown | {"revision": 1}
    (odcpub.folder / "edited.json").write_text(json.dumps(edited))
    error = odcpub.run("apply", str(odcpub.folder / "edited.json"), code=1).err
    assert "edited.json: was edited: revision differs from the plan that was made" in error
    odcpub.run("apply", str(file), "--wait")
    assert "was executed already, by operation" in odcpub.run("apply", str(file), code=1).err
    foreign = shown | {"server": "eve@elsewhere-1", "fingerprint": "0" * 64}
    file.write_text(json.dumps(foreign))
    assert "was made by another server, eve@elsewhere-1" in odcpub.run("apply", str(file), code=1).err


def test_no_secret_is_anywhere(odcpub: Installation, grown: Path) -> None:
    """Not in a plan, nor in the records or logs of what made and executed it."""
    file, _ = planned(odcpub, *QA)
    for path in (file, *(odcpub.folder / "data").rglob("*")):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path
