"""Operations: list, show, follow, continue, cancel. Does I/O."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from odcpub.cli import routes, show
from odcpub.cli.client import Client
from odcpub.cli.progress import collection, follow
from odcpub.errors import UsageError

if TYPE_CHECKING:
    from odcpub.api_types.operations import Message, Operation
    from odcpub.cli.routes import Route


def log(options: argparse.Namespace) -> int:
    """Lists operations, or shows one."""
    if options.follow and not options.operation:
        raise UsageError(
            "log: --follow needs an operation", "odcpub log shows them; then: odcpub log OPERATION --follow"
        )
    client = Client.connected()
    if not options.operation:
        return show.operations(client.request(routes.OPERATIONS), options.json)
    operation = client.request(routes.OPERATION.at(options.operation))
    if options.follow and operation["status"] == "Running":
        return follow(client, operation, options.json)
    return show.operation(operation, _messages(client, operation), options.json)


def _messages(client: Client, operation: Operation) -> list[Message]:
    """All messages of an operation, a page at a time."""
    route = routes.MESSAGES.at(collection(operation), operation["key"])
    found: list[Message] = []
    offset: int | None = 0
    while offset is not None:
        page = client.request(route.asking(limit=5000, offset=offset))
        found += page["results"]
        offset = page["page"]["nextPageOffset"]
    return found


def go_on(options: argparse.Namespace) -> int:
    """Lets an operation that waits go on."""
    return _ask(routes.CONTINUE, options, "goes on")


def cancel(options: argparse.Namespace) -> int:
    """Ends an operation before its next step."""
    return _ask(routes.CANCEL, options, "ends before its next step")


def _named(key: str) -> str:
    """The beginning of an operation's key; empty, it would be that of every one."""
    if not key:
        raise UsageError("OPERATION: is empty", "odcpub log shows the operations")
    return key


def _ask(route: Route[None, Operation], options: argparse.Namespace, effect: str) -> int:
    """Asks that an operation goes on, or ends. ``effect``: what it then does, in words."""
    asked = route.at(_named(options.operation))
    operation = Client.connected().request(asked)
    text = f"{show.heading(operation)}: {effect}. Follow it with: odcpub log {operation['key'][:8]} --follow"
    return show.answer(operation, text, options.json)
