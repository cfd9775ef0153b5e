"""A migration plan as Alembic scripts and as SQL: text only. No I/O.

One Alembic revision for whatever commits by itself: one for ``expand``, one for each statement of ``tighten``, so that
the chain is exactly what was executed, wherever it ended. Ids follow from the number of the deployment and the plan.
The SQL beside a script is what the very script says when Alembic renders it offline, so there is one source. In a
script every text of the model is a Python literal, and every SQL text goes through ``sa.DDL`` or
``sa.literal_column``, which look for no bind parameters in it. ``upgrade`` takes the operations to use, since
``alembic.op`` itself is one object for the whole process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

from odcpub.data.literals import text as literal
from odcpub.data.migration import EXPAND, TIGHTEN, MigrationPlan, Step
from odcpub.data.script_lines import execute, step_parts
from odcpub.data.session import own_session
from odcpub.late import load_alembic

VERSION_TABLE = "odcpub_alembic"
MARKER_TABLE = "odcpub_schema"
MARKER_DDL = f"CREATE TABLE IF NOT EXISTS {MARKER_TABLE} (target text PRIMARY KEY)"


_AS_WRITTEN = "SET standard_conforming_strings = on;\n\n"
"""SQL files are executed by hand in anybody's session, where a backslash could mean something."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is one revision. ``part``: its place in ``tighten``, from 1; 0 for all of ``expand``. ``tables``: those it
    locks. ``concurrent``: it has no transaction around it. ``soon``: it waits for no rows."""

    phase: str
    part: int
    lines: tuple[str, ...]
    tables: tuple[str, ...] = ()
    concurrent: bool = False
    soon: bool = False


def pieces(plan: MigrationPlan, phase: str) -> tuple[Piece, ...]:
    """The revisions of a phase, in order."""
    found = [step for step in plan.steps if step.phase == phase]
    if phase == EXPAND:
        lines = (line for step in found for part in step_parts(step) for line in part)
        tables = dict.fromkeys(table for step in found for table in _tables(step))
        recorded = (execute(MARKER_DDL), execute(marker_statement(plan.target)))
        return (Piece(phase, 0, (*lines, *recorded), tuple(tables)),)
    return tuple(Piece(phase, part, *statement) for part, statement in enumerate(_statements(plan, found), start=1))


def _statements(
    plan: MigrationPlan, steps: list[Step]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], bool, bool]]:
    for step in steps:
        for lines in step_parts(step):
            yield lines, _tables(step), step.concurrent, step.soon
    if steps:
        forget = execute(f"DELETE FROM {MARKER_TABLE} WHERE target <> {literal(plan.target)}")  # noqa: S608
        yield ("# earlier versions have gone", forget), (MARKER_TABLE,), False, False


def _tables(step: Step) -> tuple[str, ...]:
    return tuple(str(value) for name, value in step.arguments if name in ("table", "target"))


def revision_id(plan: MigrationPlan, phase: str, number: int, part: int = 0) -> str:
    """``0007_expand_1a2b3c4d``, ``0007_tighten_1a2b3c4d_003``: the Alembic revision of a deployment's piece; another
    plan is another revision."""
    tail = f"_{part:03d}" if part else ""
    return f"{number:04d}_{phase}_{plan_digest(plan)[:8]}{tail}"


def plan_digest(plan: MigrationPlan) -> str:
    """What a script carries to say which plan it was written from."""
    return hashlib.sha256(repr((plan.base, plan.target, plan.steps)).encode()).hexdigest()[:32]


def marker_statement(target: str) -> str:
    """Records that this target can be served."""
    return f"INSERT INTO {MARKER_TABLE} (target) VALUES ({literal(target)}) ON CONFLICT DO NOTHING"  # noqa: S608


def script_text(plan: MigrationPlan, piece: Piece, number: int, down: str | None) -> str:
    """The Alembic script of a piece; ``down``: the revision before it in the chain."""
    lines = piece.lines
    if piece.concurrent:
        lines = ("with op.get_context().autocommit_block():", *(f"    {line}" for line in lines))
    body = "\n".join(f"    {line}" for line in lines)
    title = f"Deployment {number}, {piece.phase}{f' {piece.part}' if piece.part else ''}"
    return _FRAME.format(
        title=title, revision=revision_id(plan, piece.phase, number, piece.part), down=down, base=plan.base,
        digest=plan_digest(plan), body=body,
    )  # fmt: skip


def sql_text(script: str) -> str:
    """The SQL that a script of ``script_text`` executes, as Alembic renders it without a connection."""
    load_alembic()
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    buffer = StringIO(_AS_WRITTEN)
    buffer.seek(len(_AS_WRITTEN))
    context = MigrationContext.configure(
        dialect_name="postgresql",
        dialect_opts={"paramstyle": "named"},
        opts={"as_sql": True, "output_buffer": buffer, "transaction_per_migration": True},
    )
    module: dict[str, Any] = {}
    exec(compile(script, "<migration>", "exec"), module)  # noqa: S102 - our own text, every literal escaped
    with context.begin_transaction(_per_migration=True):
        module["upgrade"](Operations(context))
    return buffer.getvalue()


def whole_sql(plan: MigrationPlan) -> str:
    """All that the plan does, the record of its target, and what the Data tool sees to besides: the SQL for a database
    that it never saw."""
    every = (piece for phase in (EXPAND, TIGHTEN) for piece in pieces(plan, phase))
    texts = (sql_text(script_text(plan, piece, 1, None)).strip() for piece in every)
    return "\n\n".join((*texts, own_session()))


_FRAME = '''"""{title}. Written by odcpub; plain `alembic upgrade head` runs it, too."""

import sqlalchemy as sa
from alembic import op

revision = {revision!r}
down_revision = {down!r}
branch_labels = None
depends_on = None
plan = {digest!r}
base = {base!r}


def q(name):
    """A name in quotes: what is a keyword differs from server to server."""
    return sa.quoted_name(name, quote=True)


def upgrade(op=op) -> None:
{body}


def downgrade() -> None:
    raise NotImplementedError("nothing is taken back: deploy the revision you want instead")
'''
