"""The files of models as clients sent them: kept by their content, read from there and from nowhere else. Does I/O.

A tree of files (``odcpub.tree``) is kept as a blob, its digest is the *source* of a publish; each content is a blob
too. What an odcpub of before published lies in its author's folder on this machine yet: ``_adopt`` reads it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from odcpub.errors import Refused, UsageError
from odcpub.model.load import RawModel, load
from odcpub.model.source import text_at
from odcpub.operations.core.command import Publish
from odcpub.operations.core.run import Run
from odcpub.operations.platform import Platform
from odcpub.store.clock import now
from odcpub.store.records import AssetRecord
from odcpub.tree.folder import read_folder
from odcpub.tree.tree import LOCK_FILE, Bad, BadTree, Tree, check_sizes, digest_of


def accept(platform: Platform, tree: Tree, contents: Iterable[bytes]) -> tuple[str, ...]:
    """Keeps the contents that the tree names, and the tree once it is whole; the digests that are still missing.
    Nothing is kept where one is of no file, or where the files have more bytes than a model may have."""
    blobs, wanted = platform.store.blobs, tree.contents()
    given = {digest_of(content): content for content in contents}
    if not wanted.issuperset(given):
        raise UsageError("the request contains a file that its list does not name", "send the model's files again")
    sizes = {**blobs.touch(wanted), **{digest: len(content) for digest, content in given.items()}}
    try:
        check_sizes(tree, sizes)
    except BadTree as error:
        raise UsageError(f"the model's files: {error}", "leave out what is no part of the model") from None
    for content in given.values():
        blobs.put(content)
    missing = tuple(sorted(wanted.difference(sizes)))
    if not missing:
        blobs.put(tree.text().encode())
        platform.caches.taken(tree.digest)
    return missing


def take(platform: Platform, source: str) -> None:
    """The files that a request names count as used now, and so none of them is removed before a record names them too;
    a UsageError where they are not all there."""
    if platform.caches.was_taken(source):
        return
    wanted = {source, *tree_of(platform, source).contents()}
    if wanted.difference(platform.store.blobs.touch(wanted)):
        raise UsageError(f"{source[:12]}: not all files of this model are there any more", "send them again")
    platform.caches.taken(source)


def tree_of(platform: Platform, source: str) -> Tree:
    """The tree of that digest; a UsageError where it was never sent."""
    if not platform.store.blobs.has(source):
        raise UsageError(
            f"{source[:12]}: the server has no model with this digest",
            "send the model's files first: POST /api/v1/model-files",
        )
    try:
        return platform.caches.tree(source)
    except BadTree as error:
        raise UsageError(f"{source[:12]}: {error}", "send the model's files again") from None


def read_raw(platform: Platform, source: str, where: str) -> RawModel:
    """The model's parts. ``where``: the folder or archive that it was sent from, for messages."""
    return load(tree_of(platform, source), platform.store.blobs.get, where, platform.files)


def text_of(platform: Platform, tree: Tree, path: str, shown_as: str = "") -> str:
    """The text of one file beside the model; empty where there is none."""
    return text_at(tree.entries.get(path), shown_as or path, platform.store.blobs.get)


def lock_text(platform: Platform, source: str) -> str:
    """The lock file's text; empty where there is none."""
    return text_of(platform, tree_of(platform, source), LOCK_FILE)


def keep(platform: Platform, asset: AssetRecord, by: str, at: str) -> None:
    """The files that configure the asset's stages are those of its ``source`` from now on; ``by`` and ``at``: who sent
    them, and since when they count."""
    if asset.source:
        platform.store.assets.keep_source(asset.key, asset.source, stage_marks(platform, asset.source), by, at)


def stage_marks(platform: Platform, source: str) -> dict[str, str]:
    """Of the source's files that configure stages: path → what tells one content from another."""
    return {path: _mark(one) for path, one in tree_of(platform, source).beside().items()}


def recorded_marks(platform: Platform, asset: str) -> dict[str, str]:
    """The same of the files that configure the asset's stages now."""
    return {one.path: one.content for one in platform.store.assets.stage_files(asset) if one.content}


def published(run: Run) -> None:
    """A publish that serves, or has nothing to run, has been taken in: the asset's name and its stages' files are those
    of its model from now on."""
    if isinstance(command := run.command, Publish):
        run.platform.store.assets.register(command.asset)
        keep(run.platform, command.asset, command.actor, now())


def _mark(entry: str | Bad) -> str:
    """Tells one content from another, and from a file that could not be read."""
    return entry if isinstance(entry, str) else digest_of(f"{entry.message}\n{entry.hint}".encode())


def files_of(platform: Platform, asset: AssetRecord) -> Tree | None:
    """The files that the asset's stages are configured by: those of ``asset.source``, else the ones that are recorded.
    None where there are none, and the folder of before is gone."""
    recorded = None if asset.source else platform.store.assets.find(asset.key)
    source = asset.source or (recorded.source if recorded else "") or _adopt(platform, asset)
    return tree_of(platform, source) if source else None


def check_files(platform: Platform, asset: AssetRecord) -> Tree:
    """The same, refused where there are none: nobody knows what they give to a stage."""
    found = files_of(platform, asset)
    if found is None and asset.host:
        raise UsageError(
            f"{asset.name}: the server does not have the files of its stages: its first publish did not finish",
            "send them from the model's folder: odcpub config push PATH; or publish it: odcpub publish PATH",
        )
    if found is None:
        raise UsageError(
            f"{asset.folder}: the folder that {asset.name} was published from is missing, and with it the files of "
            "its stages",
            "put it back, or publish the model from where it is now: odcpub publish PATH; without a publish: "
            "odcpub config push PATH",
        )
    return found


def source_of(platform: Platform, asset: AssetRecord) -> str:
    """The source of a publish; of one that an earlier odcpub has begun, what its folder holds now."""
    source = asset.source or _adopt(platform, asset)
    if not source:
        raise Refused(
            f"{asset.folder}: does not exist any more, and this publish was begun before files were sent",
            "publish the model again: odcpub publish PATH",
        )
    return source


def _adopt(platform: Platform, asset: AssetRecord) -> str:
    """Takes over the files of an asset that an earlier odcpub published, whose server read them in its author's
    folder: read once, and kept from then on. Empty where the folder is gone, and where a client has named it: that is
    a folder of the client's machine, whatever this machine has under the same path."""
    folder = Path(asset.folder)
    if asset.host or not folder.is_absolute() or not folder.is_dir():
        return ""
    found = read_folder(folder)
    accept(platform, found.tree, found.contents.values())
    source = found.tree.digest
    recorded = platform.store.assets.find(asset.key)
    if recorded and recorded.key == asset.key and not recorded.source:
        files: Mapping[str, str] = {path: _mark(one) for path, one in found.tree.beside().items()}
        platform.store.assets.keep_source(asset.key, source, files, "", now())
    return source
