"""The PostgreSQL server that ODCPUB_TEST_DATABASE names by a superuser's URL with its password. Tests make and drop
databases there, those of stages too, so it must say of itself that it is for tests alone. Does I/O."""

from __future__ import annotations

import os
from functools import cache
from urllib.parse import SplitResult, unquote, urlsplit

import psycopg
import pytest

VARIABLE = "ODCPUB_TEST_DATABASE"
MARK = "odcpub_tests"
"""A database of this name tells a server for tests."""


@cache
def _parts() -> SplitResult:
    parts = urlsplit(os.environ[VARIABLE])
    with psycopg.connect(parts.geturl()) as connection:
        found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [MARK]).fetchone()
    if found is None:
        pytest.fail(f"{VARIABLE}: tests drop databases there; if the server is for tests alone: CREATE DATABASE {MARK}")
    return parts


def superuser(database: str = "") -> str:
    """The superuser's URL, with its password."""
    return (_parts()._replace(path=f"/{database}") if database else _parts()).geturl()


def address(database: str = "") -> str:
    """The same without the password, as people give it."""
    parts = urlsplit(superuser(database))
    return parts._replace(netloc=f"{parts.username}@{parts.hostname}:{parts.port}").geturl()


def password() -> str:
    return unquote(_parts().password or "")
