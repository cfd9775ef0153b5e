"""The live schema by catalog queries in one read-only snapshot: of the schema, of the server, of its tables'
stamps, four of the tables whose stamp has changed since they were last read, and one of the records of static tables,
where it has any. Does network I/O, changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from odcpub.data.annotations import read_annotation
from odcpub.data.limits import read_check
from odcpub.data.rule_names import RuleKind, kind_of
from odcpub.data.schema import Annotation, Check, Column, FileRule, ForeignKey, IndexDef, Record, Schema, Table
from odcpub.data.target import RESERVED, is_static
from odcpub.engines.database.ownership import OWNED, refuse_foreign
from odcpub.engines.ports import Place

if TYPE_CHECKING:
    from psycopg.rows import TupleRow

    from odcpub.engines.database.sessions import Connection

_SCHEMA = f"SELECT n.oid, {OWNED} FROM pg_namespace n WHERE n.nspname = %(schema)s"  # noqa: S608
_COLUMNS = """
SELECT c.oid, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
       pg_get_expr(d.adbin, d.adrelid), a.attidentity <> '', t.description, n.description
FROM pg_class c
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_description t ON t.classoid = 'pg_class'::regclass AND t.objoid = c.oid AND t.objsubid = 0
LEFT JOIN pg_description n ON n.classoid = 'pg_class'::regclass AND n.objoid = c.oid AND n.objsubid = a.attnum
WHERE c.oid = ANY(%(tables)s::oid[]) AND c.relname <> ALL(%(own)s)
ORDER BY c.relname, a.attname
"""
_CONSTRAINTS = """
SELECT c.relname, k.conname, k.contype::text, k.convalidated, k.confdeltype::text, t.relname,
       CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid) END,
       (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = k.conkey[1])
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
LEFT JOIN pg_class t ON t.oid = k.confrelid
WHERE c.oid = ANY(%(tables)s::oid[]) AND k.contype IN ('c', 'f', 'p') AND c.relname <> ALL(%(own)s)
UNION ALL
SELECT c.relname, g.tgname, 't', g.tgenabled IN ('O', 'A'), NULL, NULL, NULL,
       (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = g.tgattr[0])
FROM pg_trigger g
JOIN pg_class c ON c.oid = g.tgrelid
WHERE c.oid = ANY(%(tables)s::oid[]) AND NOT g.tgisinternal AND c.relname <> ALL(%(own)s)
ORDER BY 1, 2
"""
_INDEXES = """
SELECT c.relname, i.relname, x.indisunique, x.indisvalid AND x.indisready,
       ARRAY(SELECT coalesce(a.attname::text, '(expression)')
             FROM unnest(x.indkey::int[]) WITH ORDINALITY AS n(num, ord)
             LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = n.num ORDER BY n.ord)
FROM pg_index x
JOIN pg_class c ON c.oid = x.indrelid
JOIN pg_class i ON i.oid = x.indexrelid
WHERE c.oid = ANY(%(tables)s::oid[]) AND NOT x.indisprimary AND c.relname <> ALL(%(own)s)
ORDER BY c.relname, i.relname
"""
_USER = """
CASE v.relkind WHEN 'v' THEN 'view ' || v.oid::regclass WHEN 'm' THEN 'materialized view ' || v.oid::regclass
ELSE pg_describe_object(d.classid, d.objid, d.objsubid) END
"""
_USERS = f"""
SELECT c.relname, a.attname, {_USER}
FROM pg_depend d
JOIN pg_class c ON c.oid = d.refobjid
JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
LEFT JOIN pg_class v ON v.oid = r.ev_class
LEFT JOIN pg_attrdef g ON d.classid = 'pg_attrdef'::regclass AND g.oid = d.objid
WHERE d.refclassid = 'pg_class'::regclass AND c.oid = ANY(%(tables)s::oid[])
  AND (d.classid IN ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_proc'::regclass, 'pg_trigger'::regclass,
                     'pg_publication_rel'::regclass)
       OR g.adrelid = d.refobjid AND g.adnum <> d.refobjsubid)
  AND c.relname <> ALL(%(own)s)
UNION
SELECT c.relname, i.relname, pg_describe_object('pg_constraint'::regclass, k.oid, 0)
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.confrelid
JOIN pg_index x ON x.indexrelid = k.conindid AND NOT x.indisprimary
JOIN pg_class i ON i.oid = x.indexrelid
WHERE k.contype = 'f' AND c.oid = ANY(%(tables)s::oid[]) AND c.relname <> ALL(%(own)s)
ORDER BY 1, 2, 3
"""  # noqa: S608 - our own text
"""What holds a column's type fast (a type is changed under no view, policy, function, trigger, generated column), and
what needs a unique index: by the names of the table, and of the column or index."""
_FIRST_OF_OTHERS = 12000
"""The OIDs below are of PostgreSQL's own types, whose names stay (FirstUnpinnedObjectId in its access/transam.h)."""
_STAMPS = f"""
WITH own AS MATERIALIZED (
  SELECT oid, relname, relkind FROM pg_class WHERE relnamespace = %(schema)s::oid AND relkind IN ('r', 'p')),
row_of AS (
  SELECT oid AS it, hash_record_extended((1, relname, relkind), 0) AS hash FROM own
  UNION ALL SELECT own.oid, hash_record_extended((2, a.attnum, a.xmin, a.ctid,
           CASE WHEN a.atttypid >= {_FIRST_OF_OTHERS} THEN format_type(a.atttypid, a.atttypmod) END), 0)
    FROM pg_attribute a JOIN own ON a.attrelid = own.oid WHERE a.attnum > 0 AND NOT a.attisdropped
  UNION ALL SELECT own.oid, hash_record_extended((3, d.oid, d.xmin, d.ctid), 0)
    FROM pg_attrdef d JOIN own ON d.adrelid = own.oid
  UNION ALL SELECT own.oid, hash_record_extended((4, k.oid, t.relname, k.xmin, k.ctid), 0)
    FROM pg_constraint k JOIN own ON k.conrelid = own.oid LEFT JOIN pg_class t ON t.oid = k.confrelid
  UNION ALL SELECT own.oid,
           hash_record_extended((5, x.indexrelid, i.relname, x.indisvalid, x.indisready, x.xmin, x.ctid), 0)
    FROM pg_index x JOIN own ON x.indrelid = own.oid JOIN pg_class i ON i.oid = x.indexrelid
  UNION ALL SELECT own.oid, hash_record_extended((6, g.oid, g.xmin, g.ctid), 0)
    FROM pg_trigger g JOIN own ON g.tgrelid = own.oid WHERE NOT g.tgisinternal
  UNION ALL SELECT own.oid, hash_record_extended((7, d.refobjsubid, {_USER}), 0)
    FROM pg_depend d JOIN own ON d.refobjid = own.oid
    LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    LEFT JOIN pg_class v ON v.oid = r.ev_class
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
      AND d.classid IN ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_proc'::regclass,
                        'pg_publication_rel'::regclass)
  UNION ALL SELECT own.oid,
           hash_record_extended((8, k.conindid, pg_describe_object('pg_constraint'::regclass, k.oid, 0)), 0)
    FROM pg_constraint k JOIN own ON k.confrelid = own.oid
    JOIN pg_index x ON x.indexrelid = k.conindid AND NOT x.indisprimary WHERE k.contype = 'f'
  UNION ALL SELECT own.oid, hash_record_extended((9, n.objsubid, n.xmin, n.ctid), 0)
    FROM pg_description n JOIN own ON n.objoid = own.oid WHERE n.classoid = 'pg_class'::regclass
  UNION ALL SELECT own.oid, hash_record_extended((10, e.adnum, pg_get_expr(e.adbin, e.adrelid)), 0)
    FROM pg_depend d JOIN pg_attrdef e ON e.oid = d.objid JOIN own ON own.oid = e.adrelid
    WHERE d.classid = 'pg_attrdef'::regclass AND (d.refclassid <> 'pg_class'::regclass OR d.refobjsubid = 0)
  UNION ALL SELECT own.oid, hash_record_extended((11, k.oid, pg_get_expr(k.conbin, k.conrelid)), 0)
    FROM pg_depend d JOIN pg_constraint k ON k.oid = d.objid AND k.contype = 'c' JOIN own ON own.oid = k.conrelid
    WHERE d.classid = 'pg_constraint'::regclass AND (d.refclassid <> 'pg_class'::regclass OR d.refobjsubid = 0)
)
SELECT it, count(*) || ' ' || sum(hash) FROM row_of GROUP BY it
"""  # noqa: S608
"""By table, a hash of which rows of the catalog it is read from; two are comparable within one database. PostgreSQL
does not change such a row: it writes a new version with another place (ctid) or transaction (xmin). A sum, since
sorting thirty thousand rows would cost more than hashing them; to hash all their texts would cost four times as much.
Texts are hashed where they name something of others, which can be renamed without a new version of the table's own
rows: a column's type, what depends on the table, and in expressions a function, a sequence, a key of an enumeration.
So is what PostgreSQL changes in place."""
_SERVER = """
SELECT concat_ws(' ', %(schema)s::text, pg_postmaster_start_time(), current_setting('server_version_num'),
                 current_setting('quote_all_identifiers'), current_setting('search_path'),
                 current_setting('lc_messages')),
       pg_current_snapshot()::text
"""
"""What else the schema's texts depend on. A server that was restored from a backup could give out the same transactions
and places again: its start tells. And which transactions have ended: where those are the same, so is what they left."""
_RULES = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read of a place: the server, which transactions had ended, and of each table, by its OID, the stamp and
    the name that it had."""

    server: str = ""
    snapshot: str = ""
    stamps: Mapping[int, str] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    schema: Schema = field(default_factory=Schema)


Known = dict[Place, Seen]
"""What was read last of each place."""


def read(connection: Connection, place: Place, known: Known) -> Schema | None:
    """The schema as the session's snapshot shows it, None where it is not there. Refused where it is another's.

    The caller gives a transaction in REPEATABLE READ and ends it: left open it would hold up index builds. The very
    same schema as last time where nothing has changed, and the same tables where they have not, which ``known`` keeps.
    """
    namespace = look(connection, place)
    if namespace is None:
        return None
    where = {"schema": namespace}
    server, snapshot = connection.execute(_SERVER, where).fetchone() or ("", "")
    seen = known.get(place, Seen())
    if seen.server != server:
        seen = Seen()
    if not snapshot or seen.snapshot != snapshot:  # nothing changes a catalog but a transaction that has a number
        seen = replace(_looked_at(connection, where, seen), server=server, snapshot=snapshot)
    seen = replace(seen, schema=_with_records(connection, place, seen.schema))
    known[place] = seen
    return seen.schema


def _looked_at(connection: Connection, where: Mapping[str, int], seen: Seen) -> Seen:
    """The tables as they are now; those whose stamp has changed are read again."""
    stamps: dict[int, str] = dict(connection.execute(_STAMPS, where).fetchall())
    if seen.stamps == stamps:
        return seen
    tables = _kept(seen, stamps)
    tables |= _tables(connection, [oid for oid in stamps if oid not in tables])
    names = {oid: table.name for oid, table in tables.items()}
    return Seen("", "", stamps, names, Schema(tuple(sorted(tables.values(), key=lambda table: table.name))))


def _kept(seen: Seen, stamps: Mapping[int, str]) -> dict[int, Table]:
    """The tables whose stamp is as it was."""
    tables = {table.name: table for table in seen.schema.tables}
    return {oid: tables[name] for oid, name in seen.names.items() if seen.stamps[oid] == stamps.get(oid)}


def look(connection: Connection, place: Place) -> int | None:
    """The schema's OID, None where it is not there. Refused where it is another's."""
    found = connection.execute(_SCHEMA, {"schema": place.schema, "own": list(RESERVED)}).fetchone()
    if found is None:
        return None
    refuse_foreign(place, *found[1:])
    return int(found[0])


def _tables(connection: Connection, oids: list[int]) -> dict[int, Table]:
    """All that the catalog says of these tables, by their OIDs; nothing of the platform's own."""
    arguments = {"tables": oids, "own": list(RESERVED)}
    users = _users(connection.execute(_USERS, arguments).fetchall())
    names: dict[int, str] = {}
    columns: dict[str, list[Column]] = defaultdict(list)
    annotations: dict[str, Annotation] = {}
    for oid, table, name, type_, nullable, default, identity, about, comment in connection.execute(_COLUMNS, arguments):
        names[oid] = table
        own, annotations[table] = columns[table], read_annotation(about)
        if name is not None:
            used_by = users.get((table, name), ())
            own.append(Column(name, type_, nullable, default, identity, read_annotation(comment), used_by))
    rules = _constraints(connection.execute(_CONSTRAINTS, arguments).fetchall())
    indexes: dict[str, list[IndexDef]] = defaultdict(list)
    for table, name, unique, valid, parts in connection.execute(_INDEXES, arguments):
        used_by = users.get((table, name), ())
        indexes[table].append(IndexDef(name, tuple(parts), unique, valid, kind_of(name) is not None, used_by))
    return {
        oid: Table(
            name, tuple(columns[name]), rules.primary.get(name, ""), tuple(rules.keys[name]),
            tuple(rules.checks[name]), tuple(indexes[name]), is_static(columns[name]), (), annotations[name],
            tuple(rules.files[name]),
        )
        for oid, name in names.items()
    }  # fmt: skip


def _users(rows: Sequence[TupleRow]) -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = defaultdict(tuple)
    for table, name, user in rows:
        found[table, name] += (user,)
    return found


def _with_records(connection: Connection, place: Place, schema: Schema) -> Schema:
    """The schema with the records that its static tables have now: rows, of which the catalog knows nothing."""
    records = _records(connection, place.schema, [table.name for table in schema.tables if table.static])
    if all(table.records == tuple(records.get(table.name, ())) for table in schema.tables):
        return schema
    return Schema(tuple(replace(table, records=tuple(records.get(table.name, ()))) for table in schema.tables))


@dataclass(frozen=True, slots=True)
class _Rules:
    """Constraints and triggers, by table."""

    keys: dict[str, list[ForeignKey]] = field(default_factory=lambda: defaultdict(list))
    checks: dict[str, list[Check]] = field(default_factory=lambda: defaultdict(list))
    primary: dict[str, str] = field(default_factory=dict)
    files: dict[str, list[FileRule]] = field(default_factory=lambda: defaultdict(list))


def _constraints(rows: Sequence[TupleRow]) -> _Rules:
    found = _Rules()
    for table, name, contype, in_force, rule, target, expression, column in rows:
        if contype == "f":
            found.keys[table].append(
                ForeignKey(name, column, target, _RULES[rule], in_force, kind_of(name) is not None)
            )
        elif contype == "c":
            found.checks[table].append(read_check(name, expression, in_force, column or ""))
        elif contype == "p":
            found.primary[table] = column
        elif kind_of(name) is RuleKind.FILE:  # somebody else's triggers are none of ours
            found.files[table].append(FileRule(name, column, in_force))
    return found


def _records(connection: Connection, schema: str, tables: list[str]) -> dict[str, list[Record]]:
    """The records of all static tables by one query."""
    from psycopg import sql

    records: dict[str, list[Record]] = {table: [] for table in tables}
    if not tables:
        return records
    part = 'SELECT {name}, "id", "label", "order", "is_active" FROM {table}'
    query = sql.SQL(" UNION ALL ").join(
        sql.SQL(part).format(name=sql.Literal(table), table=sql.Identifier(schema, table)) for table in tables
    )
    for table, *record in connection.execute(sql.SQL("{} ORDER BY 1, 2").format(query)):
        key, label, order, active = record
        records[table].append((key, label, order, active))
    for own in records.values():
        own.sort()
    return records
