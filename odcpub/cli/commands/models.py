"""What a command does with a model's files. Only ``update`` asks the server. Does I/O."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from odcpub.author.files import is_archive, read_model, read_text
from odcpub.author.folder import new_folder, write
from odcpub.author.lock_file import write_lock
from odcpub.cli import show, show_models
from odcpub.cli.client import Client
from odcpub.cli.printing import as_json, pasted
from odcpub.cli.routes import UPDATE
from odcpub.cli.sending import send
from odcpub.errors import UsageError

if TYPE_CHECKING:
    from odcpub.api_types.models import SentModel


def new(options: argparse.Namespace) -> int:
    """Writes a first model."""
    from odcpub.author.scaffold import first_model

    folder = new_folder(options.path, "PATH")
    name, files = first_model(options.kind, options.name, folder.name)
    write(folder, files)
    text = f"{name} is in {options.path}. Try: odcpub publish {pasted(options.path)}"
    return show.answer({"name": name, "files": sorted(files)}, text, options.json)


def verify(options: argparse.Namespace) -> int:
    """Shows what is wrong with a model, without a server."""
    if options.watch:
        return _watch(options)
    from odcpub.author.verifying import verify_files

    return show.verified(verify_files(read_model(options.path)), options.path, options.json)


def _watch(options: argparse.Namespace) -> int:
    """Shows it again after each change, until Ctrl-C, whose exit code ``main`` knows."""
    from odcpub.author.watching import watch

    for seen in watch(options.path):
        show_models.watched(seen, options.path, options.json)
    return 0


def rename(options: argparse.Namespace) -> int:
    """Gives an element of a model another name."""
    if is_archive(options.path):
        hint = "rename in the model's folder, and archive it again"
        raise UsageError(f"{options.path}: nothing can be renamed in an archive", hint)
    from odcpub.author.rename.command import rename_element

    made = rename_element(options.path, options.old, options.new, options.dry_run)
    return show_models.renamed(made, options.json)


def archive(options: argparse.Namespace) -> int:
    """Writes a model into one file."""
    from odcpub.author.archiving import write_archive

    made = write_archive(read_model(options.path), options.out)
    out = made["file"]
    return show.answer(made, f"{made['name']} is in {out}. Try: odcpub publish {pasted(out)}", options.json)


def update(options: argparse.Namespace) -> int:
    """Takes newer versions of the libraries that a model uses."""
    if is_archive(options.path):
        raise UsageError(
            f"{options.path}: an archive cannot be updated", "update the model's folder, and archive it again"
        )
    found, client = read_model(options.path), Client.connected()
    body: SentModel = send(client, found)[0]
    answer = client.request(UPDATE, body)
    if answer["lockFile"] is not None:
        write_lock(Path(found.where), answer["lockFile"])
    return show.update(answer, options.json)


def import_model(options: argparse.Namespace) -> int:
    """Makes a model of a file of another tool."""
    from odcpub.author.importing import import_text

    source, folder = Path(options.file), new_folder(options.out, "--out")
    made = import_text(options.format, read_text(source), source.name, options.name or None)
    write(folder, made["files"])
    return show.imported(made, options.out, options.json)


def schema(options: argparse.Namespace) -> int:
    """Prints the JSON Schema of the model language."""
    from odcpub.author.schema import language_schema

    as_json(language_schema())
    return 0
