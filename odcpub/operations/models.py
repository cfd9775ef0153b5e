"""Models where their authors keep them: reading, locking libraries, stages, a stage's file. Does I/O."""

from __future__ import annotations

import os
import shlex
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from odcpub.deployment.stages import DEFAULT_STAGES, Purpose, Stage, find, label_of, parse_project
from odcpub.errors import Missing, ModelError, Problem, Refused, Severity, UsageError
from odcpub.files import SHARED, write_whole
from odcpub.model.elements import Kind, Library, Use, VerifiedAsset
from odcpub.model.load import load
from odcpub.model.lock import LOCK_FILE, read_lock, resolve, write_lock
from odcpub.model.physical import physical
from odcpub.model.problems import Code, listed, shown, suggest
from odcpub.model.source import read_source
from odcpub.model.verify import uses, verify
from odcpub.model.versions import parse_range, parse_version
from odcpub.operations.libraries import available, renamed
from odcpub.operations.platform import Platform
from odcpub.store.records import AssetRecord

PROJECT_FILE = "odcpub.yaml"


@dataclass(frozen=True, slots=True)
class Read:
    """A verified model, the libraries it is locked to by name, and its warnings."""

    asset: VerifiedAsset
    libraries: Mapping[str, Library]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """Who a model says it is, before it is verified. ``label``: the asset's DNS label."""

    key: str
    name: str
    kind: Kind
    label: str


def read_head(platform: Platform, folder: Path) -> Head:
    """The model's kind, name and key; a model that does not say them is refused with all its problems."""
    raw = load(folder, platform.files)
    if not raw.key or raw.kind is None or not raw.name:
        verify(raw, {})
    if raw.kind is Kind.EXTENSION:
        raise Refused(f"{raw.name}: extensions are not supported yet", "publish an app or a library")
    assert raw.kind is not None  # noqa: S101 - verify has raised otherwise
    return Head(raw.key, raw.name, raw.kind, physical(raw.name).replace("_", "-").strip("-"))


def planned(platform: Platform, folder: Path) -> AssetRecord:
    """The asset that the model in the folder is, or would be. Refused where it is a copy of another app's model that
    still has that app's key: publishing it would give that app's data to both."""
    head = read_head(platform, folder)
    known = platform.store.assets.find(head.key)
    if known and known.name != head.name and _still_there(platform, known):
        raise Refused(
            f"{head.name}: its key is that of {known.name}, published from {known.folder}, whose model is still there: "
            "one key is one asset",
            f"an asset of its own: give it a key of its own, such as {uuid.uuid4()}; the same one, renamed: rename "
            f"it in {known.folder} too, or remove that folder",
        )
    return platform.store.assets.planned(head.key, head.name, head.kind, head.label, str(folder))


def _still_there(platform: Platform, known: AssetRecord) -> bool:
    """Whether the folder that the asset was published from still holds it, under its name."""
    try:
        there = read_head(platform, Path(known.folder))
    except Refused:  # moved, renamed, or no model any more
        return False
    return (there.key, there.name) == (known.key, known.name)


def read_model(platform: Platform, folder: Path, update: bool = False, keep_lock: bool = True) -> Read:
    """Reads, locks and verifies. Libraries without a lock are locked now; ``update`` takes newer ones; without
    ``keep_lock`` nothing is written."""
    raw = load(folder, platform.files)
    lock = folder / LOCK_FILE
    before = read_lock(lock_text(folder))
    wanted = uses(raw)
    there = available(platform) if wanted else {}
    try:
        path = shlex.quote(str(folder))
        libraries = resolve(wanted, there, before, update, raw.name or "the model", path)
    except Refused:
        # Where the model itself asks for what there is not, verify tells the place.
        ranges = {use.name: use.range for use in wanted}
        found = {name: _nearest(versions, ranges.get(name, "*")) for name, versions in there.items() if versions}
        try:
            verify(raw, found)
        except ModelError as error:
            raise ModelError((*error.problems, *_renamed(platform, wanted))) from None
        raise
    asset, warnings = platform.memory.verified(str(folder), raw, libraries)
    versions = {name: library.version for name, library in libraries.items()}
    if keep_lock and versions != before:
        _write(lock, write_lock(versions))
    return Read(asset, libraries, (*warnings, *_renamed(platform, wanted)))


def _renamed(platform: Platform, wanted: Sequence[Use]) -> Iterator[Problem]:
    """A warning for each library that goes on under another name: what is newer is to be had under that alone."""
    for use in wanted:
        if now := renamed(platform, use.name):
            message = f"{use.name} is called {now[0]} since {now[1]}; newer versions have that name alone"
            hint = f"To have them, write {now[0]} for {use.name}, here and in its types."
            code, element = str(Code.RENAMED_LIBRARY), f"uses.{use.name}"
            yield Problem(code, message, hint, use.place, element, Severity.WARNING)


def _nearest(versions: Sequence[Library], wanted: str) -> Library:
    """The newest version in the range; the newest of all where none is."""
    fitting = [one for one in versions if parse_range(wanted).has(parse_version(one.version))]
    return max(fitting or versions, key=lambda one: parse_version(one.version))


def lock_text(folder: Path) -> str:
    """The lock file's text; empty where there is none."""
    return read_source(folder / LOCK_FILE, LOCK_FILE, folder)


def _write(path: Path, text: str) -> None:
    try:
        if path.is_symlink():
            raise UsageError(f"{path}: is a link, and nothing is written through one", "put the file itself there")
        if text:
            write_whole(path, text.encode(), SHARED)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(
            f"{path}: the locked versions cannot be kept: {error.strerror}", "make the folder writable"
        ) from None


def asset_stages(platform: Platform, asset: AssetRecord | None) -> Sequence[Stage]:
    """The stages of the asset's project: of the nearest ``odcpub.yaml`` at or above its folder, else the usual."""
    folder = Path(asset.folder) if asset else None
    for parent in (folder, *folder.parents) if folder else ():
        path, other = parent / PROJECT_FILE, (parent / PROJECT_FILE).with_suffix(".yml")
        if os.path.lexists(other):
            raise Refused(f"{other}: is not read: the project file is {PROJECT_FILE}", f"rename it to {PROJECT_FILE}")
        if os.path.lexists(path):  # whatever it is: passed over, its stages would be others
            project = parse_project(read_source(path, str(path), parent), str(path))
            if project.problems:
                raise ModelError(project.problems, PROJECT_FILE)
            return project.stages
    return DEFAULT_STAGES


def stage_of(platform: Platform, asset: AssetRecord | None, word: str) -> Stage:
    """The stage of that name or label; of one that the project has named before, where something is left in it, a
    UsageError says what, and how to take it out."""
    stages = asset_stages(platform, asset)
    try:
        return find(stages, word)
    except UsageError as error:
        former = _former(platform, asset, word) if asset else None
        if asset is None or former is None:
            raise
        raise Missing(
            f"{former.name}: is no stage of {asset.name} any more; they are {listed(one.name for one in stages)}",
            f"name it in {PROJECT_FILE} again, or take out what is left in it: "
            + ", ".join(_taking_out(platform, asset, former)),
        ) from error


def stage_or_former(platform: Platform, asset: AssetRecord, word: str) -> Stage:
    """The stage of that name or label, also one of which only the records know: what is there must be seen and taken
    out, whatever has become of the project file."""
    try:
        return find(asset_stages(platform, asset), word)
    except (UsageError, ModelError):
        if former := _former(platform, asset, word):
            return former
        raise


def _former(platform: Platform, asset: AssetRecord, word: str) -> Stage | None:
    """A stage in which the asset has something, as recorded: what was deployed and not undeployed, or values set."""
    label, stages = label_of(word), platform.store.stages
    if not label:  # which means every stage to the records
        return None
    if not stages.left(asset.key, label) and not stages.values(asset.key, label).names:
        return None
    deployments = stages.deployments(asset.key, label)
    operation = platform.ledger.operation(deployments[0].operation) if deployments else None
    name = operation.unit.stage.name if operation else label
    return Stage(name, label, Purpose.NON_PRODUCTION, 0)


def _taking_out(platform: Platform, asset: AssetRecord, stage: Stage) -> Iterator[str]:
    """The commands that leave nothing of the asset there but its data."""
    stages, where = platform.store.stages, f"--stage {stage.label}"
    if stages.left(asset.key, stage.label):
        yield f"odcpub undeploy {asset.label} {where}"
    if names := stages.values(asset.key, stage.label).names:
        yield f"odcpub config unset {asset.label} {' '.join(names)} {where}"


def check_folder(asset: AssetRecord) -> None:
    """Refuses where the model's folder is gone: without it nobody knows what its files give to a stage."""
    if not Path(asset.folder).is_dir():
        raise UsageError(
            f"{asset.folder}: the folder that {asset.name} was published from is missing, and with it the files of "
            "its stages",
            "put it back, or publish the model from where it is now: odcpub publish PATH",
        )


def stage_file(asset: AssetRecord, stage: str) -> str:
    """The text of the stage's file beside the model; empty where there is none. Refused where a file is there that
    can only be meant for it: unread, the stage would get other values than its author sees."""
    check_folder(asset)
    model = Path(asset.folder)
    folder, name = model / "stages", f"{stage}.yaml"
    for path in sorted(folder.glob("*")):
        if path.name != name and (path.stem.lower(), path.suffix.lower()) in ((stage, ".yaml"), (stage, ".yml")):
            hint = f"put all values into stages/{name}"
            raise Refused(f"stages/{path.name}: is not read: this stage's file is stages/{name}", hint)
    return read_source(folder / name, f"stages/{name}", model)


def strays(platform: Platform, asset: AssetRecord) -> tuple[str, ...]:
    """A warning for each file of a stage that there is not: nobody reads it, whatever its author believes."""
    labels = [stage.label for stage in asset_stages(platform, asset)]
    return tuple(
        f"stages/{shown(path.name)}: is not read: no stage has this name; they are {listed(labels)}; "
        + suggest(path.stem.lower(), labels, "rename it, or remove it")
        for path in sorted((Path(asset.folder) / "stages").glob("*"))
        if path.suffix.lower() in (".yaml", ".yml") and path.stem.lower() not in labels
    )
