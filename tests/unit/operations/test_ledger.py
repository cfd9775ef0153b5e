"""The ledger: one operation at a time on an asset in a stage, what its steps found out, and how it ended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from odcpub.errors import EngineError, Refused
from odcpub.operations.core import codec
from odcpub.operations.core.command import Deploy
from odcpub.operations.core.outputs import AssetRef, NotInForce, Planned, Ready, Revision, Rule, StageRef
from odcpub.store.records import Status

from .conftest import KEY, Installed


def test_a_second_operation_is_refused_naming_who_and_since_when(installed: Installed) -> None:
    first = installed.operation(stage="QA").operation
    with pytest.raises(Refused) as refused:
        installed.platform.ledger.begin(
            Deploy(actor="bob", stage=StageRef("QA", "qa"), asset=AssetRef(KEY, "Shop"), revision=2)
        )
    assert refused.value.exit_code == 1
    assert refused.value.message == f"Shop (QA): Deploy by ada has been running since {first.started_at}"
    assert first.key[:8] in refused.value.hint
    installed.platform.ledger.finish(first.key)
    installed.operation(stage="QA")


def test_of_each_kind_of_finding_the_last_one_counts(installed: Installed) -> None:
    run = installed.operation(revision=3)
    assert run.unit.outputs == (Revision(3),), "known before the first step"
    rules = NotInForce((Rule("Name is unique", "2026-01-01"),), "rows")
    run.record(planned := installed.planned(), Ready("http://a"), rules)
    run.record(Ready("http://b"))
    unit = run.refreshed().unit
    assert (unit.revision, unit.address, unit.unchanged) == (3, "http://b", False)
    assert (unit.find(Planned), unit.find(NotInForce)) == (planned, rules)
    run.record(NotInForce())
    assert run.refreshed().unit.find(NotInForce) == NotInForce()


def test_what_has_failed_keeps_what_was_found_out_and_how_it_failed(installed: Installed) -> None:
    run = installed.operation()
    run.record(Ready("http://a"))
    run.fail(EngineError("no", "hint"))
    ended = run.refreshed().operation
    assert (ended.status, ended.exit_code, ended.unit.address) == (Status.FAILED, 3, "http://a")
    run.fail(Refused("again"))
    installed.platform.ledger.finish(run.key)
    assert run.refreshed().operation == ended, "what has ended stays as it ended"


def test_what_a_newer_odcpub_wrote_is_refused(installed: Installed) -> None:
    run = installed.operation()
    installed.store.journal.change(
        run.key, lambda one: replace(one, state=one.state.replace('"version":1', '"version":99'))
    )
    with pytest.raises(EngineError, match="was written by a newer odcpub"):
        run.refreshed()


def test_nothing_that_is_kept_depends_on_the_order_of_fields(installed: Installed) -> None:
    """Each value says its type and its fields by name."""
    record = installed.store.journal.operation(installed.operation(revision=3).key)
    assert record is not None
    assert '"type":"Deploy"' in record.request
    assert '{"type":"revision","number":3}' in record.state
    assert codec.read(record).state.units[0].outputs == (Revision(3),)
