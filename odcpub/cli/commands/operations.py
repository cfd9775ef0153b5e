"""Operations: list, show, follow, continue, cancel. Does I/O."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from odcpub.cli import show
from odcpub.cli.client import Client
from odcpub.cli.progress import DEPLOYMENTS, collection, follow
from odcpub.cli.running import segment
from odcpub.errors import UsageError

if TYPE_CHECKING:
    from odcpub.api_types.operations import Message, MessagePage, Operation


def log(options: argparse.Namespace) -> int:
    """Lists operations, or shows one."""
    if options.follow and not options.operation:
        raise UsageError(
            "log: --follow needs an operation", "odcpub log shows them; then: odcpub log OPERATION --follow"
        )
    client = Client.connected()
    if not options.operation:
        return show.operations(client.request("GET", "/api/v1/operations"), options.json)
    operation: Operation = client.request("GET", f"/api/v1/operations/{segment(options.operation)}")
    if options.follow and operation["status"] == "Running":
        return follow(client, operation, options.json)
    messages = _messages(client, f"{DEPLOYMENTS}/{collection(operation)}/{operation['key']}/messages")
    return show.operation(operation, messages, options.json)


def _messages(client: Client, path: str) -> list[Message]:
    """All messages of an operation, a page at a time."""
    found: list[Message] = []
    offset: int | None = 0
    while offset is not None:
        page: MessagePage = client.request("GET", f"{path}?limit=5000&offset={offset}")
        found += page["results"]
        offset = page["page"]["nextPageOffset"]
    return found


def go_on(options: argparse.Namespace) -> int:
    """Lets an operation that waits go on."""
    return _ask(options, "continue", "goes on")


def cancel(options: argparse.Namespace) -> int:
    """Ends an operation before its next step."""
    return _ask(options, "cancel", "ends before its next step")


def _ask(options: argparse.Namespace, what: str, effect: str) -> int:
    """Asks that an operation goes on, or ends. ``effect``: what it then does, in words."""
    operation: Operation = Client.connected().request("POST", f"/api/v1/operations/{segment(options.operation)}/{what}")
    text = f"{show.heading(operation)}: {effect}. Follow it with: odcpub log {operation['key'][:8]} --follow"
    return show.answer(operation, text, options.json)
