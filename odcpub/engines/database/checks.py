"""Looks at rows that stand in the way of a migration, and says which do. Network I/O, reads only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from odcpub.data.migration import Finding, RowCheck
from odcpub.data.phases import EXPAND, Phase
from odcpub.errors import Refused, counted

if TYPE_CHECKING:
    from odcpub.engines.database.sessions import Connection

_AT_ONCE = 200
"""Counts in one query: each costs a round trip less, and what PostgreSQL plans at once stays small."""


def findings(connection: Connection, checks: Sequence[RowCheck]) -> tuple[Finding, ...]:
    """What the checks find; the connection's search path is the schema."""
    found = []
    for start in range(0, len(checks), _AT_ONCE):
        some = checks[start : start + _AT_ONCE]
        for at, count in connection.execute(_counts(some).encode()).fetchall():
            check = some[at]
            rows = connection.execute(check.query.encode()).fetchmany(check.limit)
            found.append(Finding(check, count, tuple((str(key), str(value)) for key, value in rows)))
    return tuple(found)


def _counts(checks: Iterable[RowCheck]) -> str:
    """How many rows each check finds, by its place; nothing of those that find none."""
    counts = " UNION ALL ".join(f"SELECT {at}, ({check.count})" for at, check in enumerate(checks))
    return f"SELECT * FROM ({counts}) AS counted (at, found) WHERE found > 0 ORDER BY at"  # noqa: S608 - our own text


def refusal(where: str, found: Sequence[Finding], phase: Phase = EXPAND) -> Refused:
    """What rows stand in the way, all of them, as the platform's one refusal."""
    lines, hint = [finding.told for finding in found], found[0].check.hint
    if phase == EXPAND:
        return Refused(f"{where}: rows stand in the way of the new model; nothing was changed", hint, lines)
    return Refused(
        f"{where}: the new version runs, but rows stand in the way of {counted(len(found), 'rule')} of it",
        "settle each point above, then publish or promote again",
        lines,
    )
