"""An app whose runner is gone for good can be forgotten, and one whose runner answers can not."""

from __future__ import annotations

import pytest

from odcpub.cli import show
from odcpub.engines.ports import Gone
from odcpub.engines.settings import EngineSettings
from odcpub.errors import EngineError, Refused
from odcpub.operations import forgetting, overview
from odcpub.operations.core.run import Run
from odcpub.operations.steps.undeploy import UNDEPLOY

from .conftest import KEY, Installed

GONE = "Kubernetes (kind-a): the cluster at https://127.0.0.1:9 cannot be reached: Connection refused"


@pytest.fixture(autouse=True)
def set_up(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "PAUSE_SECONDS", 0.0)
    installed.engines.settings = EngineSettings(
        runner="kubernetes", registry="r:1", database_address="db", kubeconfig="/it's", context="kind-a"
    )
    installed.deployed(installed.revision(), "QA", address="http://127.0.0.1:30080")


def undeploy(installed: Installed, forget: bool = False) -> Run:
    run = installed.operation("Undeploy", "QA", forget=forget)
    UNDEPLOY.perform(run)
    return run


def deployed(installed: Installed) -> bool:
    return installed.store.stages.current(KEY, "qa") is not None


def test_what_stays_behind_and_where_is_told(installed: Installed, capsys: pytest.CaptureFixture[str]) -> None:
    installed.engines.broken["running"] = Gone(GONE)
    run = undeploy(installed, forget=True)
    assert not deployed(installed)
    why, pods, data, end = [one.text for one in installed.store.journal.messages(run.operation.key)]
    assert why == GONE
    assert "Shop is there at http://127.0.0.1:30080, and reads and writes its rows: in namespace odc-qa" in pods
    command = "kubectl --kubeconfig '/it'\"'\"'s' --context kind-a --namespace odc-qa --selector "
    assert (
        command + "app.kubernetes.io/managed-by=odcpub,app.kubernetes.io/name=shop delete deployment,service," in pods
    )
    assert pods.endswith("networkpolicy,serviceaccount,configmap,secret")
    assert "the database odc_qa, schema shop (embedded)" in data
    assert "the registry (r:1)" in data
    assert end == "removed from odcpub's records; nothing else was changed"
    assert installed.engines.asked == ["running"] * 3
    show.status(overview.status(installed.platform), False)
    assert "not deployed" in capsys.readouterr().out
    assert installed.store.stages.served(KEY, "qa"), "that it ran there once stays known"


def test_who_answers_is_not_forgotten(installed: Installed) -> None:
    with pytest.raises(Refused, match=r"Shop \(QA\): --forget is refused: the runner answers") as refused:
        undeploy(installed, forget=True)
    assert refused.value.hint == "take it out: odcpub undeploy shop --stage qa"
    assert deployed(installed)


def test_who_answers_at_the_second_look_is_not_forgotten(installed: Installed) -> None:
    looks = iter([Gone(GONE)])

    def running(*_: str) -> None:
        for error in looks:
            raise error

    installed.engines.running = running  # type: ignore[method-assign]
    with pytest.raises(Refused, match="answers"):
        undeploy(installed, forget=True)
    assert deployed(installed)


def test_who_lets_nobody_in_is_not_forgotten(installed: Installed) -> None:
    installed.engines.broken["running"] = EngineError("the cluster does not know this user")
    with pytest.raises(EngineError, match="does not know this user"):
        undeploy(installed, forget=True)
    assert deployed(installed)


def test_the_way_on_is_told_where_the_runner_is_gone(installed: Installed) -> None:
    def stop(*_: str) -> None:
        raise Gone(GONE, "see whether the cluster is up")

    installed.engines.stop = stop  # type: ignore[attr-defined]
    with pytest.raises(Gone) as gone:
        undeploy(installed)
    way_on = "odcpub undeploy shop --stage qa --forget"
    assert gone.value.hint == f"see whether the cluster is up; where it is gone for good: {way_on}"
    assert deployed(installed)
