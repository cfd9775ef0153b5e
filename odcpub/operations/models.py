"""Models as they were sent: reading, locking libraries, stages, a stage's file. Does I/O."""

from __future__ import annotations

import shlex
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

import msgspec

from odcpub.deployment.stages import DEFAULT_STAGES, Purpose, Stage, find, label_of, parse_project
from odcpub.errors import Missing, ModelError, Problem, Refused, Severity, UsageError
from odcpub.model.elements import Kind, Library, Use, VerifiedAsset
from odcpub.model.lock import read_lock, resolve, write_lock
from odcpub.model.physical import asset_label
from odcpub.model.problems import Code
from odcpub.model.source import problem_at
from odcpub.model.verify import uses, verify
from odcpub.model.versions import parse_range, parse_version
from odcpub.operations.libraries import Locked, available, renamed
from odcpub.operations.model_files import check_files, files_of, lock_text, read_raw, take, text_of
from odcpub.operations.platform import Platform
from odcpub.store.records import AssetRecord
from odcpub.text import listed, shown, suggest
from odcpub.tree.tree import OTHER_PROJECT_FILE, PROJECT_FILE, STAGES, Bad, Tree


@dataclass(frozen=True, slots=True)
class Sent:
    """A model as a client sent it. ``source``: the digest of its files; ``folder`` and ``host``: where they lie, for
    people; ``renamed``: the folder that the asset was published from before holds it no more, so that one with its key
    and another name is the same asset, renamed."""

    source: str
    folder: str
    host: str = ""
    renamed: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """A verified model, the libraries it is locked to by name, and its warnings. ``kept``: libraries that the lock file
    does not name, which stay at the version of the last publish; ``lock_file``: the text that the lock file should have
    (empty: it should go), None where it is right."""

    asset: VerifiedAsset
    libraries: Mapping[str, Library]
    warnings: tuple[Problem, ...]
    kept: tuple[str, ...] = ()
    lock_file: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """Who a model says it is, before it is verified. ``label``: the asset's DNS label."""

    key: str
    name: str
    kind: Kind
    label: str


def read_head(platform: Platform, source: str, where: str) -> Head:
    """The model's kind, name and key; a model that does not say them is refused with all its problems."""
    raw = read_raw(platform, source, where)
    if not raw.key or raw.kind is None or not raw.name:
        verify(raw, {})
    if raw.kind is Kind.EXTENSION:
        raise Refused(f"{raw.name}: extensions are not supported yet", "publish an app or a library")
    assert raw.kind is not None  # noqa: S101 - verify has raised otherwise
    return Head(raw.key, raw.name, raw.kind, asset_label(raw.name))


def planned(platform: Platform, sent: Sent) -> AssetRecord:
    """The asset that the model is, or would be. Refused where it is a copy of another app's model that still has that
    app's key: publishing it would give that app's data to both."""
    take(platform, sent.source)
    head = read_head(platform, sent.source, sent.folder)
    known = platform.store.assets.find(head.key)
    if known and known.key == head.key and is_copy(known, head.name, sent) and not sent.renamed:
        raise _copied(known, head.name, sent)
    return platform.store.assets.planned(
        AssetRecord(head.key, head.name, head.kind, head.label, sent.folder, "", sent.source, sent.host)
    )


def former(platform: Platform, sent: Sent) -> AssetRecord | None:
    """The asset that this model has the key of, where only the sender can look whether it is still in its folder on the
    sender's machine; None where nothing hangs on that."""
    try:
        head = read_head(platform, sent.source, sent.folder)
    except Refused:  # told by the publish itself
        return None
    known = platform.store.assets.find(head.key)
    here = known is not None and known.host in ("", sent.host)
    return known if known and here and is_copy(known, head.name, sent) else None


def is_copy(known: AssetRecord, name: str, sent: Sent) -> bool:
    """Whether a model with the asset's key, another name and another place can be a copy, and not the asset renamed."""
    return known.name != name and (known.folder, known.host or sent.host) != (sent.folder, sent.host)


def _copied(known: AssetRecord, name: str, sent: Sent) -> Refused:
    here = (known.host or sent.host) == sent.host
    folder = known.seen_from(sent.host)
    state = "is still there, or cannot be read now" if here else "cannot be looked for from here"
    same = f"rename it in {folder} too, remove that folder, or publish it with --renamed"
    return Refused(
        f"{name}: its key already belongs to {known.name}, published from {folder}, whose model {state}; "
        "every asset needs a key of its own",
        f"for a new asset, give it another key, such as {uuid.uuid4()}; for the same asset, renamed: "
        + (same if here else "publish it with --renamed"),
    )


def read_model(platform: Platform, source: str, where: str, update: bool = False) -> Read:
    """Reads, locks and verifies. Libraries without a lock are locked now; ``update`` takes newer ones. ``where``: the
    folder or archive, for messages."""
    raw = read_raw(platform, source, where)
    before = read_lock(lock_text(platform, source))
    wanted = uses(raw)
    there = available(platform) if wanted else {}
    last = {} if update else _last_lock(platform, raw.key, before)
    try:
        asked = _Wanted(wanted, there, raw.name or "the model", shlex.quote(where))
        libraries, kept = _resolved(asked, before, last, update)
    except Refused:
        # Where the model itself asks for what there is not, verify tells the place.
        ranges = {use.name: use.range for use in wanted}
        found = {name: _nearest(versions, ranges.get(name, "*")) for name, versions in there.items() if versions}
        try:
            verify(raw, found)
        except ModelError as error:
            raise ModelError((*error.problems, *_renamed(platform, wanted))) from None
        raise
    asset, warnings = platform.caches.verified(raw.key, raw, libraries)
    versions = {name: library.version for name, library in libraries.items()}
    lock_file = write_lock(versions) if versions != before else None
    return Read(asset, libraries, (*warnings, *_renamed(platform, wanted)), kept, lock_file)


def _last_lock(platform: Platform, key: str, before: Mapping[str, str]) -> dict[str, str]:
    """The versions that the last revision was locked to, of libraries that the lock file does not name: it may never
    have been written, where the client ended before."""
    latest = platform.store.assets.latest(key) if key else None
    locked = msgspec.json.decode(latest.lock, type=dict[str, Locked]) if latest else {}
    return {name: one.version for name, one in locked.items() if name not in before}


class _Wanted(NamedTuple):
    """What a model uses, of what there is; its name and path, for messages."""

    uses: Sequence[Use]
    there: Mapping[str, Sequence[Library]]
    name: str
    path: str

    def locked_to(self, versions: Mapping[str, str]) -> Mapping[str, Library]:
        """The libraries in these versions, where they are named; else the newest ones that fit."""
        return resolve(self.uses, self.there, versions, self.name, self.path)


def _resolved(
    wanted: _Wanted, before: Mapping[str, str], last: Mapping[str, str], update: bool
) -> tuple[Mapping[str, Library], tuple[str, ...]]:
    """The libraries, and those of them that stay as the last revision had them."""
    if last:
        try:
            found = wanted.locked_to({**last, **before})
        except Refused:  # one of them does not fit any more
            pass
        else:
            return found, tuple(f"{one} {last[one]}" for one in sorted(last.keys() & found.keys()))
    return wanted.locked_to({} if update else before), ()


def _renamed(platform: Platform, wanted: Sequence[Use]) -> Iterator[Problem]:
    """A warning for each library that goes on under another name: what is newer is to be had under that alone."""
    for use in wanted:
        if now := renamed(platform, use.name):
            message = f"{use.name} is called {now[0]} since {now[1]}; newer versions have that name alone"
            hint = f"write {now[0]} for {use.name}, here and in its types, to use them"
            code, element = str(Code.RENAMED_LIBRARY), f"uses.{use.name}"
            yield Problem(code, message, hint, use.place, element, Severity.WARNING)


def _nearest(versions: Sequence[Library], wanted: str) -> Library:
    """The newest version in the range; the newest of all where none is."""
    fitting = [one for one in versions if parse_range(wanted).has(parse_version(one.version))]
    return max(fitting or versions, key=lambda one: parse_version(one.version))


def asset_stages(platform: Platform, asset: AssetRecord | None) -> Sequence[Stage]:
    """The stages of the asset's project: of the project file that was sent with its model, else the usual."""
    tree = files_of(platform, asset) if asset else None
    return DEFAULT_STAGES if tree is None else project_stages(platform, tree)


def project_stages(platform: Platform, tree: Tree) -> Sequence[Stage]:
    """The stages that these files name."""
    shown_as = tree.project_path
    if isinstance(other := tree.entries.get(OTHER_PROJECT_FILE), Bad):
        raise Refused(f"{'../' * tree.above}{OTHER_PROJECT_FILE}: {other.message}", other.hint)
    if PROJECT_FILE not in tree.entries:
        return DEFAULT_STAGES
    project = parse_project(text_of(platform, tree, PROJECT_FILE, shown_as), shown_as)
    if project.problems:
        raise ModelError(project.problems, PROJECT_FILE)
    return project.stages


def stage_of(platform: Platform, asset: AssetRecord | None, word: str) -> Stage:
    """The stage of that name or label; of one that the project has named before, where something is left in it, a
    Missing says what, and how to take it out."""
    return stage_among(platform, asset, asset_stages(platform, asset), word)


def stage_among(platform: Platform, asset: AssetRecord | None, stages: Sequence[Stage], word: str) -> Stage:
    """The same, of stages that the caller has read: whoever compares it with others reads them once."""
    try:
        return find(stages, word)
    except UsageError as error:
        former = _former(platform, asset, word) if asset else None
        if asset is None or former is None:
            raise
        raise Missing(
            f"{former.name}: is no longer a stage of {asset.name}; its stages are {listed(one.name for one in stages)}",
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


def stage_file(platform: Platform, asset: AssetRecord, stage: str) -> str:
    """The text of the stage's file, as it was sent last; empty where there is none. Refused where a file is there that
    can only be meant for it: unread, the stage would get other values than its author sees."""
    tree = check_files(platform, asset)
    name = f"{stage}.yaml"
    for other in sorted(tree.stages()):
        path = PurePosixPath(other)
        if other != name and (path.stem.lower(), path.suffix.lower()) in ((stage, ".yaml"), (stage, ".yml")):
            hint = f"put all values into stages/{name}"
            raise Refused(f"stages/{other}: is not read: this stage's file is stages/{name}", hint)
    if isinstance(folder := tree.entries.get(STAGES), Bad):
        raise ModelError((problem_at(folder, f"stages/{name}"),), f"stages/{name}")
    return text_of(platform, tree, f"stages/{name}")


def unread_stage_files(platform: Platform, asset: AssetRecord) -> tuple[str, ...]:
    """A warning for each file of a stage that there is not: nobody reads it, whatever its author believes."""
    labels = [stage.label for stage in asset_stages(platform, asset)]
    tree = files_of(platform, asset)
    names = sorted(tree.stages()) if tree else []
    stems = {name: PurePosixPath(name).stem.lower() for name in names}
    return tuple(
        f"stages/{shown(name)}: is not read: no stage has this name; they are {listed(labels)}; "
        + suggest(stem, labels, "rename it, or remove it")
        for name, stem in stems.items()
        if stem not in labels
    )
