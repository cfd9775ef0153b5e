"""The chain of Alembic scripts of one stage and app, in parts. Does I/O through ``Scripts``.

``versions`` holds what was executed, in order; ``pending`` the scripts that wait for their time, or are never needed
because a later deployment came first. A script goes over before it is executed; where it ended early the part that was
executed stays, and the rest waits again. After a kill or a power cut in between, the database's own memory of its
revision says how far it came, and what led it there.
``versions-before-…`` and ``versions-after-…`` hold what the database does not remember: of another server that the
stage was on, or of the time after the copy that it was put back from. Written twice, a script is the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from odcpub.data import script as scripting
from odcpub.data.fingerprint import EMPTY
from odcpub.data.literals import quoted
from odcpub.data.migration import MigrationPlan
from odcpub.data.phases import EXPAND, PHASES, TIGHTEN, Phase
from odcpub.data.script import VERSION_TABLE, PlanParts, parts_of, plan_parts, script_text
from odcpub.engines.ports import Place, Scripts
from odcpub.errors import Refused

if TYPE_CHECKING:
    from odcpub.data.script import Run

VERSIONS, PENDING = "versions", "pending"
_NAME = re.compile(r"(\d{4,})_(expand|tighten)_[0-9a-f]{8}(?:_(\d+))?\.py")
_FIELD = re.compile(r"^(down_revision|plan|base) = '([0-9a-z_]+)'$", re.MULTILINE)
_FIELDS = ("down_revision", "plan", "base")
_KNOWN = 10_000
"""Scripts of which it is remembered what they say of themselves."""


@dataclass(frozen=True, slots=True)
class Script:
    """One script, where it is (``room``: a part of the chain), and what it says of itself: its last part, the revision
    before it, its plan, what the plan started from, and all its parts."""

    number: int
    phase: Phase
    part: int
    room: str
    name: str
    down: str
    plan: str
    base: str
    parts: tuple[int, ...]

    @property
    def revision(self) -> str:
        return self.name.removesuffix(".py")

    def after(self, part: int) -> str:
        """The revision of a database that has executed it up to this part."""
        return f"{self.revision.rpartition('_')[0]}_{part:03d}" if self.part else self.revision


def write_scripts(plan: MigrationPlan, chain: Scripts, number: int) -> tuple[Script, ...]:
    """Writes the plan's scripts where they wait for their time; a plan without steps writes none.

    ``number``: the deployment's. Scripts of earlier plans wait until it is known what the database executed.
    """
    if not plan.steps:
        return ()
    made = plan_parts(plan)
    wanted = {made.revision(phase, number, file[-1].number): file for phase in PHASES for file in made.files(phase)}
    mine = {one.revision: one for one in _all(chain) if (one.plan, one.number) == (made.digest, number)}
    executed = [one.revision for one in scripts(chain) if one.revision not in mine]
    down = executed[-1] if executed else ""
    for revision, file in wanted.items():
        if revision not in mine:
            chain.put(PENDING, f"{revision}.py", script_text(made, file, number, down or None))
        down = revision
    return tuple(one for phase in PHASES for one in find(chain, made, phase))


def scripts(chain: Scripts) -> list[Script]:
    """The scripts of ``versions`` from the first one on, each after the one it follows."""
    found = {one.down: one for one in _read(chain, VERSIONS)}
    ordered: list[Script] = []
    while (ordered[-1].revision if ordered else "") in found:
        ordered.append(found.pop(ordered[-1].revision if ordered else ""))
    return ordered


def find(chain: Scripts, made: PlanParts, phase: Phase) -> tuple[Script, ...]:
    """The newest scripts of this plan and phase, wherever they are, in order."""
    found = [one for one in _all(chain) if one.phase == phase and one.plan == made.digest]
    newest = max((one.number for one in found), default=0)
    return tuple(sorted((one for one in found if one.number == newest), key=lambda one: one.part))


def follow(chain: Scripts, made: PlanParts, script: Script, current: str) -> Script:
    """The script that begins a plan becomes the chain's end, after the revision ``current``, where ``restore`` has left
    it. What other plans had waiting is gone. A plan that starts from an empty schema, or from one that remembers no
    revision, starts a chain of its own."""
    if made.base == EMPTY or not current:
        current = ""
        _put_aside(chain, f"{VERSIONS}-before-{script.number:04d}", (script.revision,))
    for old in _read(chain, PENDING):
        if (old.plan, old.number) != (script.plan, script.number):
            chain.remove(old.room, old.name)
    if current != script.down:
        text = script_text(made, made.of(script.phase), script.number, current or None)
        chain.put(script.room, script.name, text)
    return enter(chain, replace(script, down=current))


def restore(chain: Scripts, place: Place, current: str, spared: Collection[str] = ()) -> None:
    """The chain becomes what led the database to its revision ``current``, wherever those scripts are: in ``pending``
    where a power cut undid a move, aside where another server was used meanwhile, or another copy restored. What it has
    besides, but for the revisions ``spared``, is put aside. Refused, and nothing moved, where one is missing."""
    every = {one.revision: one for part in _parts(chain) for one in _read(chain, part)}
    led, at = [], current
    while at:
        script = every.pop(at, None)
        if script is None:
            raise _lost(chain, place, current, at)
        led.append(script)
        at = script.down
    if led:
        _put_aside(chain, f"{VERSIONS}-after-{current}", {*(one.revision for one in led), *spared})
    for script in led:
        _move(chain, script, VERSIONS)


def _lost(chain: Scripts, place: Place, current: str, missing: str) -> Refused:
    table = f"{quoted(place.schema)}.{VERSION_TABLE}"
    return Refused(
        f"{place.database}.{place.schema}: the database is at revision {current}, but {chain.where} lacks {missing}.py",
        f"{chain.put_back} (a backup of the platform's records has them, or whoever published there "
        f"before); where they are lost, say so in the database {place.database}: TRUNCATE {table}; the chain "
        "then begins with the schema as it is, and leads no empty one there",
    )


def enter(chain: Scripts, script: Script) -> Script:
    """A script that waited becomes part of the chain."""
    return _move(chain, script, VERSIONS)


def put_back(chain: Scripts, script: Script, current: str) -> None:
    """What of a script had no effect waits again; the database is at the revision ``current``."""
    if current != script.revision and not _cut(chain, script, current):
        _move(chain, script, PENDING)


def catch_up(chain: Scripts, current: str) -> None:
    """Where a kill ended a script early, what of it was executed is one of its own. Done twice, it is the same."""
    for part in _parts(chain):
        for script in _read(chain, part):
            if _cut(chain, script, current):
                return


def _cut(chain: Scripts, script: Script, current: str) -> bool:
    """Whether it was. A power cut in between leaves the whole script, which is cut again."""
    part = next((one for one in script.parts[:-1] if script.after(one) == current), None)
    if part is None:
        return False
    cut = scripting.cut(chain.read(script.room, script.name), part)
    for (room, name), text in zip(((script.room, f"{current}.py"), (PENDING, script.name)), cut, strict=True):
        chain.put(room, name, text)
    if script.room != PENDING:
        chain.remove(script.room, script.name)
    return True


def steps(chain: Scripts, script: Script) -> list[Run]:
    """What a script does, part by part: functions of Alembic's operations."""
    text = chain.read(script.room, script.name)
    return scripting.loaded(text, f"{chain.where}: {script.room}/{script.name}")


def _parts(chain: Scripts) -> list[str]:
    """Where scripts are; of what is in several, the last one counts."""
    aside = (part for part in chain.parts() if part.startswith(f"{VERSIONS}-"))
    return [*sorted(aside), PENDING, VERSIONS]


def _all(chain: Scripts) -> list[Script]:
    found = {one.revision: one for part in (PENDING, VERSIONS) for one in _read(chain, part)}
    return list(found.values())


def _read(chain: Scripts, part: str) -> list[Script]:
    found = []
    for name, digest in chain.digests(part).items():
        match = _NAME.fullmatch(name)
        if match is not None:
            head = _head(digest, partial(chain.read, part, name))
            last = int(match[3] or 0)
            every = head.parts or (last,)
            phase: Phase = EXPAND if match[2] == EXPAND else TIGHTEN
            found.append(Script(int(match[1]), phase, last, part, name, head.down, head.plan, head.base, every))
    return found


@dataclass(frozen=True, slots=True)
class _Head:
    """What the text of a script says of itself."""

    down: str
    plan: str
    base: str
    parts: tuple[int, ...]


_heads: dict[str, _Head] = {}
"""By the text's digest: a text can have megabytes, and a migration looks at its whole chain several times."""


def _head(digest: str, read: Callable[[], str]) -> _Head:
    known = _heads.get(digest)
    if known is None:
        text = read()
        said = dict(_FIELD.findall(text))
        down, plan, base = (said.get(key, "") for key in _FIELDS)
        known = _Head(down, plan, base, parts_of(text))
        if not digest.endswith(sha256(text.encode()).hexdigest()):
            return known  # another text was put in its place meanwhile
        _heads[digest] = known
        for old in tuple(_heads)[:-_KNOWN]:
            _heads.pop(old, None)
    return known


def _put_aside(chain: Scripts, part: str, kept: Collection[str]) -> None:
    for name in chain.names(VERSIONS):
        if name.removesuffix(".py") not in kept:
            chain.move(VERSIONS, name, part)


def _move(chain: Scripts, script: Script, part: str) -> Script:
    if script.room != part:
        chain.move(script.room, script.name, part)
    return replace(script, room=part)
