"""Servers killed with ``kill -9`` at every step of publish and promote: the next command's server ends the operation,
the end is the same as undisturbed, and every effect is there exactly once. Real processes, real engines."""

from __future__ import annotations

import getpass
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from odcpub.model.elements import Kind
from odcpub.operations.pipelines import PIPELINES
from odcpub.store.records import OperationKind
from tests.acceptance.conftest import NEEDED
from tests.acceptance.killed_app import STAGES, KilledApp, Zygote, gone, wait_for
from tests.acceptance.killing_server import BEFORE, DONE, PAUSED, RECORDED
from tests.installation import call, installation

KINDS = {"publish": OperationKind.PUBLISH, "promote": OperationKind.DEPLOY}
STEPS = {kind: [step.name for step in PIPELINES[of, Kind.APP]] for kind, of in KINDS.items()}
WITHIN = (
    ("publish", "compile", "odcpub.store.blobs:Blobs.put"),
    ("publish", "image", "odcpub.engines.registry.layout:LayoutRegistry.put"),
    ("publish", "image", "odcpub.store.assets:Assets.add_revision"),
    ("publish", "start", "odcpub.store.stages:Stages.begin_deployment"),
    ("publish", "start", "odcpub.engines.runner.process:spawn"),
    ("publish", "start", "odcpub.engines.runner.state:States.write"),
    ("publish", "expand", "odcpub.operations.deploying:write_scripts"),
    ("publish", "expand", "odcpub.engines.database.migrate:_Phase._execute"),
    ("publish", "ready", "odcpub.engines.runner.local:LocalRunner.wait"),
    ("publish", "tighten", "odcpub.engines.database.chain:promote"),
    ("publish", "tighten", "odcpub.engines.database.migrate:_Phase._execute"),
    ("publish", "ready", "odcpub.store.stages:Stages.end_deployment"),
)
"""Half an effect: (operation, step, function of the product after which the server dies)."""
DOWN_SECONDS = 2.0
"""Longer than a client that follows takes to ask again."""


def cases() -> Iterator[object]:
    """Locally every moment; on the cluster each step once, with its effect but before it is recorded."""
    for kind, steps in STEPS.items():
        for step in steps:
            for moment in (BEFORE, DONE, RECORDED):
                yield case("local", kind, step, moment)
        # Its only effect is that the client may leave: killed later, nobody would be there to see it.
        yield case("local", kind, "end", BEFORE)
    for kind, step, function in WITHIN:
        yield case("local", kind, step, function)
    for kind, steps in STEPS.items():
        for step in steps:
            yield case("kind", kind, step, DONE)


def case(profile: str, kind: str, step: str, moment: str) -> object:
    marks = (pytest.mark.kubernetes,) if profile == "kind" else ()
    return pytest.param(
        profile, kind, step, moment, id=f"{profile}-{kind}-{step}-{moment.rpartition(':')[2]}", marks=marks
    )


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    made = Zygote()
    yield made
    made.close()


@pytest.fixture(scope="module")
def apps(zygote: Zygote) -> Iterator[Apps]:
    with ExitStack() as stack:
        yield Apps(zygote, stack)


class Apps:
    """An app that runs in Development and QA, and what one publish and one promotion of it change when nobody is
    killed: made once a profile, at the first question."""

    def __init__(self, zygote: Zygote, stack: ExitStack) -> None:
        self._zygote, self._stack = zygote, stack
        self._made: dict[str, KilledApp] = {}
        self._changes: dict[str, dict[str, Counter[str]]] = {}

    def app(self, profile: str) -> KilledApp:
        if profile not in self._made:
            self._made[profile] = self._stack.enter_context(_published(profile, self._zygote))
        return self._made[profile]

    def undisturbed(self, profile: str) -> dict[str, Counter[str]]:
        if profile not in self._changes:
            self._changes[profile] = _undisturbed(self.app(profile))
        return self._changes[profile]


@pytest.fixture
def app(request: pytest.FixtureRequest, apps: Apps) -> KilledApp:
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if request.param == "kind" and missing:
        reason = f"the profile kind needs {', '.join(missing)}"
        assert os.environ.get("ODCPUB_TEST_REQUIRE") != "1", reason
        pytest.skip(reason)
    return apps.app(request.param)


@pytest.fixture
def undisturbed(app: KilledApp, apps: Apps) -> dict[str, Counter[str]]:
    return apps.undisturbed(app.profile)


@contextmanager
def _published(profile: str, zygote: Zygote) -> Iterator[KilledApp]:
    with installation() as odcpub:
        odcpub.use(profile)
        made = KilledApp(odcpub, zygote, profile)
        for kind in ("publish", "promote"):
            done = made.run(kind)
            assert done.code == 0, done.err
        assert call("POST", f"{made.address('Development')}/api/Item", {"Name": "Ada"}).status == 201
        yield made
        for stage in STAGES if profile == "kind" else ():
            odcpub.run("undeploy", made.name, "--stage", stage, code=None)


def _undisturbed(app: KilledApp) -> dict[str, Counter[str]]:
    found = {}
    for kind in KINDS:
        app.prepare(kind)
        before = app.effects()
        done = app.run(kind)
        assert done.code == 0, done.err
        found[kind] = change(before, app.effects())
    stage = {"publish": "development", "promote": "qa"}
    for kind, changed in found.items():
        where = stage[kind]
        assert changed["revisions"] == changed["images"] == (1 if kind == "publish" else 0)
        for one in ("columns", "versions expand", "versions tighten", "deployments Finished"):
            assert changed[f"{where} {one}"] == 1, (kind, one, changed)
    return found


def change(before: Counter[str], after: Counter[str]) -> Counter[str]:
    return Counter({name: after[name] - before[name] for name in after.keys() | before.keys()})


@pytest.mark.parametrize(("app", "kind", "step", "moment"), list(cases()), indirect=["app"])
def test_killed(app: KilledApp, undisturbed: dict[str, Counter[str]], kind: str, step: str, moment: str) -> None:
    app.prepare(kind)
    before = app.effects()
    doomed = app.armed(step, moment)
    with app.served():
        done = app.run(kind)
    assert done.code == 0, done.err
    gone(doomed)
    assert app.answering() not in (0, doomed), "the command has started the server again"
    assert change(before, app.effects()) == undisturbed[kind]
    assert_steps_ran(app, step, moment)
    assert_settled(app)
    assert_nothing_left_to_do(app, kind)


def assert_steps_ran(app: KilledApp, step: str, moment: str) -> None:
    """Every step once; the one that was killed again, unless it had been recorded."""
    began = app.began()
    again = {step} if moment not in (BEFORE, RECORDED) and step != "end" else set()
    assert {name for name, times in began.items() if times > 1} <= again, began
    assert max(began.values()) <= 2, began


def assert_settled(app: KilledApp) -> None:
    """One process of each sort; on the cluster one ReplicaSet with its pods."""
    expected = dict.fromkeys(app.processes(), 1)
    if app.profile == "kind":
        expected |= {"keeper": 0, "database": 0}
        for stage in STAGES:
            wait_for(lambda stage=stage: app.replicas(stage) == (1, 1), f"one version in {stage}")
    wait_for(lambda: app.counted() == expected, f"{expected}, there is {app.processes()}")


def assert_nothing_left_to_do(app: KilledApp, kind: str) -> None:
    plan = app.plan(kind)
    assert (plan["build"], plan["data"], plan["deploy"]) == ([], [], []), plan
    stage = "Development" if kind == "publish" else "QA"
    item = call("GET", f"{app.address(stage)}/api/Item").body
    if kind == "publish":
        names = [name for name in item["items"][0] if name.startswith("Case")]
        assert len(names) == app.edits, names
        assert {item["items"][0][name] for name in names} == {"kept"}


ON_THIS_MACHINE = pytest.mark.parametrize("app", ["local"], indirect=True)
"""Apps, keeper and database are processes of this machine."""


@ON_THIS_MACHINE
def test_killed_while_idle_the_next_server_takes_over_what_runs(app: KilledApp) -> None:
    before = app.processes()
    with app.served():
        app.kill()
        assert app.odcpub.stage(app.name, "Development")["health"] == "ready"
    assert_settled(app)
    after = app.processes()
    for name in ("keeper", "database", "app in development", "app in qa"):
        assert after[name] == before[name], f"{name} was started again"


@ON_THIS_MACHINE
def test_of_two_servers_the_second_ends(app: KilledApp, zygote: Zygote) -> None:
    app.odcpub.run("status")
    first = app.answering()
    gone(zygote.fork(app.odcpub.env))
    assert app.answering() == first


@ON_THIS_MACHINE
def test_commands_at_once_after_a_kill_share_one_server(app: KilledApp) -> None:
    app.kill()
    with ThreadPoolExecutor(3) as pool:
        assert {done.code for done in pool.map(lambda _: app.odcpub.run("status", code=None), range(3))} == {0}
    assert_settled(app)


@ON_THIS_MACHINE
def test_killed_during_operations_of_two_apps(app: KilledApp, undisturbed: dict[str, Counter[str]]) -> None:
    other = KilledApp(app.odcpub, app.zygote, "local")
    before = app.effects()
    app.armed("expand", DONE)
    with ThreadPoolExecutor(2) as pool:
        for done in pool.map(lambda each: each.publish(), (app, other)):
            assert done.code == 0, done.err
    assert change(before, app.effects()) == undisturbed["publish"]
    assert_nothing_left_to_do(app, "publish")
    found = other.effects()
    assert (found["images"], found["revisions"], found["development deployments Finished"]) == (1, 1, 1)
    assert max((app.began() | other.began()).values()) <= 2
    app.odcpub.run("undeploy", other.name, "--stage", "development")
    assert_settled(app)


@ON_THIS_MACHINE
def test_killed_keeper_loses_no_address(app: KilledApp) -> None:
    app.odcpub.run("status")
    address = app.address("Development")
    (keeper,) = app.processes()["keeper"]
    with app.served():
        os.kill(keeper, signal.SIGKILL)
        gone(keeper)
        done = app.publish()
    assert done.out.strip() == address, done.err
    assert_settled(app)


@ON_THIS_MACHINE
def test_killed_database_is_started_again_by_the_next_publish(app: KilledApp) -> None:
    (database,) = app.processes()["database"]
    os.kill(database, signal.SIGKILL)
    gone(database)
    done = app.publish()
    assert done.code == 0, done.err
    assert_settled(app)
    assert_nothing_left_to_do(app, "publish")


@ON_THIS_MACHINE
@pytest.mark.parametrize("step", ["compile", "ready", "tighten"])
def test_down_during_a_publish_which_the_next_server_ends(
    app: KilledApp, undisturbed: dict[str, Counter[str]], step: str
) -> None:
    before = app.effects()
    app.armed(step, PAUSED)
    publishing = app.publishing()
    earlier = STEPS["publish"][STEPS["publish"].index(step) - 1]
    wait_for(lambda: app.effects()["operations Running"] and app.ended(earlier), f"the end of {earlier}")
    second = app.odcpub.run("publish", str(app.model), code=None)
    assert (second.code, getpass.getuser() in second.err, "since" in second.err) == (1, True, True), second.err
    app.odcpub.run("down")
    _, told = publishing.communicate(timeout=120)
    assert (publishing.returncode, "stopped by `odcpub down`" in told, "--follow" in told) == (130, True, True), told
    time.sleep(DOWN_SECONDS)
    wait_for(lambda: not any(app.counted().values()), f"the end of everything, there is {app.processes()}")
    followed = app.odcpub.run("log", app.latest(), "--follow", code=None)
    assert followed.code == 0, followed.err
    assert change(before, app.effects()) == undisturbed["publish"]
    assert max(app.began().values()) == 1, app.began()
    assert_settled(app)
    assert_nothing_left_to_do(app, "publish")
    assert call("GET", f"{app.address('Development')}/_odc/about").body["revision"] == str(app.revision())


@ON_THIS_MACHINE
def test_down_ends_all_that_killed_servers_left(app: KilledApp) -> None:
    addresses = [app.address(stage) for stage in ("Development", "QA")]
    app.odcpub.run("down")
    wait_for(lambda: not any(app.counted().values()), f"the end of everything, there is {app.processes()}")
    app.odcpub.run("status")
    assert_settled(app)
    for address in addresses:
        wait_for(lambda address=address: call("GET", f"{address}/api/Item").status == 200, address)
