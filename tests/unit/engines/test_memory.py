"""Engines in memory keep what their ports promise; the registry's promises: tests/contract/test_registry.py."""

from __future__ import annotations

from dataclasses import replace

import pytest

from odcpub.compiler.drafts import Assembly
from odcpub.data.schema import Schema
from odcpub.deployment.workload import Workload
from odcpub.engines.memory import MemoryBuilder, MemoryCompiler, MemoryDatabase, MemoryRegistry, MemoryRunner
from odcpub.engines.ports import CSharpCompiler, Database, ImageBuilder, Place, Registry, Runner
from odcpub.errors import EngineError, Refused
from odcpub.image.content import File, ImageContent, LayerContent, Settings

REGISTRY: Registry = MemoryRegistry()
PORTS: tuple[CSharpCompiler | ImageBuilder | Registry | Database | Runner, ...] = (
    MemoryCompiler(), MemoryBuilder(REGISTRY), REGISTRY, MemoryDatabase(), MemoryRunner(),
)  # fmt: skip
"""The type checker holds that each is of its port."""
ONE = Workload("Shop", "shop", "key", "qa", 1, "memory/shop@1", "shop", "sha256:1")
TWO = replace(ONE, revision=2, digest="sha256:2")


@pytest.fixture
def runner() -> MemoryRunner:
    """Revision 1 serves."""
    made = MemoryRunner()
    made.start(ONE)
    made.wait(ONE, print)
    return made


def revision(runner: MemoryRunner) -> int:
    found = runner.running("qa", "shop", "key")
    return found.revision if found else 0


def test_the_version_before_serves_until_the_new_one_is_ready(runner: MemoryRunner) -> None:
    assert [one.verb for one in runner.observe(TWO).changes] == ["update"]
    runner.start(TWO)
    assert revision(runner) == 1
    assert runner.wait(TWO, print) == "http://shop.qa.memory"
    assert revision(runner) == 2
    assert runner.observe(TWO).nothing_to_do
    assert runner.settle(TWO)


def test_what_does_not_get_ready_leaves_the_version_before(runner: MemoryRunner) -> None:
    runner.broken = "its database is gone"
    runner.start(TWO)
    with pytest.raises(EngineError, match="its database is gone"):
        runner.wait(TWO, print)
    assert not runner.take_back(TWO)
    assert revision(runner) == 1
    with pytest.raises(EngineError, match="never started"):
        runner.wait(TWO, print)


def test_what_has_become_ready_is_not_taken_back(runner: MemoryRunner) -> None:
    assert runner.take_back(ONE)
    assert revision(runner) == 1


def test_undeployed_it_is_gone_and_nobody_elses_is_touched(runner: MemoryRunner) -> None:
    for use in (lambda: runner.stop("qa", "shop", "other"), lambda: runner.start(replace(TWO, asset_key="other"))):
        with pytest.raises(Refused, match="another asset's"):
            use()
    runner.stop("qa", "shop", "key")
    assert runner.running("qa", "shop", "key") is None


def test_the_same_content_is_the_same_image_and_is_in_the_registry() -> None:
    registry = MemoryRegistry()
    builder = MemoryBuilder(registry)
    layers = (LayerContent("app", (File("app/app", b"start", 0o755),)),)
    content = ImageContent(builder.base(), layers, Settings(("/app/app",)))
    image = builder.build(content, "shop")
    assert builder.build(content, "shop") == image
    assert registry.has(image)


def test_the_same_sources_are_the_same_bytes() -> None:
    one, two = Assembly("app", ()), Assembly("other", ())
    made = MemoryCompiler().compile([one, two], {})
    assert made == MemoryCompiler().compile([one, two], {})
    assert made["app"] != made["other"]
    assert made["app"] != MemoryCompiler().compile([one], {"given": b""})["app"]


def test_a_role_with_another_password_is_amiss() -> None:
    database, place = MemoryDatabase(), Place("odc", "shop")
    assert database.prepare(place, "a").password == "a"
    assert (database.access_fault(place, "a"), bool(database.access_fault(place, "b"))) == ("", True)


def test_a_schema_is_there_once_it_was_prepared() -> None:
    database, place = MemoryDatabase(), Place("odc", "shop")
    assert database.observe(place) is None
    database.prepare(place, "a")
    assert database.observe(place) == Schema()
