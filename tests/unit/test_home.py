"""The installation's folders: made for their owner alone, and never changed where a user has made them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from odcpub.errors import UsageError
from odcpub.home import Home


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
