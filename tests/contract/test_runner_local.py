"""The local runner with real processes: hand-over, failure, adoption after kill -9, restart, down and resume."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from odcpub.deployment.workload import Workload
from odcpub.engines.ports import NotReady
from odcpub.engines.runner import keeper
from odcpub.engines.runner.local import LocalRunner
from odcpub.engines.runner.not_ready import LASTING_SECONDS
from odcpub.engines.runner.process import left_of
from odcpub.engines.runner.sockets import Keeper
from odcpub.errors import EngineError
from odcpub.image.content import ImageRef
from tests.contract.runners import (
    DATABASE,
    PORTS,
    READY_SECONDS,
    SECRET,
    Unpacked,
    alive,
    get,
    local_version,
    processes_of,
    publish,
    quiet,
    unpack_into,
)
from tests.waiting import wait_for

IMPATIENT_SECONDS = 3.0


def version(revision: int, mode: str = "ready") -> Workload:
    return replace(local_version(revision, mode), stage="development")


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[[], LocalRunner]]:
    made: list[LocalRunner] = []

    def runner() -> LocalRunner:
        made.append(LocalRunner(tmp_path / "home", unpack_into(tmp_path / "images"), READY_SECONDS, PORTS))
        return made[-1]

    yield runner
    for each in made or [runner()]:
        each.close()


def test_environment_is_minimal(make: Callable[[], LocalRunner], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMEBODYS_PASSWORD", "x")
    runner = make()
    plan = runner.observe(version(1))
    assert [(change.verb, change.what) for change in plan.changes] == [("start", "process helpdesk in development")]
    told = get(publish(runner, version(1)))["environment"]
    assert isinstance(told, dict)
    assert "SOMEBODYS_PASSWORD" not in told
    assert told["ODC_SECRET_Token"] == SECRET
    assert told["ODCPUB_STAGE"] == "development"


def test_no_connection_fails_over_five_versions(make: Callable[[], LocalRunner]) -> None:
    runner = make()
    address = publish(runner, version(1))
    ended, failures, seen = threading.Event(), list[str](), list[str]()

    def load() -> None:
        while not ended.is_set():
            try:
                seen.append(str(get(address)["revision"]))
            except OSError as error:
                failures.append(repr(error))
            time.sleep(0.002)

    clients = [threading.Thread(target=load) for _ in range(4)]
    for client in clients:
        client.start()
    try:
        for revision in range(1, 7):
            assert publish(runner, version(revision)) == address
            assert get(address)["revision"] == str(revision)
            wait_for(lambda revision=revision: str(revision) in seen, f"an answer of revision {revision}")
    finally:
        ended.set()
        for client in clients:
            client.join()
    assert failures == []


def test_a_kept_socket_stays_as_its_processes_set_it(tmp_path: Path) -> None:
    """Its flags are shared: an app that waits for the next connection would else block in accept for good."""
    keeper = Keeper(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as public:
        os.set_blocking(public.fileno(), False)
        keeper.put("development/one", public)
        found = keeper.get("development/one")
        assert found is not None
        with found:
            assert not os.get_blocking(public.fileno())
    keeper.end()


def test_slow_request_is_finished_by_the_old_version(make: Callable[[], LocalRunner], tmp_path: Path) -> None:
    runner = make()
    address = publish(runner, version(1))
    answers: list[dict[str, object]] = []
    asking = threading.Thread(target=lambda: answers.append(get(f"{address}/slow")))
    asking.start()
    (log,) = (tmp_path / "home" / "logs" / "development" / "helpdesk").iterdir()
    wait_for(lambda: "asked to be slow" in log.read_text())
    publish(runner, version(2))
    asking.join()
    assert answers[0]["revision"] == "1"
    assert get(address)["revision"] == "2"


def test_a_version_that_is_not_ready_in_time_leaves_the_old_one_serving(make: Callable[[], LocalRunner]) -> None:
    runner = make()
    address = publish(runner, version(1))
    runner._ready_seconds = IMPATIENT_SECONDS
    runner.start(version(2, "never"))
    with pytest.raises(NotReady, match="the schema is not there yet") as caught:
        runner.wait(version(2, "never"), quiet)
    told = "\n".join((caught.value.message, caught.value.hint, *caught.value.log))
    assert "secret is (hidden)" in told
    assert SECRET not in told
    assert "pa55word" not in told
    assert get(address)["revision"] == "1"
    assert runner.observe(version(1)).changes == ()


def refused(mended: Path) -> Workload:
    one = version(2, "refused")
    return replace(one, settings=(("ODC_SETTING_Mended", str(mended)), *one.settings))


def test_a_reason_that_does_not_go_by_itself_is_not_waited_out(make: Callable[[], LocalRunner], tmp_path: Path) -> None:
    runner = make()
    address = publish(runner, version(1))
    runner.start(refused(tmp_path / "never"))
    before = time.monotonic()
    with pytest.raises(NotReady) as caught:
        runner.wait(refused(tmp_path / "never"), quiet)
    assert LASTING_SECONDS < time.monotonic() - before < READY_SECONDS / 4
    says = "did not become ready: the database at db:5432 refuses: no pg_hba.conf entry."
    assert caught.value.message.endswith(says)
    assert get(address)["revision"] == "1"


def test_a_reason_that_is_mended_at_once_ends_nothing(make: Callable[[], LocalRunner], tmp_path: Path) -> None:
    runner = make()
    mended = tmp_path / "mended"
    runner.start(refused(mended))
    timer = threading.Timer(LASTING_SECONDS / 4, mended.touch)
    timer.start()
    assert get(runner.wait(refused(mended), quiet))["revision"] == "2"
    timer.join()


def test_changed_configuration_is_shown_without_secrets_and_restarts(make: Callable[[], LocalRunner]) -> None:
    runner = make()
    address = publish(runner, version(1))
    first = get(address)["pid"]
    secrets = (("ODCPUB_DATABASE", DATABASE), ("ODC_SECRET_Token", "another"))
    changed = replace(version(1), settings=(("ODC_SETTING_Mode", "ready"), ("ODC_SETTING_Rate", "95")), secrets=secrets)
    (change,) = runner.observe(changed).changes
    assert change.fields == (
        ("environment.ODC_SECRET_Token", "(hidden)", "(hidden)"),
        ("environment.ODC_SETTING_Rate", "", "95"),
    )
    publish(runner, changed)
    assert get(address)["pid"] != first


def test_deaf_process_is_killed_and_stop_leaves_nothing(
    make: Callable[[], LocalRunner], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("odcpub.engines.runner.local.DRAIN_SECONDS", 0.5)
    runner = make()
    address = publish(runner, version(1, "deaf"))
    pid = get(address)["pid"]
    runner.stop("development", "helpdesk")
    assert not alive(pid)
    assert runner.running("development", "helpdesk") is None
    with pytest.raises(OSError):
        get(address)
    runner.stop("development", "helpdesk")


def test_taken_port_is_passed_over_and_the_address_is_remembered(make: Callable[[], LocalRunner]) -> None:
    runner = make()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", PORTS[0]))
        other.listen()
        address = publish(runner, version(1))
        assert address == f"http://127.0.0.1:{PORTS[0] + 1}"
    runner.stop("development", "helpdesk")
    assert publish(runner, version(1)) == address
    assert publish(runner, replace(version(1), stage="qa")) == f"http://127.0.0.1:{PORTS[0]}"


def test_crashed_app_is_started_again(make: Callable[[], LocalRunner]) -> None:
    runner = make()
    address = publish(runner, version(1))
    first = get(address)["pid"]
    with pytest.raises(OSError):
        get(f"{address}/crash")
    assert get(address)["pid"] != first  # the connection waits in the socket until the new process takes it


def test_app_whose_files_were_removed_is_started_anew_by_the_next_publish(
    make: Callable[[], LocalRunner], tmp_path: Path
) -> None:
    runner = make()
    runner.resume(lambda stage, asset: None, quiet)
    address = publish(runner, version(1))
    before = get(address)["pid"]
    assert publish(runner, version(1)) == address
    assert get(address)["pid"] == before
    shutil.rmtree(tmp_path / "images")
    running = runner.running("development", "helpdesk")
    assert running is not None
    assert running.health == "failed"
    assert [change.verb for change in runner.observe(version(1)).changes] == ["update"]
    assert publish(runner, version(1)) == address
    assert get(address)["pid"] != before
    assert not alive(before)
    assert runner.observe(version(1)).changes == ()
    running = runner.running("development", "helpdesk")
    assert running is not None
    assert running.health == "ready"


def test_crashed_app_is_started_again_after_the_cache_was_emptied(
    make: Callable[[], LocalRunner], tmp_path: Path
) -> None:
    runner = make()
    address = publish(runner, version(1))
    first = get(address)["pid"]
    shutil.rmtree(tmp_path / "images")
    with pytest.raises(OSError):
        get(f"{address}/crash")
    assert get(address)["pid"] != first


def test_an_app_whose_image_is_gone_says_so_in_its_log(
    make: Callable[[], LocalRunner], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = make()
    address = publish(runner, version(1))

    def gone(_image: ImageRef) -> Unpacked:
        raise EngineError("the image is not there")

    monkeypatch.setattr(runner._restarts, "unpack", gone)
    shutil.rmtree(tmp_path / "images")
    with pytest.raises(OSError):
        get(f"{address}/crash")
    (log,) = (tmp_path / "home" / "logs" / "development" / "helpdesk").iterdir()
    wait_for(lambda: "odcpub: the image is not there" in log.read_text())


def test_down_ends_what_runs_though_the_home_was_removed(make: Callable[[], LocalRunner], tmp_path: Path) -> None:
    runner = make()
    pid = get(publish(runner, version(1)))["pid"]
    keepers = [one for one in left_of(tmp_path / "home", Path(keeper.__file__)) if one != pid]
    assert keepers
    shutil.rmtree(tmp_path / "home")
    runner.close()
    assert not alive(pid)
    assert not any(map(alive, keepers))
    assert not list(left_of(tmp_path / "home", Path(keeper.__file__)))


def test_down_ends_everything_and_resume_brings_it_back(make: Callable[[], LocalRunner], tmp_path: Path) -> None:
    runner = make()
    address = publish(runner, version(1))
    pid = get(address)["pid"]
    runner.close()
    assert not alive(pid)
    assert processes_of(tmp_path / "home") == []
    with pytest.raises(OSError):
        get(address)
    again = make()
    assert health(again) == "starting", "it will be started again in a moment"
    again.resume(lambda stage, asset: None, quiet)
    assert health(again) == "failed", "nothing is known that could be started"
    again.resume(lambda stage, asset: version(1), quiet)
    assert again.wait(version(1), quiet) == address
    assert get(address)["revision"] == "1"


def test_an_app_whose_image_is_not_there_at_the_start_is_tried_again(
    make: Callable[[], LocalRunner], monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = make()
    address = publish(runner, version(1))
    runner.close()
    again, told = make(), list[str]()
    unpack, tries = again._restarts.unpack, iter([True, True])

    def late(image: ImageRef) -> Unpacked:
        if next(tries, False):
            raise EngineError("the registry is not up yet")
        return unpack(image)

    monkeypatch.setattr(again._restarts, "unpack", late)
    again.resume(lambda stage, asset: version(1), told.append)
    assert told == ["helpdesk in development: could not be started again: the registry is not up yet"]
    wait_for(lambda: health(again) == "ready")
    assert get(address)["revision"] == "1"


def test_an_app_whose_records_are_away_at_the_start_is_tried_again(make: Callable[[], LocalRunner]) -> None:
    runner = make()
    address = publish(runner, version(1))
    runner.close()
    again, told, tries = make(), list[str](), iter([True])

    def recall(_stage: str, _asset: str) -> Workload:
        if next(tries, False):
            raise EngineError("the store does not answer")
        return version(1)

    again.resume(recall, told.append)
    assert told == ["helpdesk in development: could not be started again: the store does not answer"]
    wait_for(lambda: health(again) == "ready")
    assert get(address)["revision"] == "1"


def test_an_app_that_has_lost_its_database_is_not_called_ready(make: Callable[[], LocalRunner]) -> None:
    runner = make()
    address = publish(runner, version(1))
    assert health(runner) == "ready"
    get(f"{address}/cut")
    get(f"{address}/_odc/ready")  # for probes it is, for good
    assert health(runner) == "not ready: the database at db:5432 refuses: it is full"


def health(runner: LocalRunner) -> str:
    running = runner.running("development", "helpdesk")
    assert running is not None
    return running.health


def test_only_the_owner_reaches_the_keeper(make: Callable[[], LocalRunner], tmp_path: Path) -> None:
    publish(make(), version(1))
    assert stat.S_IMODE((tmp_path / "home" / "keeper.sock").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700
    for file in (tmp_path / "home").rglob("*"):
        if file.is_file():
            assert SECRET not in file.read_text() or file.suffix == ".log"  # the stand-in tells it on purpose
            assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0


SERVER = """
import sys, time
sys.path[:0] = [{tests!r}]
from pathlib import Path
from odcpub.engines.runner.local import LocalRunner
from tests.contract.runners import publish, unpack_into
from tests.contract.test_runner_local import version
home = Path({home!r})
runner = LocalRunner(home / "home", unpack_into(home / "images"), 60.0, {ports!r})
print(publish(runner, version(1)), flush=True)
runner.start(version(2))
print("started", flush=True)
time.sleep(60)
"""


def test_killed_server_loses_nothing_and_its_successor_adopts(make: Callable[[], LocalRunner], tmp_path: Path) -> None:
    code = SERVER.format(tests=str(Path(__file__).parents[2]), home=str(tmp_path), ports=PORTS)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        assert server.stdout.readline().strip() == "started"
        server.send_signal(signal.SIGKILL)
    assert get(address)["revision"] in ("1", "2")
    runner = make()
    runner.resume(lambda stage, asset: version(1), quiet)
    before = set(processes_of(tmp_path / "home"))
    assert publish(runner, version(2)) == address  # the interrupted operation goes on
    assert get(address)["revision"] == "2"
    assert get(address)["pid"] in before  # adopted, not started a second time
    assert len(processes_of(tmp_path / "home")) == 2  # the app and the keeper
    assert publish(runner, version(3)) == address
    assert get(address)["revision"] == "3"


def test_a_runner_that_leaves_keeps_no_apps_port(make: Callable[[], LocalRunner]) -> None:
    """As where engines are changed twice: what the second one ends must not be held by the first."""
    first = make()
    address = publish(first, version(1))
    first.leave()
    second = make()
    second.resume(lambda stage, asset: version(1), quiet)
    second.close()
    with pytest.raises(OSError):
        get(address)
    third = make()
    third.resume(lambda stage, asset: version(1), quiet)
    assert third.wait(version(1), quiet) == address
