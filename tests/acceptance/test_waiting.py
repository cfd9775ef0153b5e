"""A publish and a promotion that wait for the values that their stage lacks: on real engines, over a restart of the
server, until the last value is set, or until somebody cancels."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.zygote import wait_for
from tests.installation import Installation, call, installation

MODEL = """\
app: Posting
settings:
  Sender: { type: Text, mandatory: true }
  Token: { type: Text, secret: true, mandatory: true }
entities: { Letter: { attributes: { Text: { type: Text, length: 20 } } } }
"""


@pytest.fixture(scope="module")
def odcpub() -> Iterator[Installation]:
    with installation() as made:
        yield made


@pytest.fixture(scope="module")
def model(odcpub: Installation) -> Path:
    folder = odcpub.folder / "posting"
    odcpub.run("new", "app", str(folder), "--name", "Posting")
    key = next(line for line in (folder / "app.yaml").read_text().splitlines() if line.startswith("key: "))
    for file in folder.rglob("*.yaml"):
        file.unlink()
    (folder / "app.yaml").write_text(f"{MODEL}{key}\n")
    return folder


def waiting(odcpub: Installation) -> Any:
    """What the app waits for, as the status tells it; None where it waits for nothing."""
    found = [one for asset in odcpub.json("status")["assets"] for one in asset["waiting"]]
    return found[0] if found else None


def test_a_publish_waits_and_goes_on_with_the_last_value(odcpub: Installation, model: Path) -> None:
    refused = odcpub.run("publish", str(model), code=1)
    assert "no value for the mandatory Sender, Token" in refused.err
    command = [sys.executable, "-m", "odcpub.cli", "publish", str(model), "--wait-for-settings"]
    with subprocess.Popen(command, env=odcpub.env, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        wait_for(lambda: waiting(odcpub), "the wait")
        odcpub.run("down")
        _, told = client.communicate(timeout=60)
    assert client.returncode == 130, told
    assert "waiting for values of Sender, Token in Development; " in told
    assert "a user who configures Development can continue it: odcpub config set posting Sender Token" in told
    found = waiting(odcpub)
    assert found["waiting"]["command"] == "odcpub config set posting Sender Token --stage development"
    key = found["operation"][:8]
    assert "waits since" in odcpub.run("log", key).out
    busy = odcpub.run("publish", str(model), code=1)
    assert f"odcpub cancel {key}" in busy.err
    odcpub.run("config", "set", "posting", "Sender=me", "--stage", "development")
    odcpub.run("continue", key)
    wait_for(lambda: waiting(odcpub) and "Token" in waiting(odcpub)["waiting"]["for"], "what is left")
    assert "Sender" not in waiting(odcpub)["waiting"]["for"]
    odcpub.run("config", "set", "posting", "Token", "--stage", "development", stdin="s3cret\n")
    odcpub.run("log", key, "--follow")
    assert waiting(odcpub) is None
    address = odcpub.stage("Posting", "Development")["address"]
    assert call("GET", f"{address}/api/Letter").status == 200


def test_a_promotion_waits_and_can_be_cancelled(odcpub: Installation, model: Path) -> None:
    command = [sys.executable, "-m", "odcpub.cli", "promote", "posting", "--to", "qa", "--wait-for-settings"]
    with subprocess.Popen(command, env=odcpub.env, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        wait_for(lambda: waiting(odcpub), "the wait")
        found = waiting(odcpub)
        assert (found["kind"], found["stage"]) == ("Deploy", "QA")
        odcpub.run("cancel", found["operation"][:8])
        _, told = client.communicate(timeout=60)
    assert client.returncode == 1, told
    assert "cancelled by" in told
    assert waiting(odcpub) is None
    again = odcpub.run("promote", "posting", "--to", "qa", code=1)
    assert "no value for the mandatory Sender, Token" in again.err


def test_a_plan_names_what_is_missing_and_does_not_wait(odcpub: Installation, model: Path) -> None:
    done = odcpub.run("promote", "posting", "--to", "qa", "--plan", "--wait-for-settings", code=2)
    assert "leave it out" in done.err
