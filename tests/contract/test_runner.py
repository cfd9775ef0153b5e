"""What every runner does, whatever it runs apps on: the statements of the port ``Runner``. What is special to one is in
``test_runner_local`` and ``test_runner_kubernetes``."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

import pytest

from odcpub.errors import EngineError, Refused
from tests.contract.runners import (
    KEY,
    SECRET,
    SOON_SECONDS,
    STAGE,
    InMemory,
    OnACluster,
    OnThisMachine,
    World,
    get,
    publish,
    pushed_standin,
    quiet,
    somebody_elses_namespace,
)
from tests.waiting import wait_for

KINDS = ["memory", "local", pytest.param("kubernetes", marks=pytest.mark.kubernetes)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnACluster]:
    image = pushed_standin(tmp_path_factory.mktemp("image"))
    with somebody_elses_namespace():
        made = OnACluster(image)
        yield made
        made.close()


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    made: World
    if request.param == "kubernetes":
        made = request.getfixturevalue("cluster")
        yield made
        made.runner.stop(STAGE, "helpdesk", KEY)
        return
    made = InMemory() if request.param == "memory" else OnThisMachine(tmp_path)
    yield made
    made.runner.close()


def running(world: World) -> tuple[int, str] | None:
    """Revision and health."""
    found = world.runner.running(STAGE, "helpdesk", KEY)
    return (found.revision, found.health) if found else None


def serves(world: World, revision: int, address: str) -> None:
    assert running(world) == (revision, "ready")
    found = world.runner.running(STAGE, "helpdesk", KEY)
    assert found is not None
    assert (found.address, found.digest) == (address, world.version(revision).digest)
    if world.answers:
        assert get(address)["revision"] == str(revision)


def test_what_was_started_and_got_ready_runs_as_asked(world: World) -> None:
    assert running(world) is None
    plan = world.runner.observe(world.version(1))
    assert plan.changes and not plan.nothing_to_do
    assert {change.verb for change in plan.changes} <= {"create", "start"}
    assert SECRET not in repr(plan)
    address = publish(world.runner, world.version(1))
    serves(world, 1, address)
    assert world.runner.observe(world.version(1)).changes == ()
    if world.answers:
        environment = get(address)["environment"]
        assert isinstance(environment, dict)
        assert (environment["ODCPUB_REVISION"], environment["ODC_SECRET_Token"]) == ("1", SECRET)


@contextmanager
def asked(address: str) -> Iterator[list[str]]:
    """Inside, clients ask all the time; the revisions that have answered. Not one request may fail."""
    ended, failures, seen = threading.Event(), list[str](), list[str]()

    def ask() -> None:
        while not ended.wait(0.005):
            try:
                seen.append(str(get(address)["revision"]))
            except OSError as error:
                failures.append(repr(error))

    clients = [threading.Thread(target=ask) for _ in range(3)]
    for client in clients:
        client.start()
    try:
        yield seen
    finally:
        ended.set()
        for client in clients:
            client.join()
    assert failures == []


def test_the_next_version_takes_its_place_and_no_request_fails(world: World) -> None:
    address = publish(world.runner, world.version(1))
    before, left = world.instances(), world.left()
    with ExitStack() as load:
        seen = load.enter_context(asked(address)) if world.answers else ["2"]
        world.runner.start(world.version(2))
        assert running(world) is not None, "the old version serves on"
        assert world.runner.wait(world.version(2), quiet) == address
        assert world.runner.settle(world.version(2))
        wait_for(lambda: "2" in seen, "an answer of the new version")
    serves(world, 2, address)
    assert len(world.instances()) == 1 and not world.instances() & before, "nothing of the old one runs"
    assert len(world.left()) == len(left), "nothing of its configuration is there either"


def test_start_and_wait_can_be_repeated(world: World) -> None:
    address = publish(world.runner, world.version(1))
    before = world.instances()
    assert publish(world.runner, world.version(1)) == address
    assert world.instances() == before


def test_another_configuration_is_another_version_and_no_secret_is_shown(world: World) -> None:
    address = publish(world.runner, world.version(1))
    before = world.instances()
    another = token_hex(8)
    secrets = tuple((name, another if "Token" in name else value) for name, value in world.version(1).secrets)
    changed = replace(world.version(1), secrets=secrets)
    plan = world.runner.observe(changed)
    assert not plan.nothing_to_do
    assert another not in repr(plan)
    assert SECRET not in repr(plan)
    assert publish(world.runner, changed) == address
    if world.answers:
        environment = get(address)["environment"]
        assert isinstance(environment, dict)
        assert environment["ODC_SECRET_Token"] == another
        assert not world.instances() & before


def test_a_version_that_fails_leaves_the_one_before_it_serving(world: World) -> None:
    address = publish(world.runner, world.version(1))
    bad = world.version(2, "crash")
    began = time.monotonic()
    world.runner.start(bad)
    with pytest.raises(EngineError, match="ended with code 3") as caught:
        world.runner.wait(bad, quiet)
    assert time.monotonic() - began < SOON_SECONDS, "what has ended is not waited for"
    assert caught.value.hint
    log = getattr(caught.value, "log", ())
    assert ("cannot go on" in log) == world.answers
    for told in (caught.value.message, caught.value.hint, *log):
        assert SECRET not in told
        assert "pa55word" not in told
    assert not world.runner.take_back(bad)
    serves(world, 1, address)
    assert world.runner.observe(world.version(1)).changes == ()
    assert len(world.instances()) == 1
    assert publish(world.runner, world.version(3)) == address
    serves(world, 3, address)


def test_nothing_is_left_of_a_first_version_that_fails(world: World) -> None:
    bad = world.version(1, "crash")
    world.runner.start(bad)
    with pytest.raises(EngineError):
        world.runner.wait(bad, quiet)
    world.runner.take_back(bad)
    assert running(world) is None
    assert world.left() == []


def test_nothing_is_left_of_a_first_version_that_is_taken_back(world: World) -> None:
    world.runner.start(world.version(1, "never"))
    for _ in range(2):
        assert not world.runner.take_back(world.version(1, "never"))
        assert running(world) is None
        assert world.instances() == set()
        assert world.left() == []


def test_a_version_that_was_never_started_is_not_waited_for(world: World) -> None:
    with pytest.raises(EngineError):
        world.runner.wait(world.version(1), quiet)


def test_a_started_version_is_taken_back_and_one_that_serves_is_not(world: World) -> None:
    address = publish(world.runner, world.version(1))
    before = world.instances()
    assert world.runner.take_back(world.version(1))
    world.runner.start(world.version(2, "never"))
    for _ in range(2):
        assert not world.runner.take_back(world.version(2, "never"))
        assert world.instances() == before
        serves(world, 1, address)
    assert world.runner.observe(world.version(1)).changes == ()
    publish(world.runner, world.version(3))
    assert world.runner.take_back(world.version(3))
    assert not world.runner.take_back(world.version(1))
    serves(world, 3, address)


def test_what_was_stopped_is_gone_and_stopped_again_it_is_no_failure(world: World) -> None:
    publish(world.runner, world.version(1))
    world.runner.stop(STAGE, "helpdesk", KEY)
    assert running(world) is None
    assert world.instances() == set()
    assert world.left() == []
    world.runner.stop(STAGE, "helpdesk", KEY)
    serves(world, 2, publish(world.runner, world.version(2)))


@pytest.mark.parametrize("world", [KINDS[0], KINDS[2]], indirect=True)
def test_what_has_the_name_and_is_another_assets_stays_as_it_is(world: World) -> None:
    """Where others run apps, too; on this machine a home is one installation's, whose names are one asset's each."""
    address = publish(world.runner, world.version(1))
    other = replace(world.version(2), asset_key="another")
    for act in (world.runner.observe, world.runner.start):
        with pytest.raises(Refused):
            act(other)
    with pytest.raises(Refused):
        world.runner.stop(STAGE, "helpdesk", "another")
    serves(world, 1, address)
