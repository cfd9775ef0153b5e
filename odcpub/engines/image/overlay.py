"""Lays unpacked layers over each other by hard links, with OCI's whiteouts. I/O: reads layers, writes one folder.

Rules: OCI image specification, layers: ``.wh.<name>`` deletes a name of the layers below, ``.wh..wh..opq`` all of its
folder's; a later layer's file replaces a folder and the other way round.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from odcpub.image.layers import WHITEOUT

_OPAQUE = ".wh..wh..opq"


def compose(layers: Sequence[Path], target: Path) -> None:
    """Fills the empty folder ``target`` from the bottom up. Links are remade, never followed."""
    for layer in layers:
        _lay(layer, target)


def _lay(source: Path, target: Path) -> None:
    entries = sorted(os.scandir(source), key=lambda entry: entry.name)
    for entry in entries:
        if entry.name == _OPAQUE:
            for below in tuple(target.iterdir()):
                _remove(below)
        elif entry.name.startswith(WHITEOUT):
            _white_out(target, entry.name.removeprefix(WHITEOUT))
    for entry in entries:
        if entry.name.startswith(WHITEOUT):
            continue
        path = target / entry.name
        if entry.is_dir(follow_symlinks=False):
            _folder(Path(entry.path), path)
        else:
            _remove(path)
            _file(entry, path)


def _white_out(target: Path, name: str) -> None:
    """``.wh.`` alone or ``.wh...`` would name the folder itself or the one above: such a name deletes nothing."""
    if name not in ("", ".", ".."):
        _remove(target / name)


def _folder(source: Path, path: Path) -> None:
    if path.is_symlink() or not path.is_dir():
        _remove(path)
        path.mkdir()
    path.chmod(source.stat().st_mode & 0o777)
    _lay(source, path)


def _file(entry: os.DirEntry[str], path: Path) -> None:
    if entry.is_symlink():
        path.symlink_to(Path(entry.path).readlink())
        return
    try:
        os.link(entry.path, path, follow_symlinks=False)
    except OSError:
        shutil.copy2(entry.path, path, follow_symlinks=False)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
