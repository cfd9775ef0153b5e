"""Revisions and migration scripts: release, write out, put back. Does I/O."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from odcpub.author.folder import at, new_folder, write
from odcpub.cli import routes, show
from odcpub.cli.client import Client
from odcpub.errors import UsageError
from odcpub.files import BadFile, read_file, text_of

if TYPE_CHECKING:
    from odcpub.api_types.assets import AssetVersionPatchRequest
    from odcpub.api_types.installation import ScriptsRequest


def release(options: argparse.Namespace) -> int:
    """Gives a revision a version."""
    body: AssetVersionPatchRequest = {"tag": options.version, "releaseNotes": options.notes}
    answer = Client.connected().request(routes.RELEASE.at(options.asset, str(options.revision or 0)), body)
    already = " already" if answer["unchanged"] else ""
    text = f"{answer['name']} {answer['tag']} is revision {answer['revision']}{already}."
    return show.answer(answer, text, options.json)


def source(options: argparse.Namespace) -> int:
    """Writes a revision out as a .NET project."""
    folder = new_folder(options.folder, "FOLDER")
    query = {"revision": options.revision} if options.revision else {}
    answer = Client.connected().request(routes.SOURCE.at(options.asset).asking(**query))
    write(folder, answer["files"], readable=True)
    return show.source(answer, options.folder, options.json)


def data_scripts(options: argparse.Namespace) -> int:
    """Writes an app's migration scripts out, or puts lost ones back."""
    if options.source is not None:
        body: ScriptsRequest = {"stage": options.stage, "files": _scripts_of(options.source)}
        restored = Client.connected().request(routes.RESTORE_SCRIPTS.at(options.asset), body)
        return show.scripts(restored, options.source, "restored", "from", options.json)
    folder = new_folder(options.out, "--out")
    answer = Client.connected().request(routes.SCRIPTS.at(options.asset).asking(stage=options.stage))
    write(folder, answer["files"])
    return show.scripts(answer, options.out, "wrote", "to", options.json)


def _scripts_of(given: str) -> dict[str, str]:
    """The scripts in a folder that was written out, by what was typed: path below it → text."""
    if not given:
        raise UsageError("--from: is empty", "name a folder that odcpub data scripts --out has written")
    folder = at(given)
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "no such folder"
        raise UsageError(f"{given}: {what}", "name a folder that odcpub data scripts --out has written")
    found = {}
    for path in sorted(folder.glob("*/*.py")):
        try:
            found[f"{path.parent.name}/{path.name}"] = text_of(read_file(path) or b"")
        except BadFile as bad:
            raise UsageError(f"{path}: {bad.reason}", bad.hint) from None
    return found
