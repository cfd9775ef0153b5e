"""Engine settings: what is refused is refused before anything is left, and no password gets into them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from odcpub.engines.database.reach import Reach
from odcpub.engines.database.server import PostgresServer
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
        ({"database": "postgresql://root@one,two/shop"}, "several servers"),
        (
            {"runner": "kubernetes", "registry": "localhost:5001", "database": "postgresql://root@%2Frun%2Fpg/shop"},
            "pods reach no unix socket",
        ),
        ({"builder": "docker"}, "registry=layout is a folder"),
        ({"runner": "kubernetes"}, "registry=layout is a folder"),
        ({"runner": "kubernetes", "registry": "localhost:5001"}, "database_address"),
        ({"database_address": "db:0"}, "database_address: is a host, host:port or, for IPv6"),
        ({"database_address": "db:65536"}, "is a host, host:port"),
        ({"database_address": "-"}, "is a host, host:port"),
        ({"database_address": "::1:6432"}, r"for IPv6, \[address\]:port"),
        ({"database_address": "[db]:6432"}, "is a host, host:port"),
        ({"database_address": "db:6432,other"}, "is a host, host:port"),
        ({"database_address": "postgresql://db"}, "is a host, host:port"),
        ({"database_pooling": "statement"}, "must be 'none', 'session' or 'transaction'"),
        (
            {"database_pooling": "session"},
            "database_pooling=session: the pooler is named by database_address=host:port",
        ),
        ({"database_pooling": "session", "database_address": "10.0.0.1"}, "is named by database_address=host:port"),
        ({"database_connections": "0"}, "database_connections: is a number from 1 to 1000"),
        ({"base_image": "debian\x1b[2J"}, r"base_image: holds the character U\+001B"),
        ({"kubeconfig": "/\u202ex"}, r"kubeconfig: holds the character U\+202E"),
        ({"database_connections": "many"}, "is a number from 1 to 1000"),
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
        {"database": "postgres://root@db/shop"},
        {"database": "postgresql://root@/shop?host=/run/postgresql"},
        {
            "runner": "kubernetes",
            "registry": "localhost:5001",
            "database_address": "10.0.0.7",
            "database": "postgresql://root@/shop?host=/run/postgresql",
        },
        {"database_pooling": "session", "database_address": "127.0.0.1:6432"},
        {"database": "postgresql://root@db/shop", "database_pooling": "transaction", "database_address": "pooler"},
    ],
)
def test_what_works_together_is_taken(values: dict[str, str]) -> None:
    assert values.items() <= change(EngineSettings(), values, None).model_dump().items()


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("", "", 0),
        ("db", "db", 0),
        ("pg_bouncer.example:6432", "pg_bouncer.example", 6432),
        ("[::1]", "::1", 0),
        ("[fd00::1]:6432", "fd00::1", 6432),
    ],
)
def test_a_poolers_address_has_a_port_of_its_own(address: str, host: str, port: int) -> None:
    settings = change(EngineSettings(), {"database_address": address, "database_connections": "5"}, None)
    assert settings.reach() == Reach(host, port, "none", 5)
    assert settings.shown()["database_connections"] == "5"
    assert str(settings.reach()) == address


def test_settings_are_in_force_when_they_are_taken(tmp_path: Path) -> None:
    draft = draft_settings(tmp_path, EngineSettings(csharp="sdk"))
    assert read_settings(tmp_path) == EngineSettings()
    assert draft.stat().st_mode & 0o077 == 0
    take_settings(tmp_path, draft)
    assert read_settings(tmp_path).csharp == "sdk"


@pytest.mark.parametrize(
    ("database", "kept"),
    [
        ("postgresql://root@db/shop?sslmode=require", True),
        ("postgres://root@db:5432/other", True),
        ("postgresql://root@db:5433/shop", False),
        ("postgresql://other@db/shop", False),
        ("postgresql://root@elsewhere/shop", False),
        ("embedded", False),
    ],
)
def test_a_password_stays_with_the_login_that_it_was_given_for(database: str, kept: bool) -> None:
    before = change(EngineSettings(), {"database": "postgresql://root@db/shop"}, "sealed")
    assert change(before, {"csharp": "sdk"}, None).database_password == "sealed"
    assert change(before, {"database": database}, None).database_password == ("sealed" if kept else "")


OF_BEFORE = (
    {"database": "postgresql://root@db/shop?sslmode=verify-full"},
    {"database": "postgresql://root@db/shop?require_auth=scram-sha-256"},
    {"database": "postgresql://root@db/shop?sslmode=verify-ca&sslrootcert=ours.pem"},
    {"database": "postgresql://root@db/shop?gssencmode=require"},
    {"database_address": "fd00::1"},
)
"""What odcpub took before it looked at what holds for apps."""


@pytest.mark.parametrize("kept", OF_BEFORE)
def test_settings_of_an_odcpub_of_before_are_read_and_can_be_replaced(tmp_path: Path, kept: dict[str, str]) -> None:
    (tmp_path / "engines.json").write_text(json.dumps({"profile": "mixed", "database_password": "sealed", **kept}))
    found = read_settings(tmp_path)
    assert (found.database_password, found.registry) == ("sealed", "layout")
    assert change(found, {"database": "embedded", "database_address": ""}, None).database == "embedded"
    with pytest.raises(UsageError) as refused:
        change(EngineSettings(), kept, None)
    assert "nothing was changed" in refused.value.hint


@pytest.mark.parametrize("kept", OF_BEFORE[:4])
def test_what_cannot_hold_for_apps_is_refused_where_it_is_used(kept: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="database: "):
        PostgresServer(kept["database"], str)


def test_an_address_without_brackets_is_the_whole_of_it() -> None:
    assert EngineSettings(database_address="fd00::1").reach() == Reach("fd00::1", 0)


def test_settings_are_never_written_through_a_link(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("mine")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "engines.json.new").symlink_to(mine)
    take_settings(tmp_path / "data", draft_settings(tmp_path / "data", EngineSettings(csharp="sdk")))
    assert mine.read_text() == "mine"
    assert read_settings(tmp_path / "data").csharp == "sdk"


@pytest.mark.parametrize(
    ("chosen", "command"),
    [
        ({"builder": "docker"}, "odcpub engines set builder=docker registry=localhost:5001"),
        (
            {"runner": "kubernetes", "registry": "r:5000"},
            "odcpub engines set runner=kubernetes registry=r:5000 database_address=172.17.0.1",
        ),
    ],
)
def test_a_choice_that_needs_another_is_refused_with_the_command_that_makes_both(
    chosen: dict[str, str], command: str
) -> None:
    with pytest.raises(UsageError) as refused:
        change(EngineSettings(), chosen, None)
    assert refused.value.hint.endswith(command)
    change(EngineSettings(), dict(pair.split("=") for pair in command.split()[3:]), None)


def test_choices_that_a_profile_has_have_its_name() -> None:
    mixed = change(EngineSettings(), {"csharp": "sdk"}, None)
    assert (mixed.profile, change(mixed, {"csharp": "auto"}, None).profile) == ("mixed", "local")
