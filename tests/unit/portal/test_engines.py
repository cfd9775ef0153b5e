"""Choosing other engines: never under an operation's feet, and all or nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from odcpub.deployment.stages import DEFAULT_STAGES
from odcpub.engines.csharp.server import RoslynCompiler
from odcpub.engines.factory import Engines
from odcpub.errors import EngineError, Refused, UsageError
from odcpub.home import Home
from odcpub.operations import durable, requests
from odcpub.operations.core.command import Deploy
from odcpub.operations.core.outputs import AssetRef
from odcpub.portal import engine_choice, idleness, life
from odcpub.portal.life import Server
from odcpub.portal.store_move import move_store
from odcpub.store.records import AssetRecord

SHOP = AssetRecord("2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10", "Shop", "app", "shop", "/models/shop", "")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(Server, "_warm", lambda _: None)
    monkeypatch.setattr(durable, "begin", lambda _: None)
    made = Server(Home(tmp_path, tmp_path / "cache", tmp_path / "run"))
    made.platform.store.assets.register(SHOP)
    yield made
    made.platform.store.close()


def change(server: Server, values: dict[str, str], password: str | None = None) -> None:
    server.engines.change(server.engines.other(None, values, password, ""), server.platform)


def begin(server: Server) -> None:
    shop, where = AssetRef(SHOP.key, SHOP.name), requests.stage_ref(DEFAULT_STAGES[1])
    requests.begin(server.platform, Deploy(actor="ada", stage=where, asset=shop, revision=1), "")


@pytest.mark.parametrize("apps", [True, False])
def test_told_to_end_it_leaves_word_for_those_who_wait(
    server: Server, monkeypatch: pytest.MonkeyPatch, apps: bool
) -> None:
    """Not where a server of another version takes over."""
    home = server.platform.home.make()
    monkeypatch.setattr(durable, "shut_down", lambda: None)
    monkeypatch.setattr(life.os, "kill", lambda *_: None)
    server.stop(apps)
    assert home.stopped.exists() == apps


def test_told_to_end_it_ends_whatever_cannot_be_ended(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    killed, closed = list[int](), list[bool]()

    def broken() -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(durable, "shut_down", broken)
    monkeypatch.setattr(server.loading, "_ended", threading.Event())
    server.loading._ended.set()
    monkeypatch.setattr(server.engines, "close", closed.append)
    monkeypatch.setattr(life.os, "kill", lambda pid, _: killed.append(pid))
    server.stop(True)
    assert (closed, killed) == ([True], [server.pid])


def test_a_data_folder_that_was_removed_or_replaced_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Server, "_warm", lambda _: None)
    folder = tmp_path / "data"
    folder.mkdir()
    server = Server(Home(folder, tmp_path / "cache", tmp_path / "run"))
    server.check_folder()
    folder.rename(tmp_path / "moved")
    for _ in ("gone", "another"):
        with pytest.raises(EngineError, match=f"{folder}: the data folder has gone") as caught:
            server.check_folder()
        assert "odcpub down" in caught.value.hint
        folder.mkdir(exist_ok=True)
    server.platform.store.close()


def test_it_says_how_long_its_end_can_take() -> None:
    """Steps at work 10 s, apps' last requests 35 s and 5 s to kill them, the database 60 s."""
    assert life.longest_end() > 10 + 35 + 5 + 60


def test_refused_while_an_operation_runs(server: Server) -> None:
    begin(server)
    with pytest.raises(Refused, match="an operation is running"):
        change(server, {"csharp": "sdk"})
    assert server.engines.current().settings.csharp == "auto"


def test_no_operation_begins_while_engines_change(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    leave, began = server.engines._leave, threading.Event()

    def slow(others: Any) -> None:
        def meanwhile() -> None:
            begin(server)
            began.set()

        threading.Thread(target=meanwhile, daemon=True).start()
        assert not began.wait(0.2), "an operation began while its engines were being closed"
        leave(others)

    monkeypatch.setattr(server.engines, "_leave", slow)
    change(server, {"csharp": "sdk"})
    assert began.wait(5)
    assert server.engines.current().settings.csharp == "sdk"


@pytest.mark.parametrize("values", [{"builder": "docker"}, {"database": "postgresql://a@b/c?password=x"}, {"no": "x"}])
def test_what_is_refused_leaves_the_engines_as_they_are(server: Server, values: dict[str, str]) -> None:
    before = server.engines.current()
    with pytest.raises(UsageError):
        change(server, values)
    assert server.engines.current() is before


def test_what_cannot_be_written_leaves_the_engines_as_they_are(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    before = server.engines.current()
    monkeypatch.setattr(engine_choice, "draft_settings", full)
    with pytest.raises(OSError, match="No space"):
        change(server, {"csharp": "sdk"})
    assert server.engines.current() is before
    assert not (tmp_path / "engines.json").exists()


def test_connections_are_closed_with_their_engines(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    change(server, {"registry": "localhost:5001"})
    closed: list[str] = []
    registry = server.engines.current().registry
    monkeypatch.setattr(type(registry), "close", lambda one: closed.append(one.host))
    change(server, {"registry": "localhost:5002"})
    assert closed == ["localhost:5001"]


def test_a_warm_compiler_is_kept_where_the_choice_of_it_stays(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[RoslynCompiler] = []
    monkeypatch.setattr(RoslynCompiler, "close", lambda one: closed.append(one))
    warm = server.engines.current().roslyn
    change(server, {"registry": "localhost:5001"})
    assert server.engines.current().roslyn is warm
    assert not closed
    change(server, {"csharp": "sdk"})
    assert server.engines.current().roslyn is not warm
    assert closed == [warm]


ELSEWHERE = {"runner": "kubernetes", "registry": "localhost:5001", "database": "postgresql://ada@db:5432/odcpub"}


@pytest.mark.parametrize(("values", "ends"), [({}, False), ({"csharp": "sdk"}, False), (ELSEWHERE, True)])
def test_long_idle_it_ends_where_nothing_that_is_deployed_needs_it(
    server: Server, monkeypatch: pytest.MonkeyPatch, values: dict[str, str], ends: bool
) -> None:
    monkeypatch.setattr(idleness, "deployed", lambda _: True)
    if values:
        change(server, values, "secret" if "database" in values else None)
    assert not server.idleness.is_idle()
    monkeypatch.setattr(idleness, "IDLE_SECONDS", 0)
    assert server.idleness.is_idle() == ends
    (server.platform.home.data / "engines.json").write_text("{")
    assert not server.idleness.is_idle(), "for all it knows, something does"


def test_what_should_run_runs_once_the_settings_of_engines_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warmed = threading.Event()
    monkeypatch.setattr(Engines, "warm", lambda *_: warmed.set())
    made = Server(Home(tmp_path, tmp_path / "cache", tmp_path / "run"))
    (tmp_path / "engines.json").write_text("{")
    made._warm()
    with pytest.raises(UsageError):
        made.engines.current()
    assert not warmed.is_set()
    (tmp_path / "engines.json").unlink()
    made.engines.current()
    assert warmed.wait(5)
    made.platform.store.close()


def test_which_cluster_is_meant_is_kept_unless_another_is_chosen_meanwhile(server: Server) -> None:
    from odcpub.engines.settings import read_settings

    change(server, ELSEWHERE | {"kubeconfig": "/nowhere", "context": "x"}, "secret")
    before = read_settings(server.platform.home.data)
    server.engines.keep_cluster(before, "x", "uid")
    assert read_settings(server.platform.home.data) == before.model_copy(update={"cluster": "uid"})
    server.engines.keep_cluster(before, "x", "another")
    assert read_settings(server.platform.home.data).cluster == "uid"
    change(server, {"csharp": "sdk"})
    assert read_settings(server.platform.home.data).cluster == "uid"
    change(server, {"runner": "local"})
    assert read_settings(server.platform.home.data).cluster == ""


def test_the_store_stays_where_it_is_while_an_operation_runs(server: Server) -> None:
    begin(server)
    with pytest.raises(Refused, match="the store cannot be moved: an operation is running"):
        move_store(server.platform, "postgresql://ada@127.0.0.1:1/records", "secret")
    assert not (server.platform.home.data / "store.json").exists()


def test_scripts_of_an_odcpub_of_before_are_in_the_store_once_a_server_has_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Server, "_warm", lambda _: None)
    file = tmp_path / "migrations" / "qa" / "shop" / "versions" / "0001_expand_0123abcd.py"
    file.parent.mkdir(parents=True)
    file.write_text("parts = []\n")
    for _ in range(2):
        made = Server(Home(tmp_path, tmp_path / "cache", tmp_path / "run"))
        chain = made.platform.store.scripts("shop", "qa")
        assert (chain.names("versions"), chain.read("versions", file.name)) == ([file.name], "parts = []\n")
        made.platform.store.close()
    assert file.exists()
