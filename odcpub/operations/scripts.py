"""An app's chain of migration scripts in a stage: written out for plain Alembic, and put back. Does I/O through the
store.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from odcpub.api_types.installation import Scripts
from odcpub.data.script import sql_text
from odcpub.data.script_check import foreign_line
from odcpub.deployment.stages import Stage
from odcpub.engines.database.chain import PENDING, VERSIONS
from odcpub.engines.database.chain_folder import ScriptFolder
from odcpub.engines.database.chain_frame import FRAME
from odcpub.errors import Refused, UsageError, counted
from odcpub.operations.core.ledger import how_to_wait
from odcpub.operations.models import stage_of
from odcpub.operations.platform import Platform
from odcpub.store.records import AssetRecord
from odcpub.store.scripts import Chain
from odcpub.store.store import Store
from odcpub.text import shown

_PLACE = re.compile(rf"({VERSIONS}(?:-[a-z0-9_-]+)?|{PENDING})/([0-9a-z_]+\.py)")
_DOWN = re.compile(r"^down_revision = '?(\w+)'?$", re.MULTILINE)


def written_out(platform: Platform, name: str, stage: str) -> Scripts:
    """All scripts with their SQL beside them, and what makes the folder one that Alembic runs."""
    asset, place, chain = _chain(platform, name, stage)
    files = {}
    for (part, script), text in chain.texts().items():
        files[f"{part}/{script}"] = text
        files[f"{part}/{script.removesuffix('.py')}.sql"] = sql_text(text)
    if not files:
        raise UsageError(
            f"{asset.name} has no migration scripts in {place.name}", "see where it is deployed: odcpub status"
        )
    return {"app": asset.name, "stage": place.name, "files": {**FRAME, **files}}


def put_back(platform: Platform, name: str, stage: str, files: Mapping[str, str]) -> Scripts:
    """Takes the scripts of a folder that was written out. What is there already stays as it is: refused where it is
    another. Refused, too, where a text holds what odcpub never writes: the server executes scripts."""
    asset, place, chain = _chain(platform, name, stage)
    scripts = [(match[1], match[2], text) for path, text in sorted(files.items()) if (match := _PLACE.fullmatch(path))]
    if not scripts:
        raise UsageError("no script is in the folder", f"name one that has a folder {VERSIONS} with scripts in it")
    _check(scripts)
    with platform.beginning:
        if running := next(iter(platform.ledger.running(asset.key)), None):
            raise Refused(f"{asset.name}: an operation is running", how_to_wait(running))
        there = chain.texts()
        new = _new(there, scripts)
        _refuse_branch({**there, **{(part, script): text for part, script, text in new}})
        chain.put_all(new)
    return {"app": asset.name, "stage": place.name, "files": {f"{part}/{script}": text for part, script, text in new}}


def _check(scripts: Sequence[tuple[str, str, str]]) -> None:
    """Refuses texts that odcpub would never write as a script. ``scripts``: part, name and text of each."""
    checked = ((f"{part}/{script}", _fault(text)) for part, script, text in scripts)
    if found := tuple(f"{path}: {fault}" for path, fault in checked if fault):
        raise Refused(
            f"{found[0]}; nothing was changed",
            "put the script back as odcpub data scripts … --out FOLDER wrote it",
            found if len(found) > 1 else (),
        )


def _fault(text: str) -> str:
    """Why the text is no migration script; empty where it is one."""
    if line := foreign_line(text):
        return f"odcpub never writes this into a migration script: {line}"
    try:
        sql_text(text)
    except Exception:  # whatever a part of it lacks
        return "it is not a whole migration script"
    return ""


def _new(there: Mapping[tuple[str, str], str], scripts: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Those of them (part, name, text) that are not there yet; refused where another one has a name. ``there``: texts
    by part and name."""
    for part, script, text in scripts:
        if there.get((part, script), text) != text:
            hint = "leave it out; odcpub data scripts … --out FOLDER writes out what is there"
            raise Refused(f"{shown(f'{part}/{script}')} exists with other content: nothing was changed", hint)
    return [one for one in scripts if one[:2] not in there]


def _refuse_branch(scripts: Mapping[tuple[str, str], str]) -> None:
    """Refuses a chain in which two executed scripts follow the same one: one of them is another stage's, or of another
    database. ``scripts``: texts by part and name."""
    followers: dict[str, str] = {}
    for (part, script), text in sorted(scripts.items()):
        line = _DOWN.search(text) if part == VERSIONS else None
        if line and (other := followers.setdefault(line[1], script)) != script:
            raise Refused(
                f"{other} and {script} both follow {line[1]}: nothing was changed",
                "name the folder that was written out for this app and stage, or leave out the script of another one",
            )


def _chain(platform: Platform, name: str, stage: str) -> tuple[AssetRecord, Stage, Chain]:
    asset = platform.asset(name)
    place = stage_of(platform, asset, stage)
    return asset, place, platform.store.scripts(asset.label, place.label)


def take_in(store: Store, folder: Path) -> str:
    """Takes the chains that odcpub kept in the data folder before into the store, each once and whole; the files stay.
    What was taken, in words, or empty."""
    places, taken = [one for one in sorted(folder.glob("*/*")) if one.is_dir()], 0
    known = store.chains() if places else frozenset()
    for place in places:
        if (place.name, place.parent.name) not in known:
            before = ScriptFolder(place)
            scripts = [(part, name, before.read(part, name)) for part in before.parts() for name in before.names(part)]
            store.scripts(place.name, place.parent.name).put_all(scripts)
            taken += len(scripts)
    return f"{counted(taken, 'migration script')} of {folder} taken into the store" if taken else ""
