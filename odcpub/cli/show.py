"""Answers of the API as people read them, or as JSON. Does I/O: printing to stdout."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from odcpub.cli.client import ApiError
from odcpub.cli.printing import as_json, pasted, say, warn, width
from odcpub.cli.progress import error_json, error_of, print_problem, problem_text
from odcpub.errors import counted
from odcpub.escaping import escaped

if TYPE_CHECKING:
    from odcpub.api_types.assets import Configuration, PendingFile, PushedFiles, SettingValue
    from odcpub.api_types.installation import (
        Doctor,
        Engines,
        Scripts,
        Server,
        Source,
        Status,
        StoreChanged,
        Update,
    )
    from odcpub.api_types.operations import Message, Operation, OperationPage
    from odcpub.api_types.problems import ModelProblem
    from odcpub.author.importing import Imported
    from odcpub.author.verifying import Verified


def answer(data: object, text: str | Sequence[str], for_programs: bool, code: int = 0) -> int:
    """JSON on stdout if asked for, else the line or lines."""
    if for_programs:
        as_json(data)
        return code
    for line in (text,) if isinstance(text, str) else text:
        say(line)
    return code


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns as wide as their widest cell, a row a line."""
    rows = [[escaped(cell) for cell in row] for row in rows]
    widest = [max(width(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = (
        "  ".join(cell + " " * (most - width(cell)) for cell, most in zip(row, widest, strict=True))
        for row in (head, *rows)
    )
    return [line.rstrip() for line in lines]


def status(data: Status, for_programs: bool) -> int:
    """The table; where no engine could be asked, why, once and beneath it."""
    error = ApiError(data["title"], data) if "title" in data else None
    if for_programs and error:
        return answer(
            {"assets": data["assets"], **error_json(error), "exitCode": error.exit_code}, "", True, error.exit_code
        )
    rows = []
    for asset in data["assets"]:
        where = [
            (one["stage"], str(one["revision"]), one["digest"][7:19], one["health"], one["address"])
            for one in asset["stages"]
        ]
        released = f"{asset['release']} released" if asset["release"] else "not released"
        told = (
            "never published" if not asset["revision"] else released if asset["kind"] == "library" else "not deployed"
        )
        stored = ("", str(asset["revision"] or ""), "", told, "")
        rows += [(asset["name"], asset["kind"], *line) for line in where or [stored]]
    head = ("ASSET", "KIND", "STAGE", "REVISION", "DIGEST", "HEALTH", "ADDRESS")
    lines = table(head, rows) if rows else ["Nothing is published yet. Try: odcpub new app my-app"]
    answer(data, [*lines, *_waiting(data), *_not_in_force(data), *_not_applied(data)], for_programs)
    if error:
        sys.stdout.flush()
        print_problem(error)
    return error.exit_code if error else 0


def _waiting(data: Status) -> Iterator[str]:
    """Operations that wait, by asset: what for, since when, and how they go on or end."""
    for asset in data["assets"]:
        for one in asset["waiting"]:
            waits, key = one["waiting"], one["operation"][:8]
            yield f"{asset['name']} ({one['stage']}): operation {key} waits since {waits['since']} for {waits['for']}"
            yield f"  {waits['who']} can continue it: {waits['command']}"
            yield f"  end it with: odcpub cancel {key}"


def _not_in_force(data: Status) -> Iterator[str]:
    """The rules that are not, by asset and stage, or that the clean-up has failed; why, and how it is mended."""
    for asset in data["assets"]:
        for one in asset["stages"]:
            rules, failed = one["rulesNotInForce"], one["unfinished"]
            for rule in rules:
                yield f"{asset['name']} ({one['stage']}): not in force since {rule['since']}: {rule['rule']}"
            if failed and not rules:
                yield f"{asset['name']} ({one['stage']}): the version runs, but its clean-up has failed"
            if told := rules[0] if rules else failed:
                yield from (f"  {told['why']}", f"  {told['mend']}")


def _not_applied(data: Status) -> Iterator[str]:
    """Files of stages that were sent and are not applied, by asset and stage."""
    for asset in data["assets"]:
        for one in asset["stages"]:
            if one["pending"]:
                yield f"{asset['name']} ({one['stage']}): {_pending(one['pending'])}"


def operations(data: OperationPage, for_programs: bool) -> int:
    """A line for each operation, the latest first."""
    rows = [
        (one["key"][:8], one["startedDateTime"], _kind(one), one["assetName"], one["environmentName"],
         one["status"], one["deployedBy"])
        for one in data["results"]
    ]  # fmt: skip
    head = ("OPERATION", "STARTED", "KIND", "ASSET", "STAGE", "STATUS", "BY")
    return answer(data, table(head, rows) if rows else "Nothing has been done yet.", for_programs)


def heading(record: Operation) -> str:
    """An operation in words: what is done, to which asset, where."""
    return f"{_kind(record)} {record['assetName']} → {record['environmentName']}"


def _kind(record: Operation) -> str:
    """The kind of an operation; one of the API's words is none that people use."""
    return "Apply configuration" if record["operation"] == "ApplyConfigs" else str(record["operation"])


def operation(record: Operation, messages: list[Message], for_programs: bool) -> int:
    """One operation with its messages."""
    if for_programs:
        return answer(record | {"messages": messages}, "", True)
    waits = record["waiting"]
    what = f", waits since {waits['since']} for {waits['for']}: {waits['command']}" if waits else ""
    say(f"{heading(record)}: {record['status']}{what}")
    for one in messages:
        if one["severity"] == "Error":
            sys.stdout.flush()
            print_problem(error_of(one), sys.stdout)
        elif one["message"]:
            severity = "" if one["severity"] == "Info" else f"{one['severity'].lower()}: "
            say(f"{one['timestamp']}  {one['type']:<8} {severity}{one['message']}")
    return 0


def configuration(data: Configuration, for_programs: bool) -> int:
    """An app's values in a stage, and where each comes from."""
    rows = [(one["name"], one["dataType"], one["value"] or "-", _origin(one)) for one in data["settings"]]
    head = ("NAME", "TYPE", "VALUE", "FROM")
    code = answer(data, table(head, rows) if rows else "The app has no settings.", for_programs)
    if data["pending"] and not for_programs:
        warn(f"warning: {_pending(data['pending'])}")
    return _warned(data, for_programs, code)


def _pending(file: PendingFile) -> str:
    by = f" by {file['sentBy']}" if file["sentBy"] else ""
    return f"{file['file']} was sent{by} at {file['sentAt']} and is not applied yet: {file['apply']}"


def pushed(data: PushedFiles, when: str, for_programs: bool) -> int:
    """The files of stages that were sent. ``when``: when they take effect."""
    for one in () if for_programs else data["warnings"]:
        warn(f"warning: {one}")
    lines = [f"{one['path']}: {one['change']}" for one in data["files"]]
    text = [*lines, f"{data['name']}: {when}"] if lines else [f"{data['name']}: nothing has changed."]
    return answer(data, text, for_programs)


def _warned(data: Configuration | Engines, for_programs: bool, code: int) -> int:
    """Warnings after the answer, on stderr; in JSON they are part of the answer."""
    for line in () if for_programs else data.get("warnings", ()):
        warn(f"warning: {line}")
    return code


def _origin(setting: SettingValue) -> str:
    """Where a value comes from, in words; a file of the stage is named as it is."""
    if setting["value"] is None:
        return "not set"
    words = {"EnvironmentLevelOverride": "set by command", "ApplicationLevelDefault": "the model's default"}
    return words.get(setting["valueOrigin"], str(setting["valueOrigin"]))


def engines(data: Engines, for_programs: bool) -> int:
    """``-`` stands for what is not set. What follows from a change comes after it, on stderr."""
    rows = [(name, str(value) or "-") for name, value in data.items() if name != "warnings"]
    return _warned(data, for_programs, answer(data, table(("NAME", "VALUE"), rows), for_programs))


def server(data: Server, for_programs: bool) -> int:
    """The resident server."""
    rows = [(name, str(value)) for name, value in data.items()]
    return answer(data, table(("NAME", "VALUE"), rows), for_programs)


def store_changed(data: StoreChanged, for_programs: bool) -> int:
    """Where the platform's records are now."""
    lines = [f"The platform's records are in {data['store']} now."]
    if data["before"]:
        what = f"{counted(data['rows'], 'record')} and {counted(data['contents'], 'file')}"
        lines.append(f"Moved and compared: {what}. The old store stays, readable, in {data['before']}.")
    if data["aside"]:
        lines.append(f"What the new one held before is now in {data['aside']}.")
    return answer(data, lines, for_programs)


def doctor(data: Doctor, for_programs: bool) -> int:
    """A line for each engine, with hints beneath; exit code 3 where one is missing."""
    lines = []
    for one in data["checks"]:
        mark = {"ok": "ok     ", "warning": "warning", "missing": "missing"}[one["state"]]
        lines.append(f"{mark}  {one['what']}: {one['found']}")
        lines += [f"         {line}" for line in one["hints"]]
    broken = any(one["state"] == "missing" for one in data["checks"])
    return answer(data, lines, for_programs, 3 if broken else 0)


def update(data: Update, for_programs: bool) -> int:
    """The libraries whose locked version has changed."""
    for one in () if for_programs else data["warnings"]:
        warn(f"warning: {one}")
    lines = [f"{one['name']}: {one['from'] or 'new'} → {one['to'] or 'gone'}" for one in data["changes"]]
    return answer(data, lines or "Everything is up to date.", for_programs)


def verified(data: Verified, path: str, for_programs: bool) -> int:
    """What was found in a model without errors; what only a server can look up comes last."""
    _warn_problems(data["warnings"], for_programs)
    lines = [f"{data['name']}: no errors"]
    if data["libraries"]:
        how = f"odcpub publish {pasted(path)} --plan"
        lines.append(f"What it takes from {', '.join(data['libraries'])} was not looked up. To check that too: {how}")
    return answer(data, lines, for_programs)


def imported(data: Imported, out: str, for_programs: bool) -> int:
    """What an import wrote to the folder ``out``, and what it left out."""
    _warn_problems(data["problems"], for_programs)
    files = ", ".join(sorted(data["files"]))
    return answer(data, f"{data['name']}: wrote {files} to {out}. Try: odcpub publish {pasted(out)}", for_programs)


def _warn_problems(problems: Sequence[ModelProblem], for_programs: bool) -> None:
    """On stderr; in JSON they are part of the answer."""
    for one in () if for_programs else problems:
        warn(f"warning: {problem_text(one)}")
        if one["hint"]:
            warn(f"    hint: {one['hint']}")


def source(data: Source, folder: str, for_programs: bool) -> int:
    """What ``odcpub source`` wrote to the folder."""
    name, revision = data["name"], data["revision"]
    if not (data["sameCompiler"] or for_programs):
        note = f"{name}'s revision {revision} was compiled by another version of odcpub; this is how this one writes it"
        warn(f"warning: {note}")
    files = sorted(data["files"])
    readme = pasted(str(Path(folder, "README.md")))
    text = f"{name}, revision {revision}: wrote {len(files)} files to {folder}. Try: less {readme}"
    return answer(data | {"folder": folder, "files": files}, text, for_programs)


def scripts(data: Scripts, folder: str, did: str, way: str, for_programs: bool) -> int:
    """``did`` and ``way``: ``wrote`` and ``to``, or ``restored`` and ``from``."""
    files = sorted(data["files"])
    count = counted(sum(one.endswith(".py") and "/" in one for one in files), "script")
    text = f"{data['app']} ({data['stage']}): {did} {count} {way} {folder}"
    return answer(data | {"folder": folder, "files": files}, text, for_programs)
