"""Whose process a pid file names: a live server's file is never taken away, anybody else's never believed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from odcpub.engines.database.embedded import EmbeddedPostgres
from odcpub.engines.database.server_process import is_server_of
from odcpub.errors import EngineError, TemporaryEngineError

Start = Callable[..., int]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a process that only looks like one with these words."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*words: str) -> int:
        sleeping = "import sys, time; print(flush=True); time.sleep(60)"
        # The program's own words come first, what follows ``-c`` is passed over by it.
        process = subprocess.Popen(
            [words[0], "-c", sleeping, *words[1:]], executable=sys.executable, stdout=subprocess.PIPE
        )
        started.append(process)
        assert process.stdout
        process.stdout.readline()
        return process.pid

    yield run
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def test_only_the_server_of_the_folder_is_its_server(tmp_path: Path, start: Start) -> None:
    cluster, other, link = tmp_path / "cluster", tmp_path / "other", tmp_path / "link"
    cluster.mkdir()
    link.symlink_to(cluster)
    assert is_server_of(start("/usr/bin/postgres", "-D", str(cluster)), cluster)
    assert is_server_of(start("/usr/bin/postgres", "-D", str(link)), cluster)
    assert not is_server_of(start("/usr/bin/postgres", "-D", str(other)), cluster)
    assert not is_server_of(start("/usr/bin/vi", "-D", str(cluster)), cluster)
    assert not is_server_of(start("postgres-backup", "-D", str(cluster)), cluster)
    assert not is_server_of(start("/usr/bin/postgres", str(cluster)), cluster)
    assert not is_server_of(os.getpid(), cluster)


def test_the_pid_file_of_a_server_that_lives_stays(tmp_path: Path, start: Start) -> None:
    engine = EmbeddedPostgres(tmp_path, tmp_path)
    cluster = tmp_path / "cluster"
    cluster.mkdir()
    file = cluster / "postmaster.pid"
    file.write_text(f"{start('/usr/bin/postgres', '-D', str(cluster))}\n")
    with pytest.raises(TemporaryEngineError, match="starting or ending"):
        engine._forget_dead()
    assert file.exists()
    for stale in (f"{os.getpid()}\n", "", "garbage\n"):
        file.write_text(stale)
        engine._forget_dead()
        assert not file.exists()


def test_a_stopped_one_is_not_started_again(tmp_path: Path) -> None:
    engine = EmbeddedPostgres(tmp_path / "data", tmp_path / "run")
    engine.close(stop=True)
    with pytest.raises(EngineError, match="has been stopped"):
        engine.server()
    assert not (tmp_path / "data").exists()
