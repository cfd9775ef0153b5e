"""The API's socket: found by every session of the user, and there again where somebody removed it."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import pytest

from odcpub.cli.client import Client
from odcpub.home import Home
from odcpub.portal import main
from odcpub.portal.api_socket import ApiSocket
from odcpub.portal.life import take_lock


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose path leaves room for a socket's."""
    with tempfile.TemporaryDirectory(prefix="odcpub-", dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def home(short: Path) -> Home:
    return Home(short / "data", short / "cache", short / "run").make()


@pytest.fixture
def place(home: Home, monkeypatch: pytest.MonkeyPatch, short: Path) -> Iterator[ApiSocket]:
    (short / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(short / "tmp"))
    lock = take_lock(home)
    assert lock is not None
    with lock:
        yield ApiSocket(home, lock)


def another_session(home: Home, short: Path) -> Home:
    return replace(home, run=short / "another run").make()


def test_a_command_of_another_session_finds_the_server(home: Home, place: ApiSocket, short: Path) -> None:
    other = another_session(home, short)
    assert not Client(other).running()
    with place.listen():
        assert Client(other).running()
        assert main._sole(other) is None, "a second server ends at once"
        assert home.lock.read_text().split("\n")[0] == str(os.getpid())


def test_who_reaches_the_server_can_read_who_it_is(home: Home, place: ApiSocket) -> None:
    """However slowly it writes that."""
    reached = list[bool]()

    class Slow:
        def __init__(self, file: TextIO) -> None:
            self.seek, self.truncate, self.write, self._flush = file.seek, file.truncate, file.write, file.flush

        def flush(self) -> None:
            reached.append(Client(home).running())
            self._flush()

    place._lock = Slow(place._lock)  # type: ignore[assignment]
    with place.listen():
        assert (reached, Client(home).running()) == ([False], True)


def test_a_socket_that_was_removed_is_made_again(home: Home, place: ApiSocket) -> None:
    with place.listen():
        assert place.again() is None
        shutil.rmtree(home.run)
        anew = place.again()
        assert anew is not None
        with anew:
            assert Client(home).running()
            assert place.again() is None
            assert home.run.stat().st_mode & 0o777 == 0o700


def test_without_a_runtime_folder_it_is_among_the_temporary_files(home: Home, place: ApiSocket, short: Path) -> None:
    with place.listen():
        shutil.rmtree(home.run)
        home.run.write_text("in the way, as a folder of root's is")
        anew = place.again()
        assert anew is not None
        with anew:
            assert Client(another_session(home, short)).running()


def test_another_file_in_its_place_is_no_socket_of_ours(home: Home, place: ApiSocket) -> None:
    path = home.socket("api.sock")
    with place.listen(), socket.socket(socket.AF_UNIX) as strange:
        path.unlink()
        strange.bind(str(path))
        anew = place.again()
        assert anew is not None
        anew.close()
