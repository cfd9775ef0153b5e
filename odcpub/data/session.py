"""What a session of an app must be, as settings of its role in its database. No I/O.

Names and values depend on them. Poolers refuse them when a connection is opened, so they are the role's; apps look for
them before they are ready (templates/api/runtime/Session.cs).
"""

from __future__ import annotations

SETTINGS = (
    ("client_encoding", "UTF8"), ("datestyle", "ISO, YMD"), ("intervalstyle", "postgres"), ("timezone", "UTC"),
    ("default_transaction_isolation", "read committed"),
)  # fmt: skip
"""Besides the search path, which is the app's schema alone."""


def own_session() -> str:
    """SQL that sets them for whoever runs it, with the schema in which tables are made."""
    rows = ", ".join(f"('{name}', '{value}')" for name, value in SETTINGS)
    return f"""\
-- What the sessions of the app's user must be: that user runs this file.
DO $$
DECLARE
    name text;
    value text;
BEGIN
    FOR name, value IN VALUES ('search_path', current_schema()::text), {rows} LOOP
        EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET %s TO %L', current_database(), name, value);
    END LOOP;
END
$$;"""
