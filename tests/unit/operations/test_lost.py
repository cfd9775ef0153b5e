"""What was built can be lost: publishing the same model makes it again, under the same revision if it is the same."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from odcpub.engines.ports import Tls
from odcpub.errors import EngineError, Refused
from odcpub.image.content import ImageRef
from odcpub.operations import builds, planning, workloads
from odcpub.operations import stage as stages
from odcpub.operations.core.outputs import Verified
from odcpub.operations.libraries import available
from odcpub.operations.model_files import published
from odcpub.store.records import AssetRecord, OperationKind, ReleaseRecord, RevisionRecord

from .conftest import KEY, LIBRARY, MODEL, FakeCompiler, Installed, publish


def stored(installed: Installed, number: int = 1) -> tuple[RevisionRecord, list[str]]:
    """The library's revision, and the digests of its files."""
    revision = installed.store.assets.revision(LIBRARY, number)
    assert revision is not None
    parts = json.loads(installed.store.blobs.get(revision.build))
    return revision, [digest for files in parts.values() for digest in files.values()]


def lose(installed: Installed, digest: str) -> None:
    installed.store.blobs._path(digest).unlink()


def to_make(installed: Installed, library: AssetRecord) -> tuple[str, ...]:
    build = planning.publish(installed.platform, installed.sent(Path(library.folder)), "ada").build
    assert build is not None
    return build.does


def test_nothing_lost_is_nothing_to_do(installed: Installed, library: AssetRecord) -> None:
    assert publish(installed, library).unchanged
    assert to_make(installed, library) == ()


@pytest.mark.parametrize("what", ["build", "file"])
def test_a_library_is_whole_again_after_the_next_publish(installed: Installed, library: AssetRecord, what: str) -> None:
    revision, files = stored(installed)
    lose(installed, revision.build if what == "build" else files[0])
    assert to_make(installed, library)[1] == "store the build of revision 1 again, which is not whole"
    unit = publish(installed, library)
    assert (unit.unchanged, unit.revision) == (False, 1)
    assert stored(installed) == (revision, files)
    assert publish(installed, library).unchanged


def test_what_is_made_otherwise_now_is_a_new_revision(
    installed: Installed, library: AssetRecord, compiler: FakeCompiler
) -> None:
    lose(installed, stored(installed)[1][0])
    compiler.content = b"another"
    assert publish(installed, library).revision == 2


def test_who_uses_it_is_told_how_to_have_it_again(installed: Installed, library: AssetRecord) -> None:
    revision, files = stored(installed)
    lock = json.dumps({"Money": {"asset": LIBRARY, "version": "0.1.0", "revision": 1, "digest": revision.build}})
    assert list(builds.locked_libraries(installed.platform, lock)) == ["Money"]
    lose(installed, files[0])
    with pytest.raises(EngineError, match=r"Money 0\.1\.0: contents of its stored build are missing") as caught:
        builds.locked_libraries(installed.platform, lock)
    assert "revision 1" in caught.value.hint


def test_a_lost_model_is_told_by_its_library_and_made_again(installed: Installed, library: AssetRecord) -> None:
    assets, memory = installed.store.assets, installed.platform.caches
    assets.release(ReleaseRecord(LIBRARY, "0.1.0", 1, "first", "", "ada"))
    lose(installed, stored(installed)[0].model)
    memory._models.clear()
    there = available(installed.platform)
    assert list(there) == ["Money"]
    with pytest.raises(EngineError, match=r"Money 0\.1\.0: the stored model of revision 1 is missing") as caught:
        there["Money"]
    assert "revision 1" in caught.value.hint
    publish(installed, library)
    memory._models.clear()
    assert [one.version for one in available(installed.platform)["Money"]] == ["0.1.0"]


def test_an_app_is_there_with_its_image_alone(installed: Installed) -> None:
    build = installed.store.blobs.put(json.dumps({"app": {}}).encode())
    made = installed.store.assets.revision(KEY, installed.revision())
    assert made is not None
    revision = replace(made, build=build)
    assert builds.is_there(installed.platform, revision)
    installed.engines.lost.add(revision.image)
    assert not builds.is_there(installed.platform, revision)
    with pytest.raises(Refused, match="revision 1: the registry layout"):
        stages.check_image(installed.platform, revision)


def test_the_same_image_is_the_same_revision(installed: Installed) -> None:
    number = installed.revision()
    run = installed.operation(OperationKind.PUBLISH)
    verified = Verified(installed.platform.caches.keep(MODEL), "{}", "", "c1", "sdk", "s")
    for digest, expected in (("sha256:1", number), ("sha256:2", number + 1)):
        assert builds.add_revision(run, verified, "", ImageRef("shop", digest)).number == expected


def test_a_publish_that_does_not_serve_yet_renames_nothing(installed: Installed) -> None:
    number, before = installed.revision(), installed.platform.asset("shop")
    installed.asset = replace(installed.asset, name="Outlet", folder="/elsewhere", host="desk")
    run = installed.operation(OperationKind.PUBLISH)
    verified = Verified(installed.platform.caches.keep(MODEL), "{}", "", "c1", "sdk", "s")
    assert builds.add_revision(run, verified, "", ImageRef("shop", "sha256:2")).number == number + 1
    assert installed.platform.asset(KEY) == before
    published(run)
    assert installed.platform.asset(KEY).name == "Outlet"


@pytest.mark.parametrize(
    ("more", "told"),
    [({"tls": Tls("verify-full")}, "sslmode=verify-full"), ({"pooling": "session"}, "a session pooler")],
)
def test_a_revision_whose_app_knows_neither_tls_nor_poolers_is_refused_where_they_are_asked_for(
    installed: Installed, more: dict[str, Any], told: str
) -> None:
    """It would start, and fail at every request."""
    record = installed.store.assets.revision(KEY, installed.revision())
    assert record is not None
    aim = workloads.target(installed.operation(revision=1), record)
    stages.check_database(installed.platform, aim, record)
    plain = installed.engines.login(stages.place(installed.platform, aim), "p")
    installed.engines.login = lambda *_: replace(plain, **more)  # type: ignore[method-assign]
    with pytest.raises(
        Refused, match=f"revision 1 of Shop: was published by an older odcpub, whose apps do not support {told}"
    ):
        stages.check_database(installed.platform, aim, record)
    verified = Verified(record.model, "{}", "", "c1", "sdk", record.schema)
    installed.platform.ledger.record(record.operation, 0, verified)
    stages.check_database(installed.platform, aim, record)
