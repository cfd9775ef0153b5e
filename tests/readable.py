"""How every refusal must read: what and where, how to go on, each line once, and nothing of the inside."""

from __future__ import annotations

from collections.abc import Sequence

from tests.installation import Done

INTERNAL = (
    "Traceback", "odcpub.", "psycopg", "sqlalchemy", "pydantic", "urllib3", "httpx", "NoneType", "Errno", "Error(",
    "object at 0x", "internal error",
)  # fmt: skip
OUR_FILES = ("odcpub.yaml", "odcpub.lock")


def assert_readable(done: Done, says: Sequence[str], hidden: Sequence[str] = ()) -> None:
    text = done.err
    for word in says:
        assert word in text, text
    for name in OUR_FILES:
        text = text.replace(name, "")
    for word in (*INTERNAL, *hidden):
        assert word not in text, done.err
    assert "hint: " in text or text.startswith("usage:"), done.err
    lines = [line for line in text.splitlines() if line.strip()]
    assert len(lines) == len(set(lines)), done.err
