"""``odcpub import``: a model of another tool as files of the model language. No I/O but a random key."""

from __future__ import annotations

import uuid
from typing import TypedDict

from odcpub.api_types.problems import ModelProblem, problem_data
from odcpub.errors import ModelError, Severity
from odcpub.model.importers.jdl.importing import import_jdl

IMPORTERS = {"jdl": import_jdl}
"""By the format's name on the command line."""


class Imported(TypedDict):
    """A model's files (path → text) and what could not be taken over as it was."""

    name: str
    files: dict[str, str]
    problems: list[ModelProblem]


def import_text(kind: str, text: str, file: str, name: str | None) -> Imported:
    """The model's files and warnings; raises ModelError with every problem where there is an error. ``name``: the
    app's, None where the text says it; ``file``: the text's, for messages."""
    imported = IMPORTERS[kind](text, name, str(uuid.uuid4()), file)
    if any(one.severity is Severity.ERROR for one in imported.problems):
        raise ModelError(imported.problems)
    problems = [problem_data(one) for one in imported.problems]
    return {"name": imported.name, "files": dict(imported.files), "problems": problems}
