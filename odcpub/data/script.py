"""A migration plan as Alembic scripts and as SQL: text only. No I/O.

A script holds *parts*, each of them a transaction and, in the database, a revision: one part is all of ``expand``; what
``tighten`` does to one table at one stage is another. A script's own revision is that of its last part. Where its
execution ends early, the script is cut in two there, so that the chain is exactly what was executed. Ids follow from
the number of the deployment and the plan.
The SQL beside a script is what the very script says when Alembic renders it offline, so there is one source. In a
script every text of the model is a Python literal, and every SQL text goes through ``sa.DDL`` or
``sa.literal_column``, which look for no bind parameters in it. ``upgrade`` takes the operations to use, since
``alembic.op`` itself is one object for the whole process.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import groupby
from typing import TYPE_CHECKING, Any

from odcpub.data.codec import canonical
from odcpub.data.literals import text as literal
from odcpub.data.locks import strongest
from odcpub.data.migration import MigrationPlan
from odcpub.data.phases import EXPAND, PHASES, TIGHTEN, Phase
from odcpub.data.script_lines import Fragment, Stage, comment, execute, fragments, written
from odcpub.data.session import own_session
from odcpub.data.steps import AddForeignKey, Step
from odcpub.data.visible import LINE, visible
from odcpub.late import load_alembic

if TYPE_CHECKING:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    Run = Callable[[Operations], None]
    """A part of a script, given what executes its operations."""

VERSION_TABLE = "odcpub_alembic"
MARKER_TABLE = "odcpub_schema"
MARKER_DDL = f"CREATE TABLE IF NOT EXISTS {MARKER_TABLE} (target text PRIMARY KEY)"


_AS_WRITTEN = "SET standard_conforming_strings = on;\n\n"
"""SQL files are executed by hand in anybody's session, where a backslash could mean something."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a script. ``number``: its place in ``tighten``, from 1; 0 for all of ``expand``. ``tables``:
    those it locks. ``concurrent``: it has no transaction around it. ``early``: it waits for no rows. ``stage``: what it
    does to them. ``steps``: those of which it does at least a part."""

    phase: Phase
    number: int
    lines: tuple[str, ...]
    tables: tuple[str, ...] = ()
    concurrent: bool = False
    early: bool = False
    stage: Stage = Stage.CHANGE
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanParts:
    """A plan as what is executed, made once for all that write or execute it. ``digest``: what scripts carry to say
    which plan they were written from."""

    digest: str
    base: str
    expand: Part
    tighten: tuple[Part, ...]

    def of(self, phase: Phase) -> tuple[Part, ...]:
        """The parts of a phase, in the order of their execution."""
        return (self.expand,) if phase == EXPAND else self.tighten

    def files(self, phase: Phase) -> tuple[tuple[Part, ...], ...]:
        """The parts of each script: what waits for no row is one of its own."""
        return tuple(tuple(found) for _, found in groupby(self.of(phase), lambda part: part.early))

    def revision(self, phase: Phase, number: int, part: int = 0) -> str:
        """``0007_expand_1a2b3c4d``, ``0007_tighten_1a2b3c4d_003``: the Alembic revision of a deployment's part;
        another plan is another revision."""
        tail = f"_{part:03d}" if part else ""
        return f"{number:04d}_{phase}_{self.digest[:8]}{tail}"


def plan_parts(plan: MigrationPlan) -> PlanParts:
    """The parts of a plan."""
    return PlanParts(plan_digest(plan), plan.base, _expand(plan), tuple(_tighten(plan)))


def _expand(plan: MigrationPlan) -> Part:
    found = [step for step in plan.steps if step.phase == EXPAND]
    lines: list[str] = []
    for step in found:
        lines += [comment(step), *written(line for _, fragment in fragments(step) for line in fragment)]
    lines += [execute(MARKER_DDL), execute(marker_statement(plan.target))]
    return Part(EXPAND, 0, tuple(lines), _locked(found), steps=tuple(found))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in ``tighten`` something is done: what has the same place is one part."""

    late: bool
    stage: Stage
    tables: tuple[str, ...]
    alone: int = 0


def _tighten(plan: MigrationPlan) -> Iterator[Part]:
    """What takes the same locks on the same tables is one part: the fewer, the sooner all is done."""
    found: dict[_Place, list[tuple[Step, Fragment]]] = {}
    steps = [step for step in plan.steps if step.phase == TIGHTEN]
    for at, step in enumerate(steps, start=1):
        for fragment in fragments(step):
            # What is not needed any more goes with the change that it was needed for.
            stage = Stage.CHANGE if fragment[0] is Stage.TIDY else fragment[0]
            place = _Place(not step.early, stage, _tables(step), at if step.concurrent else 0)
            found.setdefault(place, []).append((step, fragment))
    order = sorted(found, key=lambda place: (place.late, place.stage, place.tables, place.alone))
    for number, place in enumerate(order, start=1):
        of = tuple(dict.fromkeys(step for step, _ in found[place]))
        lines, alone = _lines(found[place]), place.alone > 0
        yield Part(TIGHTEN, number, lines, _locked(of), alone, not place.late, place.stage, of)
    if steps:
        forget = execute(f"DELETE FROM {MARKER_TABLE} WHERE target <> {literal(plan.target)}")  # noqa: S608
        yield Part(TIGHTEN, len(order) + 1, ("# earlier versions have gone", forget), (MARKER_TABLE,))


def _lines(done: Sequence[tuple[Step, Fragment]]) -> tuple[str, ...]:
    """What the steps are in words, then the statements, joined by stage."""
    stages = sorted({stage for _, (stage, _) in done})
    joined = ([line for _, (at, lines) in done if at is stage for line in lines] for stage in stages)
    return (*dict.fromkeys(comment(step) for step, _ in done), *(one for lines in joined for one in written(lines)))


def _locked(found: Iterable[Step]) -> tuple[str, ...]:
    return tuple(one.table for one in strongest(lock for step in found for lock in step.locks))


def _tables(step: Step) -> tuple[str, ...]:
    """What a step works on: with others on the very same tables it can be one part."""
    return (step.table, step.target) if isinstance(step, AddForeignKey) else (step.table,)


def plan_digest(plan: MigrationPlan) -> str:
    """What tells the plan's scripts from those of others: a hash of its steps, and of what leads where."""
    return plan.digest or hashlib.sha256(canonical((plan.base, plan.target, plan.steps)).encode()).hexdigest()[:32]


def marker_statement(target: str) -> str:
    """Records that this target can be served."""
    return f"INSERT INTO {MARKER_TABLE} (target) VALUES ({literal(target)}) ON CONFLICT DO NOTHING"  # noqa: S608


def script_text(made: PlanParts, file: Sequence[Part], number: int, down: str | None) -> str:
    """The Alembic script of some parts; ``down``: the revision before it in the chain."""
    last = file[-1]
    revision = made.revision(last.phase, number, last.number)
    head = _HEAD.format(number=number, revision=revision, down=down, base=made.base, digest=made.digest)
    return _PART_MARK.join((head, *(_text(part) for part in file)))


def _text(part: Part) -> str:
    lines = part.lines
    if part.concurrent:
        lines = ("with op.get_context().autocommit_block():", *(f"    {line}" for line in lines))
    return _PART.format(part=part.number, body="\n".join(f"    {line}" for line in lines))


def parts_of(script: str) -> tuple[int, ...]:
    """The numbers of a script's parts; none of one that an earlier version wrote, which is one part by itself."""
    return tuple(int(found) for found in _PART_LINE.findall(script))


def cut(script: str, part: int) -> tuple[str, str]:
    """A script as two: up to and with a part, and what comes after it."""
    head, *found = script.split(_PART_MARK)
    at = parts_of(script).index(part) + 1
    first = _REVISION.sub(rf"\g<1>{part:03d}'", head)
    rest = _DOWN.sub("".join(f"down_{line[0]}" for line in _REVISION.finditer(first)), head)
    return _PART_MARK.join((first, *found[:at])), _PART_MARK.join((rest, *found[at:]))


def fixed_lines() -> str:
    """What every script has in common: its imports, its empty fields and its functions besides the parts."""
    return _HEAD.format(number=0, revision="", down=None, base="", digest="")


def loaded(script: str, name: str) -> list[Run]:
    """The parts of a script as functions of Alembic's operations. ``name``: what it is called in a traceback."""
    module: dict[str, Any] = {}
    exec(compile(script, name, "exec"), module)  # noqa: S102 - our own text, every literal escaped
    return list(module.get("parts", [module["upgrade"]]))


def sql_text(script: str) -> str:
    """The SQL that a script of ``script_text`` executes, as Alembic renders it without a connection."""
    load_alembic()
    from alembic.operations import Operations

    buffer = StringIO(_AS_WRITTEN)
    buffer.seek(len(_AS_WRITTEN))
    context = _without_connection(buffer)
    for part in loaded(script, "<migration>"):
        with context.begin_transaction(_per_migration=True):
            part(Operations(context))
    return visible(buffer.getvalue())


def statements(made: PlanParts, part: Part) -> tuple[str, ...]:
    """The statements of one part, without the transaction around them; no text in them begins a line of its own."""
    load_alembic()
    from alembic.operations import Operations

    found: list[str] = []
    context = _without_connection(StringIO())
    context.impl.static_output = found.append  # type: ignore[assignment, method-assign]
    for run in loaded(script_text(made, (replace(part, concurrent=False),), 1, None), "<migration>"):
        run(Operations(context))
    return tuple(visible(statement, LINE) for statement in found)


def _without_connection(buffer: StringIO) -> MigrationContext:
    """Where statements are written to the buffer and not executed."""
    from alembic.migration import MigrationContext

    return MigrationContext.configure(
        dialect_name="postgresql",
        dialect_opts={"paramstyle": "named"},
        opts={"as_sql": True, "output_buffer": buffer, "transaction_per_migration": True},
    )


def whole_sql(plan: MigrationPlan) -> str:
    """All that the plan does, the record of its target, and what the Data tool sees to besides: the SQL for a database
    that it never saw."""
    made = plan_parts(plan)
    every = (file for phase in PHASES for file in made.files(phase))
    texts = (sql_text(script_text(made, file, 1, None)).strip() for file in every)
    return "\n\n".join((*texts, own_session()))


_HEAD = '''"""Deployment {number}. Written by odcpub; plain `alembic upgrade head` runs it, too."""

import sqlalchemy as sa
from alembic import op

revision = {revision!r}
down_revision = {down!r}
branch_labels = None
depends_on = None
plan = {digest!r}
base = {base!r}
parts = []


def q(name):
    """A name in quotes: what is a keyword differs from server to server."""
    return sa.quoted_name(name, quote=True)


def upgrade(op=op) -> None:
    for part in parts:
        part(op)


def downgrade() -> None:
    raise NotImplementedError("nothing is taken back: deploy the revision you want instead")
'''
_PART_MARK = "\n\n@parts.append\n"
_PART = "def part_{part}(op) -> None:\n{body}\n"
_PART_LINE = re.compile(r"^@parts\.append\ndef part_(\d+)\(", re.MULTILINE)
_REVISION = re.compile(r"^(revision = '\w+_)\d+'", re.MULTILINE)
_DOWN = re.compile(r"^down_revision = .*", re.MULTILINE)
