"""What the platform's sessions set for themselves, whatever server, database, role or environment say. No network I/O.

Left to the server's administrator: where things are put and how (``default_tablespace``,
``default_table_access_method``, ``default_toast_compression``, ``synchronous_commit``), and whether anything may be
written at all (``default_transaction_read_only``: who freezes a database means this platform, too).
"""

from __future__ import annotations

import os

SETTINGS = {
    # how types, expressions, definitions and values are printed
    "bytea_output": "hex",
    "datestyle": "ISO,YMD",
    "extra_float_digits": "1",
    "intervalstyle": "postgres",
    "lc_monetary": "C",
    "lc_numeric": "C",
    "lc_time": "C",
    "quote_all_identifiers": "off",
    "search_path": "pg_catalog",
    "timezone": "UTC",
    "timezone_abbreviations": "Default",
    "xmlbinary": "base64",
    "xmloption": "content",
    # how they are read
    "array_nulls": "on",
    "backslash_quote": "safe_encoding",
    "check_function_bodies": "on",
    "client_encoding": "UTF8",
    "default_text_search_config": "pg_catalog.simple",
    "escape_string_warning": "on",
    "standard_conforming_strings": "on",
    "transform_null_equals": "off",
    # what a transaction sees, and whether an error ends the session
    "default_transaction_deferrable": "off",
    "default_transaction_isolation": "read committed",
    "exit_on_error": "off",
    "row_security": "off",
    # limits meant for others, which would cut an index build or free the lock of a migration
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
    "statement_timeout": "0",
}
"""Each is there in every supported version, and anybody may set it: another one would end the login."""
_SINCE = ((170000, "transaction_timeout", "0"),)
"""What only later versions have: version, name, value."""


def startup(**more: str) -> str:
    """The settings as the start-up parameter ``options``, in force before the first statement."""
    return " ".join(f"-c {name}={_escaped(value)}" for name, value in (SETTINGS | more).items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(" ", "\\ ")


def later(version: int) -> str:
    """A statement that sets what a server of this version (``180001``) has besides; empty where that is nothing."""
    return "; ".join(f"SET {name} = {value}" for since, name, value in _SINCE if version >= since)


def as_query() -> str:
    """The settings as one query, for sessions that somebody else opens."""
    return "SELECT " + ", ".join(f"set_config('{name}', '{value}', false)" for name, value in SETTINGS.items())


def forget_environment() -> None:
    """libpq would take what an address leaves out from the environment of this process, which is that of whoever
    started it; some of it can be told off in no other way (``PGSERVICE``, ``PGTZ``)."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]
