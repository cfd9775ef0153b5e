"""First models: the files that ``odcpub new`` writes. No I/O but a random key."""

from __future__ import annotations

import re
import uuid

from odcpub.errors import UsageError
from odcpub.model.language import NAME_LENGTH, NAME_PATTERN
from odcpub.model.names import is_reserved_asset
from odcpub.model.physical import asset_label
from odcpub.text import shown

_APP = """\
# The app {name}. All *.yaml files in this folder and its subfolders are one model; divide it into files as you like.
app: {name}
key: {key}      # the app's identity: never change it
description: What {name} is for

# Settings: each stage may have its own values. A secret has no default and stands in no file.
settings:
  Greeting: {{ type: Text, length: 100, default: Welcome }}

# Static entities: fixed lists, with the same records in every stage.
static_entities:
  Status:
    records:
      Open: {{ label: Open }}
      Done: {{ label: Done }}

# Entities: tables. Each gets a list and a detail page; to define your own pages, add a section screens.
# To rename an element: odcpub rename PATH OLD NEW. It adds key: <first name>, so that its rows stay.
entities:
  Task:
    display: Title      # what other pages show for a task
    attributes:
      Title:   {{ type: Text, length: 100, mandatory: true }}
      Status:  {{ type: Status Identifier, mandatory: true, default: Open }}
      DueOn:   {{ type: Date }}
      Created: {{ type: Date Time, mandatory: true, default: =CurrDateTime() }}
      Notes:   {{ type: Text }}      # no length: unbounded
"""

_STAGE = """\
# QA's values of settings, instead of the model's defaults. Each stage has one such file. Set secrets by command:
#   odcpub config set {label} SomeSecret --stage qa
settings:
  Greeting: Welcome to QA
"""

_LIBRARY = """\
# The library {name}: elements that several apps share. It has no data and no pages.
# Publish it, then release it: odcpub release {label} --version 1.0.0 --notes "first"
# An app says which versions it accepts: uses: {{ {name}: "^1.0" }}
library: {name}
key: {key}      # the library's identity: never change it
description: What {name} is for

# Static entities: fixed lists. An app refers to a record of this one with the type '{name}.Size Identifier'.
static_entities:
  Size:
    records:
      Small: {{ label: Small }}
      Large: {{ label: Large }}

# Structures: attributes that belong together, without identity or table.
structures:
  Box:
    attributes:
      Size:   {{ type: Size Identifier, mandatory: true, default: Small }}
      Weight: {{ type: Decimal, digits: 8, decimals: 3, minimum: 0 }}
"""


def first_model(kind: str, name: str | None, folder: str) -> tuple[str, dict[str, str]]:
    """A first model's name and files, by POSIX path below its folder. ``kind``: ``app`` or ``library``; ``name``:
    None where the name of the ``folder`` gives it. Raises UsageError for what is no name."""
    name = name_of_folder(folder) if name is None else name
    make = {"app": new_app, "library": new_library}[kind]
    return name, make(name, str(uuid.uuid4()))


def new_app(name: str, key: str) -> dict[str, str]:
    """The files of a first app, by POSIX path below its folder. ``key``: a fresh UUID."""
    return {
        "app.yaml": _APP.format(name=_checked(name), key=key),
        "stages/qa.yaml": _STAGE.format(label=asset_label(name)),
    }


def new_library(name: str, key: str) -> dict[str, str]:
    """The files of a first library, by POSIX path below its folder. ``key``: a fresh UUID."""
    return {"library.yaml": _LIBRARY.format(name=_checked(name), label=asset_label(name), key=key)}


def _checked(name: str) -> str:
    if len(name) > NAME_LENGTH or not re.fullmatch(NAME_PATTERN, name):
        hint = f"begin with a letter A to Z; then letters, digits and underscores, {NAME_LENGTH} in all: --name NAME"
        raise UsageError(f"'{shown(name)}' is not a name", hint)
    if is_reserved_asset(name):
        message = f"an asset cannot be called {name}: the name is taken by the platform"
        raise UsageError(message, "choose another one: --name NAME")
    return name


def name_of_folder(folder: str) -> str:
    """The asset's name that a folder's name suggests: ``help-desk`` → ``HelpDesk``; itself where that is none."""
    if not folder.isascii():  # what is left without its other letters would be another word
        return folder
    words = [word for word in re.split("[^A-Za-z0-9]+", folder) if word]
    name = "".join(word[0].upper() + word[1:] for word in words)
    return re.sub("^[0-9]+", "", name)[:NAME_LENGTH] or folder
