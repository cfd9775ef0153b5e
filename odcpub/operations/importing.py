"""Other people's models as files of the model language. No I/O."""

from __future__ import annotations

import uuid

from odcpub.api_types.installation import Imported
from odcpub.errors import ModelError, Severity
from odcpub.operations.platform import error_data


def import_text(kind: str, text: str, file: str, name: str | None) -> Imported:
    """The model's files and warnings; raises ModelError with every problem where there is an error."""
    from odcpub.model.importers.jdl.importing import import_jdl  # no server's start waits for it

    importers = {"jdl": import_jdl}
    imported = importers[kind](text, name, str(uuid.uuid4()), file)
    if any(one.severity is Severity.ERROR for one in imported.problems):
        raise ModelError(imported.problems)
    return {
        "name": imported.name,
        "files": dict(imported.files),
        "problems": error_data(ModelError(imported.problems))["problems"],
    }
