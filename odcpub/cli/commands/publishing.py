"""Publish, promote, apply a plan, undeploy: the commands that begin an operation. Does I/O."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from odcpub.author.files import read_model, read_text
from odcpub.cli import plans, routes
from odcpub.cli.client import Client
from odcpub.cli.printing import warn
from odcpub.cli.running import run, run_or_plan
from odcpub.cli.sending import keep_lock, send
from odcpub.errors import UsageError
from odcpub.files import MAX_PLAN

if TYPE_CHECKING:
    from odcpub.api_types.operations import DeploymentOperationRequest, Operation, PublishOperationRequest
    from odcpub.api_types.plans import PlanExecutionRequest


def publish(options: argparse.Namespace) -> int:
    """Publishes the model in a folder or an archive."""
    if options.stage:
        raise UsageError(
            f"{options.stage}: publish always deploys to the first stage",
            "leave --stage out, then promote: odcpub promote APP --to STAGE",
        )
    plans.check(options.plan, options.out, options.sql)
    found, client = read_model(options.path), Client.connected()
    model, renamed = send(client, found)
    body: PublishOperationRequest = {
        "operation": "Publish",
        **model,
        "renamed": renamed or options.renamed,
        "waitForSettings": options.wait_for_settings,
    }
    return run_or_plan(routes.PUBLISHING, body, options, client, lambda operation: keep_lock(found, operation))


def promote(options: argparse.Namespace) -> int:
    """Promotes the revision of the stage before."""
    body: DeploymentOperationRequest = {"operation": "Deploy", "assetKey": options.asset, "environmentKey": options.to}
    if options.revision:
        body["revision"] = options.revision
    if options.wait_for_settings:
        body["waitForSettings"] = True
    return run_or_plan(routes.DEPLOYING, body, options)


def apply(options: argparse.Namespace) -> int:
    """Executes the plan that a file holds."""
    body: PlanExecutionRequest = {"plan": read_text(Path(options.file), MAX_PLAN), "file": options.file}
    return run(Client.connected(), routes.EXECUTION, body, options, _warn_of_lock)


def _warn_of_lock(operation: Operation) -> None:
    """A plan's file does not say where the model's folder is."""
    if operation["lockFile"] is not None:
        warn("warning: odcpub.lock was not written; the next publish of the model's folder writes it")


def undeploy(options: argparse.Namespace) -> int:
    """Takes an app out of a stage."""
    asset, stage = options.asset, options.stage
    body: DeploymentOperationRequest = {"operation": "Undeploy", "assetKey": asset, "environmentKey": stage}
    if options.forget:
        body["forget"] = True
    return run_or_plan(routes.DEPLOYING, body, options)
