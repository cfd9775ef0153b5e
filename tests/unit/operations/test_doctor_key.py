"""``doctor`` tells of the key of the secrets: lost, damaged, or another one than they were written with."""

from __future__ import annotations

from typing import Any

import pytest

from odcpub.errors import EngineError
from odcpub.operations import overview
from odcpub.store.vault import Vault

from .conftest import KEY, Installed


def told(installed: Installed) -> dict[str, Any]:
    return overview._key(installed.platform)


def anew(installed: Installed) -> None:
    """As by the next server: nothing is remembered of the key."""
    vault = Vault(installed.store.vault.key_file)
    installed.store.vault = installed.store.stages._vault = vault


def test_a_fresh_installation_misses_nothing(installed: Installed) -> None:
    assert (told(installed)["state"], told(installed)["hints"]) == ("ok", [])
    assert not installed.store.vault.key_file.exists()


@pytest.mark.parametrize(
    ("content", "found"),
    [(None, "is missing, and apps are deployed"), (b"x", "is damaged"), (b"A" * 43 + b"=", "wrong key file")],
)
def test_a_key_that_is_not_the_one_is_told(installed: Installed, content: bytes | None, found: str) -> None:
    stages, file = installed.store.stages, installed.store.vault.key_file
    installed.deployed(installed.revision())
    stages.database_password(KEY, "development")
    assert told(installed)["found"] == f"{file}: is there"
    file.unlink()
    if content:
        file.write_bytes(content)
    anew(installed)
    assert told(installed)["state"] == "missing"
    assert found in told(installed)["found"]
    assert told(installed)["hints"]
    assert file.exists() == (content is not None)


@pytest.mark.parametrize("content", [None, b"x"])
def test_all_else_is_looked_at_without_the_key(installed: Installed, content: bytes | None) -> None:
    stages, file = installed.store.stages, installed.store.vault.key_file
    installed.deployed(installed.revision())
    stages.database_password(KEY, "development")
    file.unlink()
    if content:
        file.write_bytes(content)
    installed.engines.examine = lambda apps: [{"what": "all else", "apps": len(apps)}]  # type: ignore[attr-defined]
    else_, store, key = overview.doctor(installed.platform)["checks"]
    file = installed.store.folder / "platform.sqlite"
    assert store == {"what": "records of the platform", "state": "ok", "hints": [], "found": f"SQLite: {file}"}
    assert else_ == {"what": "all else", "apps": 0}
    assert key["state"] == "missing"


def test_a_key_that_cannot_be_read_is_told(installed: Installed) -> None:
    stages, file = installed.store.stages, installed.store.vault.key_file
    installed.deployed(installed.revision())
    stages.database_password(KEY, "development")
    file.unlink()
    file.mkdir()
    anew(installed)
    assert told(installed)["found"] == f"{file}: it is not a regular file"
    assert told(installed)["hints"] == ["give the file back to this user, mode 600"]
    with pytest.raises(EngineError, match="it is not a regular file"):
        stages.database_password(KEY, "development")


def test_a_key_that_others_may_read_is_told_with_the_command_that_closes_it(installed: Installed) -> None:
    file = installed.store.vault.key_file
    installed.deployed(installed.revision())
    installed.store.stages.database_password(KEY, "development")
    file.chmod(0o644)
    assert told(installed) == {
        "what": "key of secrets",
        "state": "warning",
        "found": f"{file}: is there, and others may read it",
        "hints": [f"chmod 600 {file}"],
    }
