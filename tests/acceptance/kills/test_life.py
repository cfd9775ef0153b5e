"""Servers, keeper and database killed while nothing is done, servers at once, and ``odcpub down`` in a publish."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from odcpub.home import find_home
from tests.acceptance.killed_app import DEVELOPMENT, QA, STAGES, KilledApp
from tests.acceptance.killing_server import DONE, PAUSED
from tests.acceptance.kills.killed import CLIENT_SECONDS, STEPS, assert_nothing_left_to_do, assert_settled, change
from tests.acceptance.zygote import Zygote, gone
from tests.installation import call
from tests.waiting import wait_for

DOWN_SECONDS = 2.0
"""Longer than a client that follows takes to ask again."""


def test_killed_while_idle_the_next_server_takes_over_what_runs(app: KilledApp) -> None:
    before = app.processes()
    with app.served():
        app.kill()
        assert app.odcpub.stage(app.name, DEVELOPMENT)["health"] == "ready"
    assert_settled(app)
    after = app.processes()
    for name in ("keeper", "database", *(f"app in {stage}" for stage in STAGES)):
        assert after[name] == before[name], f"{name} was started again"


def test_of_two_servers_the_second_ends(app: KilledApp, zygote: Zygote) -> None:
    app.odcpub.run("status")
    first = app.answering()
    gone(zygote.fork(app.odcpub.env))
    assert app.answering() == first


def test_a_command_of_another_session_reaches_the_server_after_a_logout(app: KilledApp) -> None:
    app.odcpub.run("status")
    first = app.odcpub.server_pid()
    shutil.rmtree(find_home(app.odcpub.env).run)
    here = app.odcpub.env
    with tempfile.TemporaryDirectory(prefix="odcpub-") as elsewhere:
        app.odcpub.env = here | {"XDG_RUNTIME_DIR": elsewhere}
        try:
            app.odcpub.run("status", timeout=60)
        finally:
            app.odcpub.env = here
    assert app.odcpub.server_pid() == first
    app.odcpub.run("status", timeout=60)
    assert app.odcpub.server_pid() == first


def test_commands_at_once_after_a_kill_share_one_server(app: KilledApp) -> None:
    app.kill()
    with ThreadPoolExecutor(3) as pool:
        assert {done.code for done in pool.map(lambda _: app.odcpub.run("status", code=None), range(3))} == {0}
    assert_settled(app)


def test_killed_during_operations_of_two_apps(app: KilledApp, undisturbed: dict[str, Counter[str]]) -> None:
    other = KilledApp(app.odcpub, app.zygote, "local")
    before = app.effects()
    app.armed("expand", DONE)
    with ThreadPoolExecutor(2) as pool:
        for done in pool.map(lambda each: each.run("publish"), (app, other)):
            assert done.code == 0, done.err
    assert change(before, app.effects()) == undisturbed["publish"]
    assert_nothing_left_to_do(app, "publish")
    found = other.effects()
    assert (found["images"], found["revisions"], found[f"{STAGES[0]} deployments Finished"]) == (1, 1, 1)
    assert max((app.began() | other.began()).values()) <= 2
    app.odcpub.run("undeploy", other.name, "--stage", STAGES[0])
    assert_settled(app)


def test_killed_keeper_loses_no_address(app: KilledApp) -> None:
    app.odcpub.run("status")
    address = app.address(DEVELOPMENT)
    (keeper,) = app.processes()["keeper"]
    with app.served():
        os.kill(keeper, signal.SIGKILL)
        gone(keeper)
        done = app.run("publish")
    assert done.out.strip() == address, done.err
    assert_settled(app)


def test_killed_database_is_started_again_by_the_next_publish(app: KilledApp) -> None:
    (database,) = app.processes()["database"]
    os.kill(database, signal.SIGKILL)
    gone(database)
    done = app.run("publish")
    assert done.code == 0, done.err
    assert_settled(app)
    assert_nothing_left_to_do(app, "publish")


@pytest.mark.parametrize("step", ["compile", "ready", "tighten"])
def test_down_during_a_publish_which_the_next_server_ends(
    app: KilledApp, undisturbed: dict[str, Counter[str]], step: str
) -> None:
    before = app.effects()
    app.armed(step, PAUSED)
    publishing = app.running("publish")
    earlier = STEPS["publish"][STEPS["publish"].index(step) - 1]
    wait_for(lambda: app.effects()["operations Running"] and app.ended(earlier), f"the end of {earlier}")
    if step != "tighten":  # then the version serves, and the next publish would take it over
        second = app.odcpub.run("publish", str(app.model), code=None)
        assert (second.code, getpass.getuser() in second.err, "since" in second.err) == (1, True, True), second.err
    app.odcpub.run("down")
    _, told = publishing.communicate(timeout=CLIENT_SECONDS)
    assert (publishing.returncode, "stopped by `odcpub down`" in told, "--follow" in told) == (130, True, True), told
    time.sleep(DOWN_SECONDS)
    wait_for(lambda: not any(app.counted().values()), f"the end of everything, there is {app.processes()}")
    followed = app.odcpub.run("log", app.latest(), "--follow", code=None)
    assert followed.code == 0, followed.err
    assert change(before, app.effects()) == undisturbed["publish"]
    assert max(app.began().values()) == 1, app.began()
    assert_settled(app)
    assert_nothing_left_to_do(app, "publish")
    assert call("GET", f"{app.address(DEVELOPMENT)}/_odc/about").body["revision"] == str(app.revision())


def test_down_ends_all_that_killed_servers_left(app: KilledApp) -> None:
    app.odcpub.run("down")
    wait_for(lambda: not any(app.counted().values()), f"the end of everything, there is {app.processes()}")
    app.odcpub.run("status")
    assert_settled(app)
    for stage in (DEVELOPMENT, QA):
        wait_for(lambda stage=stage: answers(app, stage), f"an answer in {stage}")


def answers(app: KilledApp, stage: str) -> bool:
    """Asked where it is now: while it was down, another program may have taken its port."""
    try:
        return call("GET", f"{app.address(stage)}/api/Item").status == 200
    except OSError:
        return False
