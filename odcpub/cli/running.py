"""Operations as commands begin them: run and followed, or planned and shown. Does I/O."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from odcpub.author.folder import at
from odcpub.cli import plans, show
from odcpub.cli.client import Client
from odcpub.cli.exit_codes import INTERRUPTED
from odcpub.cli.printing import warn
from odcpub.cli.progress import follow
from odcpub.errors import UsageError

if TYPE_CHECKING:
    from odcpub.api_types.operations import Operation
    from odcpub.cli.progress import Ended
    from odcpub.cli.routes import Beginning, Body, Route


def run_or_plan(
    begins: Beginning[Body],
    body: Body,
    options: argparse.Namespace,
    client: Client | None = None,
    ended: Ended | None = None,
) -> int:
    """Runs the operation, or with ``--plan`` shows what it would do. ``ended``: is given the operation when it has
    ended, or serves."""
    plans.check(options.plan, options.out, options.sql)
    if options.plan and getattr(options, "wait_for_settings", False):
        raise UsageError("--wait-for-settings: nothing waits with --plan", "leave it out: the plan names what lacks")
    client = client or Client.connected()
    if not options.plan:
        return run(client, begins.run, body, options, ended)
    plan = client.request(begins.plan, body)
    if options.out:
        plans.write(plan, at(options.out))
    return plans.shown(plan, options.json, options.sql, options.out)


def run(
    client: Client, begins: Route[Body, Operation], body: Body, options: argparse.Namespace, ended: Ended | None = None
) -> int:
    """Begins an operation at the route ``begins`` and follows it until its version serves, with ``--wait`` to its
    end."""
    try:
        operation = client.request(begins, body)
    except KeyboardInterrupt:
        warn()
        warn("If the operation had begun, it goes on. See it with: odcpub log")
        return INTERRUPTED
    if not options.json:
        warn(show.heading(operation))
    return follow(client, operation, options.json, getattr(options, "wait", True), ended)
