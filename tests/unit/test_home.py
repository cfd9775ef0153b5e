"""The installation's folders: made for their owner alone, and never changed where a user has made them."""

from __future__ import annotations

import gc
import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from odcpub.cli.client import Client
from odcpub.cli.routes import STATUS
from odcpub.errors import EngineError, UsageError
from odcpub.home import Home
from odcpub.portal import main


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "a" / "data", tmp_path / "a" / "cache", tmp_path / "a" / "run")


def mode(folder: Path) -> int:
    return folder.stat().st_mode & 0o777


def test_folders_are_made_for_their_owner_alone(home: Home) -> None:
    for _ in range(2):
        home.make()
    assert [mode(one) for one in (home.data, home.cache, home.run)] == [0o700] * 3


@pytest.mark.parametrize(("name", "open_to"), [("data", 0o750), ("data", 0o705), ("run", 0o755), ("cache", 0o775)])
def test_a_folder_that_is_open_to_others_is_refused_and_left_as_it_is(home: Home, name: str, open_to: int) -> None:
    folder: Path = getattr(home, name)
    folder.mkdir(parents=True)
    folder.chmod(open_to)
    with pytest.raises(UsageError, match="by others") as refused:
        home.make()
    assert f"chmod 700 {folder}" in refused.value.hint
    assert mode(folder) == open_to


def test_a_cache_may_be_read_by_others(home: Home) -> None:
    home.cache.mkdir(parents=True)
    home.cache.chmod(0o755)
    home.make()
    assert mode(home.cache) == 0o755


def test_another_users_folder_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.make()
    monkeypatch.setattr(os, "getuid", lambda: home.data.stat().st_uid + 1)
    with pytest.raises(UsageError, match="is not yours"):
        home.make()


PLACES = (
    *("installation", "server.log", "server.out", "server.lock", "engines.json", "vault.key"),
    *("platform.sqlite", "operations.sqlite", "operations.sqlite-wal", "postgres.log"),
    *("apps/ports.json", "apps/apps/qa/shop.json", "images/.lock", "images/index.json", "postgres/superuser"),
)


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize(
    ("put", "is_what"),
    [
        (os.mkfifo, "it is not a regular file"),
        (lambda path: path.symlink_to("/etc/hostname"), "it is a link"),
        (lambda path: path.symlink_to("/nowhere"), "it is a link"),
    ],
)
def test_what_is_no_file_of_odcpubs_is_told_before_it_is_opened(
    home: Home, name: str, put: Callable[[Path], None], is_what: str
) -> None:
    file = home.make().data / name
    file.parent.mkdir(parents=True, exist_ok=True)
    put(file)
    with pytest.raises(EngineError, match=f"^{file}: {is_what}$") as refused:
        home.check_files()
    assert refused.value.hint
    assert refused.value.exit_code == 3
    file.unlink()
    file.write_text("x")
    home.check_files()


def test_sockets_and_folders_on_another_disk_are_fine(home: Home, tmp_path: Path) -> None:
    home.make()
    (tmp_path / "disk").mkdir()
    (home.data / "postgres").symlink_to(tmp_path / "disk")
    (home.data / "apps").mkdir()
    with socket.socket(socket.AF_UNIX) as keeper:
        keeper.bind(str(home.data / "apps" / "keeper.sock"))
        home.check_files()
    os.mkfifo(home.data / "installation")
    with pytest.raises(EngineError, match="installation: it is not a regular file"):
        home.check_files()


def test_no_command_waits_for_a_pipe_and_no_server_starts(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(home)
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a server is started"))
    os.mkfifo(home.data / "installation")
    with pytest.raises(EngineError, match="installation: it is not a regular file"):
        client.request(STATUS)
    assert not client.stop(), "and there is none to end"


def test_a_server_that_meets_a_pipe_says_so_and_ends(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.make()
    monkeypatch.setattr(main, "find_home", lambda: home)
    os.mkfifo(home.data / "server.lock")
    assert main.main() == 3
    assert "server.lock: it is not a regular file" in home.failed.read_text()
    gc.enable()
