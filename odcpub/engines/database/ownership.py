"""Whose a schema is, so that no app and no installation takes another's for its own. No I/O.

The mark is a line of the schema's comment: reading it costs no query of its own, a dump carries it along, and it is no
part of what fingerprints compare.
"""

from __future__ import annotations

import re

from odcpub.data.literals import quoted
from odcpub.data.literals import text as literal
from odcpub.engines.ports import Owner, Place
from odcpub.errors import Refused

_MARK = re.compile(r"^odcpub: asset=(\S+) installation=(\S+)$", re.MULTILINE)
OWNED = """
obj_description(n.oid, 'pg_namespace'),
EXISTS (SELECT FROM pg_class o WHERE o.relnamespace = n.oid AND o.relkind IN ('r', 'p') AND o.relname <> ALL(%(own)s))
"""
"""Of the row ``n`` of pg_namespace: its comment, and whether it has tables besides the platform's ``own``."""


def marked(owner: Owner, comment: str | None) -> str | None:
    """The comment with the owner's mark below whatever else it says; None where the mark is there."""
    if _MARK.search(comment or ""):
        return None
    return "\n".join([*([comment] if comment else []), _mark(owner)])


def refuse_foreign(place: Place, comment: str | None, occupied: bool) -> None:
    """Raises Refused where the schema is another's. One without a mark, made by hand or by plain Alembic, is anybody's
    while it is empty, and nobody's once it has tables: whose rows they are, only its database's people know."""
    if place.owner is None:
        return
    found = _MARK.search(comment or "")
    if found is not None:
        asset, installation = found.groups()
        if (asset, installation) == (place.owner.asset, place.owner.installation):
            return
        same = asset == place.owner.asset
        whose = f"{'this' if same else 'another'} app (key {asset}) as installation {installation} publishes it"
    elif occupied:
        whose = "nobody that it names, and it has tables"
    else:
        return
    raise Refused(
        f"{place.database}.{place.schema}: the schema belongs to {whose}; nothing was changed",
        "give the app or the stage another name, or use another server (odcpub engines set database=…); to take the "
        "schema and its rows over, which locks out whoever has them now, say so in the database "
        f"{place.database}: COMMENT ON SCHEMA {quoted(place.schema)} IS {literal(_mark(place.owner))};",
    )


def _mark(owner: Owner) -> str:
    return f"odcpub: asset={owner.asset} installation={owner.installation}"
