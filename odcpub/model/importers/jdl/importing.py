"""The import's front door: refuses what is no text, then reads, maps and writes. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from odcpub.errors import Place, Problem
from odcpub.model.characters import FORBIDDEN
from odcpub.model.importers.emit import emit
from odcpub.model.importers.jdl.findings import Code, Findings
from odcpub.model.importers.jdl.mapping import to_asset
from odcpub.model.importers.jdl.parser import parse

MAX_SIZE = 2_000_000
"""Characters of a file."""


@dataclass(frozen=True, slots=True)
class Imported:
    """``files``: (path, text) of the model, none when a problem is an error; ``problems``: in the file's order;
    ``name``: the app's."""

    files: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]
    name: str


def import_jdl(source: str, name: str | None, key: str, file: str = "model.jdl") -> Imported:
    """The model that a JDL text describes.

    ``name``: the app's, else JDL's baseName, else the file's. ``key``: the new asset's UUID. ``file``: what the
    problems' places call the text.
    """
    findings = Findings()
    text = _text(source, file, findings)
    declarations = parse(text, file, findings) if text else ()
    if text and not declarations and not findings.failed:
        hint = "give it at least one: entity Task { title String }"
        findings.error(Code.EMPTY, Place(file, 1, 1), "the file declares nothing", hint)
    asset = to_asset(declarations, name, key, PurePath(file).stem, findings)
    return Imported(() if findings.failed else emit(asset), findings.sorted(), asset.name)


def _text(source: str, file: str, findings: Findings) -> str:
    """The text, without a byte order mark, with ``\\n`` at line ends; empty, with a finding, when it is none."""
    start = Place(file, 1, 1)
    if len(source) > MAX_SIZE:
        findings.error(Code.NOT_TEXT, start, f"the file is larger than {MAX_SIZE:,} characters", "split it")
        return ""
    text = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    binary = FORBIDDEN.search(text)
    if binary:
        before = text[: binary.start()]
        place = Place(file, before.count("\n") + 1, binary.start() - before.rfind("\n"))
        message = f"the file is not text: it holds the character U+{ord(binary[0]):04X}"
        findings.error(Code.NOT_TEXT, place, message, "check that this is a JDL file, or remove the character")
        return ""
    if not text.strip():
        findings.error(Code.EMPTY, start, "the file is empty", "give it at least: entity Task { title String }")
    return text.strip() and text
