"""Plans as people see them: in words, as SQL, as a file. Does I/O: printing, and writing the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from odcpub.author.folder import at
from odcpub.author.output import check_output, write_output
from odcpub.cli.printing import pasted, say, warn
from odcpub.cli.show import answer
from odcpub.errors import UsageError
from odcpub.escaping import escaped
from odcpub.files import MAX_PLAN

if TYPE_CHECKING:
    from odcpub.api_types.plans import Plan, PlanTransaction

_PHASES = {"tighten": "contract"}
"""What people read instead of a phase's name."""
_OF_NO_STEP = {
    "expand": "write the new schema's fingerprint into odcpub_schema",
    "tighten": "remove the fingerprints of earlier versions from odcpub_schema",
}
"""What the first transaction of a phase without a step does there, and the last one of all."""


def check(plan: bool, out: str | None, sql: bool) -> None:
    """Refuses what means nothing without ``--plan``, and a file that could not be written: before a plan is made."""
    if plan:
        if out == "":
            raise UsageError("--out: is empty", "name the file that is to hold the plan, such as plan.json")
        if out:
            check_output(at(out))
        return
    if given := [name for name, value in (("--out", out is not None), ("--sql", sql)) if value]:
        raise UsageError(f"{given[0]}: needs --plan", "add --plan, which shows what would happen and changes nothing")


def write(plan: Plan, file: Path) -> None:
    """The plan as a file that people read, in the order of its parts; one that is there is replaced. Raises UsageError
    where it cannot be written, or is larger than what is executed from a file."""
    content = (_visible(json.dumps(plan, indent=2, ensure_ascii=False)) + "\n").encode()
    if len(content) > MAX_PLAN:
        raise UsageError(
            f"{file}: the plan has {len(content):,} bytes, and `odcpub apply` takes {MAX_PLAN:,}: nothing was written",
            "run the same command without --plan --out: it makes the same plan and executes it",
        )
    write_output(file, content)


def _visible(text: str) -> str:
    """The same JSON, in which a sign that does not show is written as its escape."""
    return "\n".join(line if escaped(line) == line else "".join(map(_sign, line)) for line in text.split("\n"))


def _sign(sign: str) -> str:
    return sign if escaped(sign) == sign else json.dumps(sign)[1:-1]


def shown(plan: Plan, for_programs: bool, sql: bool = False, out: str | None = None) -> int:
    """A plan in words, or as the SQL of its migration; exit code 1 where it would be refused. ``out``: the file that
    it was written to."""
    code = 1 if plan["refusals"] else 0
    if for_programs:
        return answer(plan, "", True, code)
    for line in _sql(plan) if sql else _words(plan):
        say(line)
    if out:
        how = f" Execute exactly this plan with: odcpub apply {pasted(out)}"
        warn(f"Wrote {out}.{'' if code else how}")
    return code


def _words(plan: Plan) -> Iterator[str]:
    yield f"Plan {plan['fingerprint'][:12]}: {plan['asset']} → {plan['stage']}, nothing was changed"
    for title, lines in {"Build": [*_build(plan)], "Data": [*_data(plan)], "Deploy": [*_deploy(plan)]}.items():
        yield f"  {title}"
        yield from (f"    {line}" for line in lines or ["nothing to do"])
    if files := [*_stage_files(plan)]:
        yield "  Files of the stages"
        yield from (f"    {line}" for line in files)
    yield from (f"  warning: {line}" for line in (*plan["warnings"], *plan["notices"]))
    yield from (f"  refused: {line}" for line in plan["refusals"])


def _build(plan: Plan) -> Iterator[str]:
    found = plan["build"]
    if found and found["does"]:
        yield from found["does"]
        if found["image"]:
            yield f"  {found['image']}"


def _stage_files(plan: Plan) -> Iterator[str]:
    """What the publish changes of the files that configure stages."""
    found = plan["stageFiles"]
    if found:
        yield from (f"{one['change']}: {one['path']}" for one in found["changes"])


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


def _sql(plan: Plan) -> Iterator[str]:
    """The statements in their order. What is said of them are comments, so that all of it is SQL."""
    yield f"-- Plan {plan['fingerprint'][:12]}: {plan['asset']} → {plan['stage']}, nothing was changed"
    yield from (f"-- refused: {line}" for line in plan["refusals"])
    transactions = plan["data"]["transactions"] if plan["data"] else []
    if not transactions:
        yield "-- the schema is up to date"
    for one in transactions:
        yield from ("", *_said(one), *([] if one["concurrent"] else ["BEGIN;"]))
        for statement in one["statements"]:
            first, *more = statement.split("\n")
            yield from (first, *(f"  {line}" for line in more))
        yield from [] if one["concurrent"] else ["COMMIT;"]


def _said(one: PlanTransaction) -> Iterator[str]:
    for line in one["does"] or [_OF_NO_STEP[one["phase"]]]:
        yield f"-- {_PHASES.get(one['phase'], one['phase'])}: {line}"
    for lock in one["locks"]:
        yield f"-- locks {lock['table']}: {lock['lock']}"
    for hazard in one["hazards"]:
        yield f"-- hazard: {hazard}"
    if one["concurrent"]:
        yield "-- outside of a transaction"
