"""Secrets at rest: readable with their key alone, and their key by its owner alone."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odcpub.errors import EngineError
from odcpub.store import vault as module
from odcpub.store.vault import Vault
from tests.tries import tries


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "vault.key"


@given(st.text(max_size=50))
@tries(30)
def test_what_is_sealed_opens_and_says_nothing(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    vault = Vault(tmp_path_factory.getbasetemp() / "shared.key")
    sealed = vault.seal(text)
    assert vault.open(sealed) == text
    assert len(text) < 4 or text.encode() not in sealed
    assert vault.seal(text) != sealed, "equal secrets do not look equal"


def test_the_key_stays_and_is_its_owners_alone(key: Path) -> None:
    sealed = Vault(key).seal("s3cret")
    assert Vault(key).open(sealed) == "s3cret"
    assert key.stat().st_mode & 0o077 == 0
    assert b"s3cret" not in key.read_bytes()


def test_another_key_is_told(key: Path, tmp_path: Path) -> None:
    sealed = Vault(key).seal("s3cret")
    with pytest.raises(EngineError, match=r"other\.key"):
        Vault(tmp_path / "other.key").open(sealed)


@pytest.mark.parametrize("content", [b"", b"short", b"!" * 44])
def test_a_damaged_key_is_told(key: Path, content: bytes) -> None:
    key.write_bytes(content)
    with pytest.raises(EngineError, match=r"vault\.key"):
        Vault(key).seal("s3cret")
    assert key.read_bytes() == content, "it may still be restored"


def test_a_key_that_is_put_back_is_read_again(key: Path, tmp_path: Path) -> None:
    """By the server that has met another one in its place, or none."""
    vault = Vault(key, lambda: True)
    key.write_text("new")
    sealed = vault.seal("s3cret")
    assert vault.fingerprint("a") == vault.fingerprint("a")
    key.rename(tmp_path / "away")
    for use in (lambda: vault.open(sealed), lambda: vault.seal("x"), lambda: vault.fingerprint("x")):
        with pytest.raises(EngineError, match="is missing, and secrets are encrypted with it"):
            use()
    assert not key.exists(), "a new one is not made in silence"
    key.write_text("new")
    with pytest.raises(EngineError, match="cannot be read with this key"):
        vault.open(sealed)
    (tmp_path / "away").rename(key)
    assert vault.open(sealed) == "s3cret"


def test_a_key_behind_a_link_is_not_read(key: Path, tmp_path: Path) -> None:
    Vault(tmp_path / "elsewhere").seal("x")
    key.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EngineError, match=r"vault\.key: it is a link"):
        Vault(key).seal("s3cret")


def test_fingerprints_compare_for_who_has_the_key(key: Path, tmp_path: Path) -> None:
    vault = Vault(key)
    assert vault.fingerprint("a") == Vault(key).fingerprint("a") != vault.fingerprint("b")
    assert Vault(tmp_path / "other.key").fingerprint("a") != vault.fingerprint("a")


def test_first_uses_at_once_make_one_key(key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = module.os.urandom

    def urandom(size: int) -> bytes:
        time.sleep(0.05)
        return slow(size)

    monkeypatch.setattr(module.os, "urandom", urandom)
    vault = Vault(key)
    with ThreadPoolExecutor(4) as pool:
        sealed = list(pool.map(vault.seal, "abcd"))
    again = Vault(key)
    assert [again.open(one) for one in sealed] == list("abcd")


def test_passwords_differ_and_need_no_quoting() -> None:
    passwords = {Vault.random_password() for _ in range(100)}
    assert len(passwords) == 100
    assert all(len(one) >= 32 and not set(one) & set("'\"\\;= ") for one in passwords)
