"""A migration plan as text and back: both phases of a deployment execute the very plan that was made. No I/O."""

from __future__ import annotations

import json
from dataclasses import replace

from odcpub.data import former_plans
from odcpub.data.codec import made, plain
from odcpub.data.migration import MigrationPlan
from odcpub.data.script import plan_digest

_VERSION = 2


def to_text(plan: MigrationPlan) -> str:
    """Canonical JSON, with the digest that the plan's scripts carry."""
    stored = {"version": _VERSION, "plan": plain(replace(plan, digest=plan_digest(plan)))}
    return json.dumps(stored, sort_keys=True, separators=(",", ":"))


def from_text(text: str) -> MigrationPlan:
    """The plan that ``to_text`` was given, by this version of odcpub or one before."""
    data = json.loads(text)
    return made(MigrationPlan, data["plan"]) if "version" in data else former_plans.read(data)
