"""Shows an operation while it runs: a line a step on stderr, the address on stdout, or JSON. Does I/O: printing."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, TextIO

from odcpub.cli.client import ApiError, Client, Stopped
from odcpub.cli.exit_codes import INTERRUPTED
from odcpub.cli.printing import as_json, cut, say, warn
from odcpub.cli.routes import DEPLOYMENTS
from odcpub.errors import ModelError, OdcpubError
from odcpub.escaping import escaped

if TYPE_CHECKING:
    from collections.abc import Callable

    from odcpub.api_types.operations import Message, Operation
    from odcpub.api_types.problems import ModelProblem

    Ended = Callable[[Operation], None]


def collection(operation: Operation) -> str:
    """The part of a path, below ``DEPLOYMENTS``, that operations of this kind have."""
    return "publish-operations" if operation["operation"] == "Publish" else "deployment-operations"


def follow(
    client: Client, operation: Operation, for_programs: bool, to_the_end: bool = True, ended: Ended | None = None
) -> int:
    """Prints the operation's progress until it ends, or only until the new version serves; the exit code. Ctrl-C leaves
    it running and says so; where ``odcpub down`` has stopped it, it waits. ``ended``: is given the operation as it is
    then."""
    printer = _Json() if for_programs else _Lines(sys.stderr)
    path = f"{DEPLOYMENTS}/{collection(operation)}/{operation['key']}/events"
    again = f"odcpub log {operation['key'][:8]} --follow"
    try:
        for event in client.events(path):
            if event[0] == "message":
                printer.message(event[1])
            elif event[0] == "end" or not to_the_end:
                code = printer.end(event[1])
                if ended:
                    ended(event[1])
                return code
    except KeyboardInterrupt:
        warn()
        warn(f"The operation goes on. Follow it with: {again}")
        return INTERRUPTED
    except Stopped as error:
        printer.left()
        error.hint = f"the operation waits; it goes on with: {again}"
        raise
    raise AssertionError("events go on until the end")


class _Json:
    """Everything at once when it has ended or its version serves, for programs."""

    def __init__(self) -> None:
        self._messages: list[Message] = []

    def message(self, data: Message) -> None:
        self._messages.append(data)

    def left(self) -> None:
        """Nothing stands half printed."""

    def end(self, operation: Operation) -> int:
        failed = (error_of(one) for one in self._messages if one["severity"] == "Error")
        error = next((error_json(one) for one in failed), {})
        as_json(operation | error | {"messages": self._messages})
        return int(operation["exitCode"])


class _Lines:
    """A line a step: marker, seconds, what it did. In a terminal that can do it, the running step is shown
    and overwritten."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._terminal = out.isatty() and os.environ.get("TERM") != "dumb"
        self._said: list[str] = []

    def message(self, data: Message) -> None:
        event = data["data"].get("event")
        if event == "began":
            self._said = []
            self._transient(f"  {data['type']:<8} …")
        elif event == "ended":
            if self._said:
                self._line(f"  {data['type']:<8} {data['data']['seconds']:6.2f} s  {'; '.join(self._said)}")
            self._said = []
        elif data["severity"] == "Error":
            print_problem(error_of(data), self._clear())
        elif data["severity"] == "Warning":
            self._line(f"  {data['type']:<8} warning: {data['message']}")
            if hint := data["data"].get("hint"):
                self._line(f"           {hint}")
        elif event == "progress":
            self._progress(f"  {data['type']:<8} … {data['message']}")
        elif data["type"]:
            self._said.append(data["message"])
            self._transient(f"  {data['type']:<8} … {data['message']}")

    def left(self) -> None:
        self._clear()

    def end(self, operation: Operation) -> int:
        if operation["status"] == "FinishedWithError":
            self._line(f"See everything with: odcpub log {operation['key'][:8]}")
        else:
            self._line(_summary(operation))
            if operation["address"]:
                say(operation["address"])
            if left := operation["cleanUp"]:
                self._line(f"Clean-up goes on: {', '.join(left)}. See: odcpub log {operation['key'][:8]} --follow")
        return int(operation["exitCode"])

    def _progress(self, text: str) -> None:
        if self._terminal:
            self._transient(text)
        else:
            self._line(text)

    def _transient(self, text: str) -> None:
        if self._terminal:
            columns = shutil.get_terminal_size().columns - 1  # a line that wraps could not be overwritten
            self._out.write(f"\r\x1b[K{cut(escaped(text), columns)}")
            self._out.flush()

    def _line(self, text: str) -> None:
        say(text, self._clear())
        self._out.flush()

    def _clear(self) -> TextIO:
        if self._terminal:
            self._out.write("\r\x1b[K")
        return self._out


def _summary(operation: Operation) -> str:
    revision, stage = operation["revision"], operation["environmentName"]
    name = operation["assetName"]
    if operation["unchanged"]:
        return f"Nothing changed: {name} is at revision {revision}."
    if operation.get("forgotten"):
        return f"{name} is forgotten in {stage}; the lines above list what stays in the cluster."
    if operation["operation"] == "Undeploy":
        return f"{name} is no longer in {stage}; its data stays."
    if not operation["address"]:
        return f"{name} is stored as revision {revision}."
    return f"{name} runs revision {revision} in {stage}:"


def error_of(message: Message) -> ApiError:
    """The error that an operation's message tells."""
    return ApiError(message["message"], message["data"])


def tell_problem(error: OdcpubError, for_programs: bool) -> None:
    """An error that ended a command: on stderr for people, with --json on stdout for programs."""
    if for_programs:
        as_json(error_json(error) | {"exitCode": error.exit_code})
    else:
        print_problem(error)


def error_json(error: OdcpubError) -> dict[str, object]:
    """``error``, ``hint``, ``details``, ``problems``: one shape for every error with --json."""
    details = list(getattr(error, "details", ()))
    return {"error": error.message, "hint": error.hint, "details": details, "problems": found_problems(error)}


def found_problems(error: OdcpubError) -> list[ModelProblem]:
    """The findings about a model, of a server's error or of one that was raised here."""
    if isinstance(error, ApiError):
        return error.problems
    if not isinstance(error, ModelError):
        return []
    from odcpub.api_types.problems import problem_data

    return [problem_data(one) for one in error.problems]


def problem_text(problem: ModelProblem, severity: str = "") -> str:
    """A finding about a model on one line: where it is, what it is about, what is wrong, its code."""
    where = f"{problem['file']}:{problem['line']}:{problem['column']}: " if problem["file"] else ""
    element = f"{problem['element']}: " if problem["element"] else ""
    return f"{where}{severity}{element}{problem['message']} [{problem['code']}]"


def print_problem(error: OdcpubError, out: TextIO | None = None) -> None:
    """An error: its message, every problem or detail on a line of its own, then the hint."""
    out = out or sys.stderr
    say(f"error: {error.message}", out)
    for problem in found_problems(error):
        say(f"  {problem_text(problem, 'warning: ' if problem['severity'] == 'Warning' else '')}", out)
        if problem["hint"]:
            say(f"      hint: {problem['hint']}", out)
    for detail in getattr(error, "details", ()):
        say(f"  - {detail}", out)
    if error.hint:
        say(f"hint: {error.hint}", out)
