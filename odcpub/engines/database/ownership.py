"""Whose a schema is, so that no app and no installation takes another's for its own. No I/O.

The mark is a line of the schema's comment: reading it costs no query of its own, a dump carries it along, and it is no
part of what fingerprints compare.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from odcpub.address import CHOOSE
from odcpub.data.literals import quoted
from odcpub.data.literals import text as literal
from odcpub.engines.ports import Owner, Place
from odcpub.errors import Refused

_MARK = re.compile(r"^odcpub: asset=(\S+) installation=(\S+)$", re.MULTILINE)
OWNED = """
obj_description(n.oid, 'pg_namespace'),
EXISTS (SELECT FROM pg_class o WHERE o.relnamespace = n.oid AND o.relkind IN ('r', 'p') AND o.relname <> ALL(%(own)s)),
(SELECT ARRAY[pg_get_userbyid(one.owner)::text, current_user::text]
 FROM (SELECT n.nspowner UNION SELECT o.relowner FROM pg_class o
       WHERE o.relnamespace = n.oid AND o.relkind = ANY('{r,p,v,m,f}')) one (owner)
 WHERE NOT pg_has_role(one.owner, 'USAGE') ORDER BY one.owner LIMIT 1)
"""
"""Of the row ``n`` of pg_namespace: its comment, whether it has tables besides the platform's ``own``; and, where it
or a table of it is of a role that the platform's user is not a member of, that role and this user."""


def marked(owner: Owner, comment: str | None) -> str | None:
    """The comment with the owner's mark below whatever else it says; None where the mark is there."""
    if _MARK.search(comment or ""):
        return None
    return "\n".join([*([comment] if comment else []), _mark(owner)])


def refuse_foreign(place: Place, comment: str | None, occupied: bool, owners: Sequence[str] | None) -> None:
    """Raises Refused where the schema is another's, or can't be changed since another role owns it. One without a mark,
    made by hand or by plain Alembic, is anybody's while it is empty, and nobody's once it has tables: whose rows they
    are, only its database's people know."""
    if place.owner is not None:
        _refuse_others(place, place.owner, comment, occupied)
    if owners:
        role, user = owners
        raise Refused(
            f"{place.database}.{place.schema}: the role {role} owns the schema or what is in it, and {user} is no "
            "member of that role; nothing was changed",
            f"let a superuser execute in the database {place.database}: {_handed_over(place.schema, user)}",
        )


def _handed_over(schema: str, user: str) -> str:
    """The statement that makes a role the owner of a schema and of all that is in it, as a dump that was restored by
    another role leaves it."""
    loop = (
        f"FOR one IN SELECT oid FROM pg_class WHERE relnamespace = {literal(quoted(schema))}::regnamespace "  # noqa: S608
        "AND relkind IN ('r', 'p', 'v', 'm', 'f') "
        f"LOOP EXECUTE format('ALTER TABLE %s OWNER TO %I', one, {literal(user)}); END LOOP"
    )
    first = f"ALTER SCHEMA {quoted(schema)} OWNER TO {quoted(user)}"
    return f"DO {literal(f'DECLARE one regclass; BEGIN {first}; {loop}; END')};"


def _refuse_others(place: Place, owner: Owner, comment: str | None, occupied: bool) -> None:
    found = _MARK.search(comment or "")
    if found is not None:
        asset, installation = found.groups()
        if (asset, installation) == (owner.asset, owner.installation):
            return
        same = asset == owner.asset
        whose = f"{'this' if same else 'another'} app (key {asset}) as installation {installation} publishes it"
    elif occupied:
        whose = "nobody that it names, and it has tables"
    else:
        return
    raise Refused(
        f"{place.database}.{place.schema}: the schema belongs to {whose}; nothing was changed",
        f"give the app or the stage another name, or use another server ({CHOOSE}); to take the "
        "schema and its rows over, which locks out whoever has them now, say so in the database "
        f"{place.database}: COMMENT ON SCHEMA {quoted(place.schema)} IS {literal(_mark(owner))};",
    )


def _mark(owner: Owner) -> str:
    return f"odcpub: asset={owner.asset} installation={owner.installation}"
