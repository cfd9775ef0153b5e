"""What a stage should run, and what was found running: plain values. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

POSTGRES_PORT = 5432
Verb = Literal["create", "update", "delete", "start"]
"""What a runner does to an object, or to a process of this machine."""


@dataclass(frozen=True, slots=True)
class Workload:
    """One app's revision in one stage.

    ``asset``: the app's DNS label (``helpdesk``); ``stage``: the stage's (``development``); ``reference``: what the
    runner pulls; ``digest``: the image's. ``settings`` and ``secrets``: environment names and values, sorted;
    ``secrets`` holds the database login too and is never printed. ``schema``: the fingerprint readiness waits for;
    ``database_port``: where the app finds its database; ``instance``: what tells this version from another, where it
    is known from before, so that whoever waits for what was started needs neither settings nor secrets.
    """

    app: str
    asset: str
    asset_key: str
    stage: str
    revision: int
    reference: str
    repository: str
    digest: str
    settings: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    schema: str = ""
    database_port: int = POSTGRES_PORT
    instance: str = ""


def platform_environment(workload: Workload) -> dict[str, str]:
    """What every runner sets for every app, unless its settings say otherwise."""
    return {
        "ODCPUB_APP": workload.app,
        "ODCPUB_STAGE": workload.stage,
        "ODCPUB_REVISION": str(workload.revision),
        "ODCPUB_SCHEMA": workload.schema,
    }


@dataclass(frozen=True, slots=True)
class Change:
    """One planned change: verb, what, and for updates the fields as (path, old, new), values of secrets replaced by
    ``(hidden)``."""

    verb: Verb
    what: str
    fields: tuple[tuple[str, str, str], ...] = ()


KEPT = "kept"
"""The new value of a field that somebody else has set and that stays as it is."""


@dataclass(frozen=True, slots=True)
class DeploymentPlan:
    """Everything the runner will do; empty where the stage already is as asked."""

    changes: tuple[Change, ...] = ()

    @property
    def nothing_to_do(self) -> bool:
        """Whether all that it tells stays as it is."""
        return all(one.fields and all(new == KEPT for _, _, new in one.fields) for one in self.changes)


READY, DEGRADED, STARTING, FAILED = "ready", "degraded", "starting", "failed"
IDLE = "scaled to 0"
"""The version is in its place and, as somebody has asked, no process of it runs."""
IN_PLACE = (READY, IDLE)


@dataclass(frozen=True, slots=True)
class Running:
    """What runs in a stage: revision, image digest, address, and health: ``ready``, ``degraded`` (it serves, with fewer
    processes of the newest version than asked for), ``not ready: …`` with the reason, as the app says it, ``starting``,
    ``failed`` or ``scaled to 0``."""

    revision: int
    digest: str
    address: str
    health: str
