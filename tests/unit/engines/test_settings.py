"""Engine settings: what is refused is refused before anything is left, and no password gets into them."""

from __future__ import annotations

from pathlib import Path

import pytest

from odcpub.engines.settings import EngineSettings, change, draft_settings, read_settings, take_settings
from odcpub.errors import UsageError


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"database": "postgresql://root:hunter2@db/shop"}, "carries a password"),
        ({"database": "postgresql://root@db/shop?password=hunter2"}, "carries a password"),
        ({"database": "postgresql://root@db/shop?sslmode=require&password=hunter2"}, "carries a password"),
        ({"database": "postgresql://root@db/shop#hunter2"}, "carries a password"),
        ({"database": "postgresql://db/shop"}, "scheme, user and host"),
        ({"database": "postgresql://root@db:port/shop"}, "can't be read"),
        ({"database": "postgresql://root@db/shop?sslmode=hunter2x"}, "unknown sslmode"),
        ({"builder": "docker"}, "registry=layout is a folder"),
        ({"runner": "kubernetes"}, "registry=layout is a folder"),
        ({"runner": "kubernetes", "registry": "localhost:5001"}, "database_address"),
    ],
)
def test_what_cannot_work_is_refused(values: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=says) as refused:
        change(EngineSettings(), values, None)
    assert "hunter2" not in refused.value.message.replace("hunter2x", "")
    assert "nothing was changed" in refused.value.hint


@pytest.mark.parametrize(
    "values",
    [
        {"builder": "docker", "registry": "localhost:5001"},
        {"runner": "kubernetes", "registry": "localhost:5001", "database": "postgresql://root@db:5432/postgres"},
        {"runner": "kubernetes", "registry": "localhost:5001", "database_address": "172.17.0.1"},
        {"database": "postgresql://root@db/shop?sslmode=require"},
    ],
)
def test_what_works_together_is_taken(values: dict[str, str]) -> None:
    assert values.items() <= change(EngineSettings(), values, None).model_dump().items()


def test_settings_are_in_force_when_they_are_taken(tmp_path: Path) -> None:
    draft = draft_settings(tmp_path, EngineSettings(csharp="sdk"))
    assert read_settings(tmp_path) == EngineSettings()
    assert draft.stat().st_mode & 0o077 == 0
    take_settings(tmp_path, draft)
    assert read_settings(tmp_path).csharp == "sdk"
