"""The chain of Alembic scripts of one stage and app: a folder. Reads and writes files.

``versions/`` holds what was executed, in order; ``pending/`` the scripts that wait for their time, or are never needed
because a later deployment came first. A script goes over before it is executed; where it ended early the part that was
executed stays, and the rest waits again. After a kill or a power cut in between, the database's own memory of its
revision says how far it came, and what led it there.
``versions-before-…`` and ``versions-after-…`` hold what the database does not remember: of another server that the
stage was on, or of the time after the copy that it was put back from. Written twice, a script is the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from odcpub.data import script as scripting
from odcpub.data.fingerprint import EMPTY
from odcpub.data.literals import quoted
from odcpub.data.migration import MigrationPlan
from odcpub.data.script import PHASES, VERSION_TABLE, Part, PlanParts, parts_of, plan_parts, script_text, sql_text
from odcpub.engines.database.chain_frame import FRAME
from odcpub.engines.ports import Place
from odcpub.errors import EngineError, Refused, system_failure
from odcpub.files import BadFile, read_file, sync_folder, text_of, write_whole

LARGEST_SCRIPT = 100_000_000
"""Bytes; a thousand entities that all change give some 2,000,000."""
_NAME = re.compile(r"(\d{4,})_(expand|tighten)_[0-9a-f]{8}(?:_(\d+))?\.py")
_FIELD = re.compile(r"^(down_revision|plan|base) = '([0-9a-z_]+)'$", re.MULTILINE)
_FIELDS = ("down_revision", "plan", "base")


@dataclass(frozen=True, slots=True)
class Script:
    """One script file, and what it says of itself: its last part, the revision before it, its plan, what the plan
    started from, and all its parts."""

    number: int
    phase: str
    part: int
    path: Path
    down: str
    plan: str
    base: str
    parts: tuple[int, ...]

    @property
    def revision(self) -> str:
        return self.path.stem

    def after(self, part: int) -> str:
        """The revision of a database that has executed it up to this part."""
        return f"{self.revision.rpartition('_')[0]}_{part:03d}" if self.part else self.revision


def write_scripts(plan: MigrationPlan, folder: Path, number: int) -> tuple[Path, ...]:
    """Writes the plan's scripts, SQL beside each, where they wait for their time; a plan without steps writes none.

    ``number``: the deployment's. Scripts of earlier plans wait until it is known what the database executed.
    """
    if not plan.steps:
        return ()
    try:
        return _write(plan, folder, number)
    except OSError as error:
        raise system_failure(error, folder) from None


def scripts(folder: Path) -> list[Script]:
    """The scripts of ``versions`` from the first one on, each after the one it follows."""
    found = {one.down: one for one in _read(folder, "versions")}
    ordered: list[Script] = []
    while (ordered[-1].revision if ordered else "") in found:
        ordered.append(found.pop(ordered[-1].revision if ordered else ""))
    return ordered


def find(folder: Path, made: PlanParts, phase: str) -> tuple[Script, ...]:
    """The newest scripts of this plan and phase, wherever they are, in order."""
    found = [one for one in _all(folder) if one.phase == phase and one.plan == made.digest]
    newest = max((one.number for one in found), default=0)
    return tuple(sorted((one for one in found if one.number == newest), key=lambda one: one.part))


def follow(folder: Path, made: PlanParts, script: Script, current: str) -> Script:
    """The script that begins a plan becomes the chain's end, after the revision ``current``, where ``restore`` has left
    it. What other plans had waiting is gone. A plan that starts from an empty schema, or from one that remembers no
    revision, starts a chain of its own."""
    if made.base == EMPTY or not current:
        current = ""
        _put_aside(folder, f"versions-before-{script.number:04d}", (script.revision,))
    for old in _read(folder, "pending"):
        if (old.plan, old.number) != (script.plan, script.number):
            _remove(old)
    if current != script.down:
        _put(script.path, script_text(made, made.of(script.phase), script.number, current or None))
    return promote(replace(script, down=current))


def restore(folder: Path, place: Place, current: str, spared: Collection[str] = ()) -> None:
    """The chain becomes what led the database to its revision ``current``, wherever those scripts are: in ``pending``
    where a power cut undid a move, aside where another server was used meanwhile, or another copy restored. What it has
    besides, but for the revisions ``spared``, is put aside. Refused, and nothing moved, where one is missing."""
    every = {one.revision: one for part in _parts(folder) for one in _read(folder, part)}
    led, at = [], current
    while at:
        script = every.pop(at, None)
        if script is None:
            raise _lost(folder, place, current, at)
        led.append(script)
        at = script.down
    if led:
        _put_aside(folder, f"versions-after-{current}", {*(one.revision for one in led), *spared})
    for script in led:
        _move(script, "versions")


def _lost(folder: Path, place: Place, current: str, missing: str) -> Refused:
    table = f"{quoted(place.schema)}.{VERSION_TABLE}"
    return Refused(
        f"{place.database}.{place.schema}: the database is at revision {current}, but {folder} lacks {missing}.py",
        "put the scripts back into its folder versions (a backup of the data folder has them, or whoever published "
        f"there before); where they are lost, say so in the database {place.database}: TRUNCATE {table}; the chain "
        "then begins with the schema as it is, and leads no empty one there",
    )


def promote(script: Script) -> Script:
    """A script that waited becomes part of the chain."""
    return _move(script, "versions")


def demote(script: Script, current: str) -> None:
    """What of a script had no effect waits again; the database is at the revision ``current``."""
    if current != script.revision and not _cut(script, current):
        _move(script, "pending")


def catch_up(folder: Path, current: str) -> None:
    """Where a kill ended a script early, what of it was executed is one of its own. Done twice, it is the same."""
    for part in _parts(folder):
        for script in _read(folder, part):
            if _cut(script, current):
                return


def _cut(script: Script, current: str) -> bool:
    """Whether it was. A power cut in between leaves the whole script, which is cut again."""
    part = next((one for one in script.parts[:-1] if script.after(one) == current), None)
    if part is None:
        return False
    executed, waits = script.path.with_name(f"{current}.py"), script.path.parent.parent / "pending" / script.path.name
    for path, text in zip((executed, waits), scripting.cut(_content(script.path), part), strict=True):
        path.parent.mkdir(exist_ok=True)
        _put(path.with_suffix(".sql"), sql_text(text))
        _put(path, text)
    if waits != script.path:
        _remove(script)
    return True


def steps(script: Script) -> list[Any]:
    """What a script does, part by part: functions of Alembic's operations."""
    return scripting.loaded(_content(script.path), str(script.path))


def _parts(folder: Path) -> list[str]:
    """Where scripts are; of what is in several, the last one counts."""
    return [*sorted(path.name for path in folder.glob("versions-*")), "pending", "versions"]


def _all(folder: Path) -> list[Script]:
    found = {one.revision: one for part in ("pending", "versions") for one in _read(folder, part)}
    return list(found.values())


def _read(folder: Path, part: str) -> list[Script]:
    found = []
    for path in sorted((folder / part).glob("*.py")):
        match = _NAME.fullmatch(path.name)
        if match is not None:
            text = _content(path)
            said = dict(_FIELD.findall(text))
            down, plan, base = (said.get(key, "") for key in _FIELDS)
            last = int(match[3] or 0)
            found.append(Script(int(match[1]), match[2], last, path, down, plan, base, parts_of(text) or (last,)))
    return found


def _content(path: Path) -> str:
    """A script's text. People put scripts back by hand, and what they put there is executed."""
    try:
        return text_of(read_file(path, LARGEST_SCRIPT) or b"")
    except BadFile as bad:
        raise EngineError(f"{path}: {bad.reason}", "put the script back as it was, from a backup of it") from None


def _put_aside(folder: Path, name: str, kept: Collection[str]) -> None:
    gone = [
        path for path in sorted((folder / "versions").glob("*.*"))
        if path.stem not in kept and path.suffix in (".py", ".sql")
    ]  # fmt: skip
    if not gone:
        return
    (folder / name).mkdir(exist_ok=True)
    for path in gone:
        path.replace(folder / name / path.name)
    for changed in (folder / name, folder / "versions", folder):
        sync_folder(changed)


def _move(script: Script, part: str) -> Script:
    """There also after a power cut: what is executed next must not come to lie beside the chain."""
    target = script.path.parent.parent / part / script.path.name
    if target != script.path:
        target.parent.mkdir(exist_ok=True)
        if script.path.with_suffix(".sql").exists():
            script.path.with_suffix(".sql").replace(target.with_suffix(".sql"))
        script.path.replace(target)
        for changed in (target.parent, script.path.parent):
            sync_folder(changed)
    return replace(script, path=target)


def _remove(script: Script) -> None:
    script.path.with_suffix(".sql").unlink(missing_ok=True)
    script.path.unlink(missing_ok=True)


def _write(plan: MigrationPlan, folder: Path, number: int) -> tuple[Path, ...]:
    for part in ("versions", "pending"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for name, content in FRAME.items():
        _put(folder / name, content)
    made = plan_parts(plan)
    wanted = {made.revision(phase, number, file[-1].number): file for phase in PHASES for file in made.files(phase)}
    mine = {one.revision: one for one in _all(folder) if (one.plan, one.number) == (made.digest, number)}
    chain = [one.revision for one in scripts(folder) if one.revision not in mine]
    down = chain[-1] if chain else ""
    for revision, file in wanted.items():
        if revision not in mine:
            _script(made, file, number, down, folder / "pending" / f"{revision}.py")
        down = revision
    found = (one for phase in PHASES for one in find(folder, made, phase))
    return tuple(one.path for one in found)


def _script(made: PlanParts, file: Sequence[Part], number: int, down: str, path: Path) -> None:
    text = script_text(made, file, number, down or None)
    _put(path.with_suffix(".sql"), sql_text(text))
    _put(path, text)


def _put(path: Path, content: str) -> None:
    """The whole file or none of it."""
    if path.is_file() and path.read_bytes() == content.encode():
        return
    write_whole(path, content.encode())
