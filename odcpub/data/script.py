"""A migration plan as Alembic scripts and as SQL: text only. No I/O.

One Alembic revision a phase; its id follows from the number of the deployment and the plan. The SQL beside it is what
the very script says when Alembic renders it offline, so there is one source. In a script every text of the model is a
Python literal, and every SQL text goes through ``sa.DDL`` or ``sa.literal_column``, which look for no bind parameters
in it. ``upgrade`` takes the operations to use, since ``alembic.op`` itself is one object for the whole process.
"""

from __future__ import annotations

import hashlib
from io import StringIO
from typing import Any

from odcpub.data.literals import text as literal
from odcpub.data.migration import EXPAND, MigrationPlan
from odcpub.data.script_lines import execute, step_lines

VERSION_TABLE = "odcpub_alembic"
MARKER_TABLE = "odcpub_schema"
MARKER_DDL = f"CREATE TABLE IF NOT EXISTS {MARKER_TABLE} (target text PRIMARY KEY)"


def revision_id(plan: MigrationPlan, phase: str, number: int) -> str:
    """``0007_expand_1a2b3c4d``: the Alembic revision of a deployment's phase; another plan is another revision."""
    return f"{number:04d}_{phase}_{plan_digest(plan)[:8]}"


def plan_digest(plan: MigrationPlan) -> str:
    """What a script carries to say which plan it was written from."""
    return hashlib.sha256(repr((plan.base, plan.target, plan.steps)).encode()).hexdigest()[:32]


def marker_statement(target: str) -> str:
    """Records that this target can be served."""
    return f"INSERT INTO {MARKER_TABLE} (target) VALUES ({literal(target)}) ON CONFLICT DO NOTHING"  # noqa: S608


def script_text(plan: MigrationPlan, phase: str, number: int, down: str | None) -> str:
    """The Alembic script of a phase; ``down``: the revision before it in the chain."""
    lines = [line for step in plan.steps if step.phase == phase for line in step_lines(step)]
    lines += _marker_lines(plan, phase)
    if phase != EXPAND:
        # Each statement by itself: short locks, and an index can be built concurrently. All of them can run again.
        lines = ["with op.get_context().autocommit_block():", *(f"    {line}" for line in lines)]
    body = "\n".join(f"    {line}" for line in lines)
    return _FRAME.format(
        title=f"Deployment {number}, {phase}", revision=revision_id(plan, phase, number), down=down,
        base=plan.base,
        digest=plan_digest(plan), body=body,
    )  # fmt: skip


def sql_text(script: str) -> str:
    """The SQL that a script of ``script_text`` executes, as Alembic renders it without a connection."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    buffer = StringIO()
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


def _marker_lines(plan: MigrationPlan, phase: str) -> list[str]:
    if phase == EXPAND:
        return [execute(MARKER_DDL), execute(marker_statement(plan.target))]
    return [execute(f"DELETE FROM {MARKER_TABLE} WHERE target <> {literal(plan.target)}")]  # noqa: S608
