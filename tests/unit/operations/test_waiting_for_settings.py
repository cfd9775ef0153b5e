"""An operation that was told so waits for the values that its stage lacks, and goes on by itself with the last one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from dbos import DBOS

from odcpub.cli import show
from odcpub.errors import Refused
from odcpub.model.elements import Basic, DataType, Setting
from odcpub.operations import configuring, durable, overview, requests
from odcpub.operations.core.ledger import Operation
from odcpub.operations.requests import Promotion
from odcpub.store.records import Status
from odcpub.store.stages import Value
from tests.acceptance.zygote import wait_for

from .conftest import KEY, MODEL, Installed

NEEDY = replace(
    MODEL,
    settings=(
        Setting("Token", DataType(Basic.TEXT), mandatory=True, secret=True),
        Setting("Sender", DataType(Basic.TEXT), mandatory=True),
    ),
)
NAMES = ["Token", "Sender"]


@pytest.fixture
def shop(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installed]:
    """A revision runs in Development; QA lacks its values."""
    installed.asset = installed.configured()
    installed.engines.settle = lambda *_: True  # type: ignore[attr-defined]
    installed.store.stages.change_values(KEY, "development", [Value("Token", "t", secret=True), Value("Sender", "a")])
    installed.deployed(installed.revision(NEEDY))
    monkeypatch.setattr(durable, "_platform", None)
    durable.launch(installed.platform, installed.platform.home.data)
    yield installed
    for one in installed.platform.ledger.operations(status=Status.RUNNING):
        requests.cancel(installed.platform, one, "ada")
    wait_for(lambda: all(one.status == "SUCCESS" for one in DBOS.list_workflows()), "the end of all workflows")
    DBOS.destroy(workflow_completion_timeout_sec=0)


def found(installed: Installed, key: str) -> Operation:
    operation = installed.platform.ledger.operation(key)
    assert operation is not None
    return operation


def waiting(installed: Installed) -> Operation:
    """A promotion to QA that waits."""
    key = requests.deploy(installed.platform, Promotion("shop", "qa", wait_for_settings=True), "ada")
    wait_for(lambda: found(installed, key).waiting, "the wait")
    return found(installed, key)


def ended(installed: Installed, key: str) -> Operation:
    wait_for(lambda: found(installed, key).status != Status.RUNNING, "the end")
    return found(installed, key)


def give(installed: Installed, **values: str) -> list[str]:
    """The operations that go on then."""
    return configuring.configure(installed.platform, "shop", "qa", configuring.Changes(values, (), ()))["resumed"]


def test_it_goes_on_by_itself_with_the_last_value_and_says_what_is_left_until_then(
    shop: Installed, capsys: pytest.CaptureFixture[str]
) -> None:
    operation = waiting(shop)
    assert operation.waiting is not None
    since = operation.waiting.since
    assert operation.waiting.wants == "values of Token, Sender in QA"
    assert operation.waiting.command == "odcpub config set shop Token Sender --stage qa"
    assert "observe database" not in shop.engines.asked, "nothing is planned yet"
    assert give(shop, Token="s3cret") == []
    left = found(shop, operation.key).waiting
    assert left is not None
    assert (left.wants, left.since) == ("a value of Sender in QA", since)
    show.status(overview.status(shop.platform), False)
    lines = capsys.readouterr().out.splitlines()
    key = operation.key[:8]
    assert f"Shop (QA): operation {key} waits since {since} for a value of Sender in QA" in lines
    assert "  a user who configures QA can continue it: odcpub config set shop Sender --stage qa" in lines
    assert f"  end it with: odcpub cancel {key}" in lines
    assert give(shop, Sender="b") == [operation.key]
    assert ended(shop, operation.key).status == Status.FINISHED
    current = shop.store.stages.current(KEY, "qa")
    assert current is not None
    assert current.operation == operation.key
    texts = [one.text for one in shop.store.journal.messages(operation.key)]
    assert "goes on: no value is missing in QA" in texts
    assert not any("s3cret" in text for text in texts)


def test_a_file_of_the_stage_that_has_the_value_lets_it_go_on_too(shop: Installed) -> None:
    operation = waiting(shop)
    give(shop, Token="s3cret")
    (shop.folder / "stages").mkdir()
    (shop.folder / "stages" / "qa.yaml").write_text("settings: { Sender: b }")
    shop.configured()
    assert requests.values_came(shop.platform, shop.asset) == [operation.key]
    assert ended(shop, operation.key).status == Status.FINISHED


def test_told_to_go_on_too_early_it_waits_again(shop: Installed) -> None:
    operation = waiting(shop)
    requests.go_on(shop.platform, operation, "bea")
    wait_for(lambda: len(_waits(shop, operation.key)) == 2 and found(shop, operation.key).waiting, "the second wait")


def _waits(installed: Installed, key: str) -> list[str]:
    return [one.text for one in installed.store.journal.messages(key) if one.data.get("event") == "waits"]


def test_while_it_waits_the_next_one_is_told_what_for(shop: Installed) -> None:
    operation = waiting(shop)
    with pytest.raises(Refused, match="has been running") as refused:
        requests.deploy(shop.platform, Promotion("shop", "qa"), "bea")
    assert "odcpub config set shop Token Sender --stage qa" in refused.value.hint
    assert f"odcpub cancel {operation.key[:8]}" in refused.value.hint


def test_without_being_told_so_it_is_refused_as_before(shop: Installed) -> None:
    operation = ended(shop, requests.deploy(shop.platform, Promotion("shop", "qa"), "ada"))
    assert (operation.status, operation.exit_code) == (Status.FAILED, 1)
    (error,) = [one.text for one in shop.store.journal.messages(operation.key) if one.severity == "Error"]
    assert error == "Shop (QA): no value for the mandatory Token, Sender"


def test_values_that_came_while_nobody_could_see_that_it_waits_are_seen(
    shop: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are set between its look and the record of its wait."""
    ledger = type(shop.platform.ledger)
    real = ledger.wait

    def late(self: object, key: str, *what: str) -> None:
        shop.store.stages.change_values(KEY, "qa", [Value("Token", "t", secret=True), Value("Sender", "b")])
        real(self, key, *what)  # type: ignore[arg-type]

    monkeypatch.setattr(ledger, "wait", late)
    key = requests.deploy(shop.platform, Promotion("shop", "qa", wait_for_settings=True), "ada")
    assert ended(shop, key).status == Status.FINISHED


def test_values_that_came_before_a_kill_are_seen_by_the_next_server(shop: Installed) -> None:
    """The server was killed after it had kept them and before it told the operation."""
    operation = waiting(shop)
    shop.store.stages.change_values(KEY, "qa", [Value("Token", "t", secret=True), Value("Sender", "b")])
    assert found(shop, operation.key).waiting
    durable.launch(shop.platform, shop.platform.home.data)
    assert ended(shop, operation.key).status == Status.FINISHED
