"""``odcpub schema``: the JSON Schema of the model language. No I/O."""

from __future__ import annotations

from odcpub.model.json_schema import json_schema
from odcpub.model.logic.schema import JsonSchema


def language_schema() -> JsonSchema:
    """JSON Schema 2020-12 of one model file, for editors."""
    return json_schema()
