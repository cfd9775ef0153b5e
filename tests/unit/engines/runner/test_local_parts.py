"""Parts of the local runner: what it remembers, how a process ended, sockets that the keeper does not give back."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

import pytest

from odcpub.engines.runner import process as processes
from odcpub.engines.runner.sockets import Keeper, Ports, private
from odcpub.engines.runner.state import State, States
from odcpub.errors import EngineError
from odcpub.waiting import looks


def test_a_state_that_can_not_be_read_is_told_and_not_taken_for_none(tmp_path: Path) -> None:
    states = States(tmp_path)
    states.write(State("qa", "shop", 8100))
    states.write(State("qa", "other", 8101))
    assert states.read("qa", "nothing") is None
    for damaged in ('{"stage": "qa"}', "", "[]"):
        (tmp_path / "qa" / "shop.json").write_text(damaged)
        with pytest.raises(EngineError, match="cannot be read") as raised:
            states.read("qa", "shop")
        assert f"mv '{tmp_path}/qa/shop.json'" in raised.value.hint
        assert [state.asset for state in states.all()] == ["other"]


@pytest.mark.parametrize(
    ("number", "said"), [(signal.SIGKILL, "SIGKILL"), (signal.SIGRTMIN + 1, f"signal {signal.SIGRTMIN + 1}")]
)
def test_how_a_process_was_ended_is_told_for_every_signal(tmp_path: Path, number: int, said: str) -> None:
    code = f"import os; os.kill(os.getpid(), {number})"
    pid, began = processes.spawn([sys.executable, "-S", "-c", code], tmp_path, {}, tmp_path / "log", ())
    for _ in looks(20, 0.01):
        if not processes.alive(pid, began):
            break
    assert processes.exit_reason(pid) == f"its process was ended by {said}"


def test_a_socket_that_a_slow_keeper_does_not_give_is_still_the_apps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper, listener = Keeper(tmp_path), private()
    monkeypatch.setattr(keeper, "_ask", lambda message, *_: None if message["do"] == "get" else ({"done": True}, None))
    keeper.put("qa/shop", listener)
    for _ in range(2):
        found = keeper.get("qa/shop")
        assert found is not None
        assert found.getsockname() == listener.getsockname()
        found.close()
    assert keeper.get("qa/other") is None
    listener.close()
    keeper.leave()


def test_ports_of_what_was_undeployed_are_given_again_when_there_are_no_others(tmp_path: Path) -> None:
    with private() as one:
        port = one.getsockname()[1]
    deployed = {"qa/one"}
    ports = Ports(tmp_path / "ports.json", deployed.__contains__, port, port)
    ports.listen("qa/one", str).close()
    with pytest.raises(EngineError, match="no free port"):
        ports.listen("qa/two", str)
    deployed.clear()
    with ports.listen("qa/two", str) as found:
        assert found.getsockname()[1] == port
    assert json.loads((tmp_path / "ports.json").read_text()) == {"qa/two": port}
