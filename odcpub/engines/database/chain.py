"""The chain of Alembic scripts of one stage and app: a folder. Reads and writes files.

``versions/`` holds what belongs to the chain; ``pending/`` the tightening scripts that wait for their time, or are
never needed because a later deployment came first. Written twice, a script is the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from odcpub.data.fingerprint import EMPTY
from odcpub.data.migration import EXPAND, TIGHTEN, MigrationPlan
from odcpub.data.script import VERSION_TABLE, plan_digest, revision_id, script_text, sql_text
from odcpub.errors import system_failure
from odcpub.files import write_whole

_NAME = re.compile(r"(\d{4,})_(expand|tighten)_[0-9a-f]{8}\.py")
_FIELD = re.compile(r"^(down_revision|plan|base) = '([0-9a-z_]+)'$", re.MULTILINE)
_FIELDS = ("down_revision", "plan", "base")
_FRAME = {
    "alembic.ini": """\
# Plain Alembic runs this chain: ODCPUB_URL=postgresql://user:password@host/database ODCPUB_NAMESPACE=schema \\
#   alembic upgrade head
[alembic]
script_location = %(here)s
version_locations = %(here)s/versions
path_separator = os
""",
    "script.py.mako": """\
\"\"\"${message}\"\"\"

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
""",
    "env.py": f"""\
\"\"\"Runs the chain on the database that ODCPUB_URL names, in the schema that ODCPUB_NAMESPACE names.\"\"\"

import os

import sqlalchemy as sa
from alembic import context

url = sa.make_url(os.environ["ODCPUB_URL"]).set(drivername="postgresql+psycopg")
schema = os.environ.get("ODCPUB_NAMESPACE", "public")
engine = sa.create_engine(url, poolclass=sa.NullPool)
with engine.connect() as connection:
    name = '"' + schema.replace('"', '""') + '"'
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {{name}}".replace("%", "%%"))
    connection.exec_driver_sql(f"SET search_path TO {{name}}".replace("%", "%%"))
    connection.commit()
    context.configure(connection=connection, version_table="{VERSION_TABLE}", transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
""",
}


@dataclass(frozen=True, slots=True)
class Script:
    """One script file, and what it says of itself: the revision before it, its plan, what the plan started from."""

    number: int
    phase: str
    path: Path
    down: str
    plan: str
    base: str

    @property
    def revision(self) -> str:
        return self.path.stem


def write_scripts(plan: MigrationPlan, folder: Path, number: int) -> tuple[Path, ...]:
    """Writes the plan's scripts, SQL beside each, into the chain's folder; a plan without steps writes none.

    ``number``: the deployment's. The chain's last script that started from where this plan starts never had an
    effect (its deployment failed before): it leaves the chain. A plan that starts from an empty schema starts a chain
    of its own; what was there before is put aside.
    """
    if not plan.steps:
        return ()
    try:
        return _write(plan, folder, number)
    except OSError as error:
        raise system_failure(error, folder) from None


def scripts(folder: Path, part: str = "versions") -> list[Script]:
    """The scripts of ``versions``, each after the one it follows, or of ``pending``."""
    found = {}
    for path in sorted((folder / part).glob("*.py")):
        match = _NAME.fullmatch(path.name)
        if match is not None:
            said = dict(_FIELD.findall(path.read_text(encoding="utf-8")))
            script = Script(int(match[1]), match[2], path, *(said.get(key, "") for key in _FIELDS))
            found[script.down] = script
    if part != "versions":
        return list(found.values())
    ordered: list[Script] = []
    while (ordered[-1].revision if ordered else "") in found:
        ordered.append(found.pop(ordered[-1].revision if ordered else ""))
    return ordered


def find(folder: Path, plan: MigrationPlan, phase: str) -> Script | None:
    """The newest script of this plan and phase, wherever it is."""
    digest = plan_digest(plan)
    candidates = [*scripts(folder, "pending"), *scripts(folder)]
    candidates = [script for script in candidates if script.phase == phase and script.plan == digest]
    return max(candidates, key=lambda script: script.number, default=None)


def promote(script: Script) -> Script:
    """A pending script becomes part of the chain."""
    return _move(script, "versions")


def demote(script: Script) -> Script:
    """A script that had no effect waits again."""
    return _move(script, "pending")


def _move(script: Script, part: str) -> Script:
    target = script.path.parent.parent / part / script.path.name
    if target != script.path:
        if script.path.with_suffix(".sql").exists():
            script.path.with_suffix(".sql").replace(target.with_suffix(".sql"))
        script.path.replace(target)
    return replace(script, path=target)


def _remove(script: Script) -> None:
    script.path.with_suffix(".sql").unlink(missing_ok=True)
    script.path.unlink(missing_ok=True)


def _write(plan: MigrationPlan, folder: Path, number: int) -> tuple[Path, ...]:
    for part in ("versions", "pending"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for name, content in _FRAME.items():
        _put(folder / name, content)
    mine = [script for phase in (EXPAND, TIGHTEN) if (script := find(folder, plan, phase)) and script.number == number]
    phases = [
        phase for phase in (EXPAND, TIGHTEN) if phase == EXPAND or any(step.phase == phase for step in plan.steps)
    ]
    if len(mine) == len(phases):
        return tuple(script.path for script in mine)
    for old in scripts(folder, "pending"):
        _remove(old)
    down = next((script.down for script in mine if script.phase == EXPAND), None)
    if down is None:
        down = _end(plan, folder, number)
    paths = [_script(plan, EXPAND, number, down, folder / "versions")]
    if TIGHTEN in phases:
        paths.append(_script(plan, TIGHTEN, number, paths[0].stem, folder / "pending"))
    return tuple(paths)


def _end(plan: MigrationPlan, folder: Path, number: int) -> str:
    """The revision that the plan's scripts follow, after what had no effect has left the chain."""
    chain = scripts(folder)
    while chain and chain[-1].phase == EXPAND and chain[-1].base == plan.base:
        _remove(chain.pop())
    if chain and plan.base == EMPTY:
        (folder / "versions").rename(folder / f"versions-before-{number:04d}")
        (folder / "versions").mkdir()
        return ""
    return chain[-1].revision if chain else ""


def _script(plan: MigrationPlan, phase: str, number: int, down: str, folder: Path) -> Path:
    text = script_text(plan, phase, number, down or None)
    path = folder / f"{revision_id(plan, phase, number)}.py"
    _put(path.with_suffix(".sql"), sql_text(text))
    _put(path, text)
    return path


def _put(path: Path, content: str) -> None:
    """The whole file or none of it."""
    if path.exists() and path.read_bytes() == content.encode():
        return
    write_whole(path, content.encode())
