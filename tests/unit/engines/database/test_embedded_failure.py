"""What PostgreSQL's tools say is told by its cause, and the hint is of that."""

from __future__ import annotations

from pathlib import Path

import pytest

from odcpub.engines.database.embedded_failure import failure
from odcpub.errors import TemporaryEngineError

SHARED = 'FATAL:  could not resize shared memory segment "/PostgreSQL.123" to 16 bytes: No space left on device'
TAKEN = "LOG:  could not bind IPv4 address: Address already in use"


@pytest.mark.parametrize(
    ("said", "what", "hint"),
    [
        (SHARED, "the machine's shared memory is full (/dev/shm)", "--shm-size"),
        ("FATAL:  could not write lock file: No space left on device", "the disk is full", "make room"),
        (f"could not open .psqlrc: Permission denied\n{TAKEN}\npg_ctl: failed", "its port is taken", "again"),
        ("initdb: error: what nobody knows", "pg_ctl failed: initdb: error: what nobody knows", "see its log"),
    ],
)
def test_the_last_cause_counts(said: str, what: str, hint: str) -> None:
    found = failure("pg_ctl", said, Path("/log"))
    assert found.message.startswith(f"embedded PostgreSQL: {what}")
    assert hint in found.hint
    assert isinstance(found, TemporaryEngineError) == (TAKEN in said)
