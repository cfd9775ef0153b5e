"""Plans as people see them. Does I/O: printing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from odcpub.cli.printing import say
from odcpub.cli.show import answer

if TYPE_CHECKING:
    from odcpub.api_types.plans import Plan


def shown(plan: Plan, for_programs: bool) -> int:
    """A plan in words; exit code 1 where it would be refused."""
    code = 1 if plan["refusals"] else 0
    if for_programs:
        return answer(plan, "", True, code)
    say(f"Plan {plan['fingerprint'][:12]}: {plan['asset']} → {plan['stage']}, nothing was changed")
    sections = {
        "Build": plan["build"]["does"] if plan["build"] else [],
        "Data": [*_data(plan)],
        "Deploy": [*_deploy(plan)],
    }
    for title, lines in sections.items():
        say(f"  {title}")
        for line in lines or ["nothing to do"]:
            say(f"    {line}")
    for line in (*plan["warnings"], *plan["notices"]):
        say(f"  warning: {line}")
    for line in plan["refusals"]:
        say(f"  refused: {line}")
    return code


def _data(plan: Plan) -> Iterator[str]:
    found = plan["data"]
    if found:
        yield from (*found["mends"], *found["carried"], *(step["summary"] for step in found["steps"]))


def _deploy(plan: Plan) -> Iterator[str]:
    """What the runner changes; of a first deployment all values of the configuration, which differ from nothing."""
    for change in plan["deploy"]:
        yield f"{change['verb']} {change['what']}"
        for one in change["fields"]:
            yield f"  {one['path']}: {one['old'] or 'nothing'} → {one['new'] or 'nothing'}"
    found = plan["configuration"]
    if found and plan["basis"]["runs"] is None:
        yield from (f"configure {one['name']}: {one['value']}" for one in (*found["settings"], *found["secrets"]))
