"""The chain of Alembic scripts of one stage and app: a folder. Reads and writes files.

``versions/`` holds what belongs to the chain; ``pending/`` the tightening scripts that wait for their time, or are
never needed because a later deployment came first. Written twice, a script is the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from odcpub.data.fingerprint import EMPTY
from odcpub.data.migration import EXPAND, TIGHTEN, MigrationPlan
from odcpub.data.script import VERSION_TABLE, plan_digest, script_text, sql_text
from odcpub.errors import EngineError

_NAME = re.compile(r"(\d{4,})_(expand|tighten)\.py")
_DIGEST = re.compile(r"^plan = '([0-9a-f]{32})'$", re.MULTILINE)
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
    """One script file: number of its deployment, phase, path."""

    number: int
    phase: str
    path: Path

    @property
    def revision(self) -> str:
        return self.path.stem

    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def digest(self) -> str:
        """The plan it was written from."""
        found = _DIGEST.search(self.text())
        return found[1] if found is not None else ""


def write_scripts(plan: MigrationPlan, folder: Path, number: int) -> tuple[Path, ...]:
    """Writes the plan's scripts, SQL beside each, into the chain's folder; a plan without steps writes none.

    A plan that starts from an empty schema starts a chain of its own; what was there before is put aside.
    """
    if not plan.steps:
        return ()
    try:
        return _write(plan, folder, number)
    except OSError as error:
        raise EngineError(f"{folder}: can't write the migration scripts: {error.strerror}") from None


def scripts(folder: Path, part: str = "versions") -> list[Script]:
    """The scripts of ``versions`` or ``pending`` in the chain's order."""
    found = []
    for path in (folder / part).glob("*.py"):
        match = _NAME.fullmatch(path.name)
        if match is not None:
            found.append(Script(int(match[1]), match[2], path))
    return sorted(found, key=lambda script: (script.number, script.phase))


def find(folder: Path, plan: MigrationPlan, phase: str) -> Script | None:
    """The newest script of this plan and phase, wherever it is."""
    digest = plan_digest(plan)
    candidates = [script for part in ("versions", "pending") for script in scripts(folder, part)]
    candidates.sort(key=lambda script: script.number, reverse=True)
    return next((script for script in candidates if script.phase == phase and script.digest() == digest), None)


def promote(script: Script) -> Script:
    """A pending script becomes part of the chain."""
    return _move(script, "versions")


def demote(script: Script) -> Script:
    """A script that had no effect waits again."""
    return _move(script, "pending")


def _move(script: Script, part: str) -> Script:
    target = script.path.parent.parent / part / script.path.name
    target.parent.mkdir(exist_ok=True)
    if script.path.with_suffix(".sql").exists():
        script.path.with_suffix(".sql").replace(target.with_suffix(".sql"))
    script.path.replace(target)
    return Script(script.number, script.phase, target)


def _write(plan: MigrationPlan, folder: Path, number: int) -> tuple[Path, ...]:
    digest = plan_digest(plan)
    written = [script for script in scripts(folder) if script.number == number and script.digest() == digest]
    earlier = [script for script in scripts(folder) if script.number < number]
    if plan.base == EMPTY and earlier and not written:
        (folder / "versions").rename(folder / f"versions-before-{number:04d}")
        earlier = []
    for part in ("versions", "pending"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for name, content in _FRAME.items():
        _replace(folder / name, content)
    for old in scripts(folder, "pending"):
        if old.number != number or old.digest() != digest:
            old.path.unlink()
            old.path.with_suffix(".sql").unlink(missing_ok=True)
    down = earlier[-1].revision if earlier else None
    paths = [_script(plan, EXPAND, number, down, folder / "versions")]
    if any(step.phase == TIGHTEN for step in plan.steps) and not any(old.phase == TIGHTEN for old in written):
        paths.append(_script(plan, TIGHTEN, number, paths[0].stem, folder / "pending"))
    return tuple(paths)


def _script(plan: MigrationPlan, phase: str, number: int, down: str | None, folder: Path) -> Path:
    text = script_text(plan, phase, number, down)
    path = folder / f"{number:04d}_{phase}.py"
    _replace(path.with_suffix(".sql"), sql_text(text))
    _replace(path, text)
    return path


def _replace(path: Path, content: str) -> None:
    """The whole file or none of it."""
    if path.exists() and path.read_bytes() == content.encode():
        return
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(content, encoding="utf-8")
    temporary.replace(path)
