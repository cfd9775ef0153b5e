"""Stages' files without a publish: sent anew, kept, and pending until they are applied. Does I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from shlex import quote

from odcpub.api_types.assets import ChangeWord, PendingFile, PushedFile, PushedFiles
from odcpub.deployment.configuration import parse_stage_file
from odcpub.deployment.stages import Stage, find
from odcpub.errors import Missing, ModelError, OdcpubError, Problem, Refused, UsageError
from odcpub.operations import requests, settings
from odcpub.operations import stage as stages
from odcpub.operations.command_line import apply_line
from odcpub.operations.core.command import Publish
from odcpub.operations.core.ledger import Operation, how_to_wait
from odcpub.operations.core.outputs import StageRef
from odcpub.operations.model_files import accept, check_files, files_of, keep, stage_marks, take, tree_of
from odcpub.operations.models import Sent, asset_stages, read_head, stage_file, unread_stage_files
from odcpub.operations.platform import Platform
from odcpub.store.clock import now
from odcpub.store.records import AssetRecord, DeploymentRecord, OperationKind, StageFile
from odcpub.text import shown, suggest
from odcpub.tree.tree import Entry, Tree


def push(platform: Platform, sent: Sent, to: str, user: str) -> PushedFiles:
    """Keeps the project file and the stages' files that were sent (``to``: the file of that stage alone) as the
    asset's; what changed. Refused, and nothing is kept, where one of them has problems, or a publish that does not
    serve yet brings its own."""
    take(platform, sent.source)
    asset = _published(platform, sent)
    with platform.beginning:
        _refuse_while_publishing(platform, asset)
        before = files_of(platform, asset)
        tree = _of_one_stage(platform, asset, sent, to) if to else tree_of(platform, sent.source)
        if accept(platform, tree, ()):
            raise UsageError("not all files of the stages are there any more", "run the same command again")
        pushed = replace(asset, source=tree.digest)
        named = asset_stages(platform, pushed)
        sent_for = [find(named, to)] if to else named
        _check(platform, pushed, sent_for)
        keep(platform, pushed, user, now())
    resumed = requests.values_came(platform, asset)
    files = list(_changes(before.beside() if before else {}, tree.beside()))
    warnings = [*unread_stage_files(platform, pushed), *_unknown(platform, pushed, sent_for)]
    return {"key": asset.key, "name": asset.name, "files": files, "warnings": warnings, "resumed": resumed}


def _published(platform: Platform, sent: Sent) -> AssetRecord:
    """The asset whose files these are; a rename comes with a publish."""
    head = read_head(platform, sent.source, sent.folder)
    asset = platform.store.assets.find(head.key)
    if asset is None or asset.key != head.key:
        raise Missing(f"{head.name}: was never published", f"publish it first: odcpub publish {quote(sent.folder)}")
    if asset.name != head.name:
        raise Refused(
            f"{head.name}: its key belongs to {asset.name}: a publish renames an asset, and no push of its files",
            f"odcpub publish {quote(sent.folder)}",
        )
    return asset


def _refuse_while_publishing(platform: Platform, asset: AssetRecord) -> None:
    """Of several publishes that run, those whose versions serve have brought their files already."""
    publishes = (one for one in platform.ledger.running(asset.key) if one.kind is OperationKind.PUBLISH)
    if publish := next((one for one in publishes if not one.serves), None):
        raise Refused(
            f"{asset.name}: is being published, and its publish brings the stages' files along",
            how_to_wait(publish),
        )


def _of_one_stage(platform: Platform, asset: AssetRecord, sent: Sent, to: str) -> Tree:
    """The asset's files with the one stage's as it was sent."""
    tree, new = check_files(platform, asset), tree_of(platform, sent.source)
    label = find(asset_stages(platform, asset), to).label
    kept = {path: one for path, one in tree.entries.items() if not _is_of(path, label)}
    return Tree({**kept, **{path: one for path, one in new.entries.items() if _is_of(path, label)}}, tree.above)


def _is_of(path: str, label: str) -> bool:
    """Whether the path is the stage's file, or is meant to be it."""
    found = PurePosixPath(path)
    return path == "stages" or (path.startswith("stages/") and found.stem.lower() == label)


def _check(platform: Platform, asset: AssetRecord, named: Sequence[Stage]) -> None:
    """Raises what is wrong with the files of these stages, all at once."""
    problems: list[Problem] = []
    for one in named:
        try:
            text = stage_file(platform, asset, one.label)
        except ModelError as error:
            problems += error.problems
        else:
            problems += parse_stage_file(text, f"stages/{one.label}.yaml").problems
    if problems:
        raise ModelError(problems, f"{asset.name}: the configuration of its stages")


def _unknown(platform: Platform, asset: AssetRecord, named: Sequence[Stage]) -> Iterator[str]:
    """Values of settings that the newest revision does not have: the next one may, so they are kept."""
    newest = settings.latest(platform, asset)
    known = [setting.name for setting in newest.settings] if newest else []
    for one in named if newest else ():
        for value in parse_stage_file(stage_file(platform, asset, one.label), f"stages/{one.label}.yaml").values:
            if value.name not in known:
                meant = suggest(value.name, known, "without it there, the next deployment is refused")
                yield f"{value.place}: the newest revision of {asset.name} has no setting {shown(value.name)}; {meant}"


def _changes(before: dict[str, Entry], after: dict[str, Entry]) -> Iterator[PushedFile]:
    for path in sorted(before | after):
        if before.get(path) != after.get(path):
            yield {"path": path, "change": _change(path in before, path in after)}


def _change(was: bool, stays: bool) -> ChangeWord:
    if not stays:
        return "removed"
    return "changed" if was else "new"


def pending(platform: Platform, asset: AssetRecord, current: DeploymentRecord) -> PendingFile | None:
    """The stage's file, where it counts since what is deployed there was begun, and gives it other values."""
    path = f"stages/{current.stage}.yaml"
    operation = platform.ledger.operation(current.operation)
    file = next((one for one in platform.store.assets.stage_files(asset.key) if one.path == path), None)
    if operation is None or file is None or file.sent_at <= operation.started_at:
        return None
    if _brought(platform, operation, file) or not _differs(platform, asset, current):
        return None
    apply = apply_line(asset.label, current.stage)
    return {"file": path, "sentBy": file.sent_by, "sentAt": file.sent_at, "apply": apply}


def _brought(platform: Platform, operation: Operation, file: StageFile) -> bool:
    """Whether the operation is a publish that the file came with: it counts since that serves."""
    source = operation.command.asset.source if isinstance(operation.command, Publish) else ""
    return bool(source) and stage_marks(platform, source).get(file.path) == file.content


def _differs(platform: Platform, asset: AssetRecord, current: DeploymentRecord) -> bool:
    """Whether the stage has other values now than were deployed; so it has where they are refused."""
    revision = platform.store.assets.revision(asset.key, current.revision)
    assert revision is not None  # noqa: S101 - a deployed revision is never removed
    try:
        model = platform.model_of(asset.name, revision)
        target = stages.Target(asset, StageRef(current.stage, current.stage), model, {})
        resolved = stages.configuration(platform, target, settings.latest(platform, asset))
        return stages.fingerprint(platform, resolved) != current.configuration
    except OdcpubError:
        return True
