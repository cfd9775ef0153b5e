"""Calls of server actions. Does I/O."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from odcpub.author.folder import at
from odcpub.cli import routes, show
from odcpub.cli.client import Client
from odcpub.cli.progress import print_problem
from odcpub.errors import Refused, UsageError
from odcpub.files import MAX_FILE, BadFile, read_file, text_of
from odcpub.text import exact_json

if TYPE_CHECKING:
    from odcpub.api_types.calls import ActionCall, ActionCallRequest, ActionRefusal


def call(options: argparse.Namespace) -> int:
    """Calls a server action of an app."""
    body: ActionCallRequest = {"stage": options.stage, "values": _values(options.values)}
    if options.input:
        body["inputs"] = _inputs(options.input)
    called = Client.connected().request(routes.CALL.at(options.asset, options.action), body)
    if refusal := called["refusal"]:
        return _tell(called, refusal, options.json)
    lines = [f"{name}: {_shown(value)}" for name, value in called["outputs"].items()]
    return show.answer(called, lines or "Done.", options.json)


def _tell(called: ActionCall, refusal: ActionRefusal, for_programs: bool) -> int:
    """The refusal, as errors are told; its exit code."""
    if for_programs:
        return show.answer(called, "", for_programs, Refused.exit_code)
    code = f" [{refusal['code']}]" if refusal["code"] else ""
    details = [f"{name}: {sentence}" for name, sentences in refusal["errors"].items() for sentence in sentences]
    told = f"{called['asset']} ({called['stage']}): {called['action']}: {refusal['message']}{code}"
    print_problem(Refused(told, "nothing was changed", details))
    return Refused.exit_code


def _shown(value: object) -> str:
    """An output on a line: lists, structures and truth values in JSON."""
    if value is None:
        return "(no value)"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _values(given: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"{text}: is not NAME=VALUE", "for example: odcpub call helpdesk CloseTicket TicketId=7")
        if name in values:
            raise UsageError(f"{name}: is given twice", "give each input once")
        values[name] = value
    return values


def _inputs(path: str) -> dict[str, object]:
    """The JSON object of a file."""
    try:
        content = read_file(at(path), MAX_FILE)
        found = None if content is None else exact_json(text_of(content))
    except BadFile as bad:
        raise UsageError(f"{path}: {bad.args[0]}", bad.hint) from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is not JSON: {error}", "write the inputs as one JSON object") from None
    if content is None:
        raise UsageError(f"{path}: no such file", "write the inputs there, as one JSON object")
    if not isinstance(found, dict):
        raise UsageError(f"{path}: is not a JSON object", 'write {"TicketId": 7} for example')
    return found
