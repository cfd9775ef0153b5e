"""Answers of commands that use a model's files alone. Does I/O: printing to stdout."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from odcpub.cli.printing import as_json_line, screenful
from odcpub.cli.progress import error_json, found_problems
from odcpub.cli.show import answer
from odcpub.errors import OdcpubError, Severity, counted

if TYPE_CHECKING:
    from odcpub.api_types.problems import ModelProblem
    from odcpub.author.rename.command import Renamed
    from odcpub.author.verifying import Verified


def renamed(data: Renamed, for_programs: bool) -> int:
    """The lines that a new name changes, by file."""
    return answer(data, list(_renamed(data)), for_programs)


def _renamed(data: Renamed) -> Iterator[str]:
    if not data["files"]:
        yield f"{data['old']} is called so already."
        return
    count = 0
    for file in data["files"]:
        yield file["file"]
        for change in file["changes"]:
            yield from (f"{change['line'] + at:>5} - {line}" for at, line in enumerate(change["before"]))
            yield from (f"{change['line'] + at:>5} + {line}" for at, line in enumerate(change["after"]))
            count += max(len(change["before"]), len(change["after"]))
    where = f"{counted(count, 'line')} of {counted(len(data['files']), 'file')}"
    first = f"; its first name stays its key: {data['key']}" if data["key"] else ""
    if data["written"]:
        yield f"{data['old']} is now {data['new']}: {where} changed{first}"
    else:
        yield f"{data['old']} would be {data['new']}: {where} would change{first}. Nothing was written."


def watched(seen: Verified | OdcpubError, path: str, for_programs: bool) -> None:
    """What is wrong with a model now. In a terminal one screen, which the next answer replaces; elsewhere lines; for
    programs one object on a line, as ``verify --json`` prints it."""
    if for_programs:
        as_json_line(seen if not isinstance(seen, OdcpubError) else error_json(seen) | {"exitCode": seen.exit_code})
        return
    footer = f"{datetime.now().astimezone():%H:%M:%S}  Watching {path}; Ctrl-C ends"
    screenful(list(_problems(seen)), _verdict(seen), footer)


def _problems(seen: Verified | OdcpubError) -> Iterator[str]:
    """Each on a line that editors can read, with its hint beneath."""
    found = found_problems(seen) if isinstance(seen, OdcpubError) else seen["warnings"]
    for one in found:
        yield _line(one)
        if one["hint"]:
            yield f"    hint: {one['hint']}"


def _line(problem: ModelProblem) -> str:
    """``file:line:column: code: message``; a warning says so, and the element stands before the message."""
    where = f"{problem['file']}:{problem['line']}:{problem['column']}: " if problem["file"] else ""
    severity = "warning: " if problem["severity"] == Severity.WARNING else ""
    element = f"{problem['element']}: " if problem["element"] else ""
    return f"{where}{problem['code']}: {severity}{element}{problem['message']}"


def _verdict(seen: Verified | OdcpubError) -> list[str]:
    if not isinstance(seen, OdcpubError):
        return [f"{seen['name']}: no errors"]
    return [seen.message, *([f"    hint: {seen.hint}"] if seen.hint else [])]
