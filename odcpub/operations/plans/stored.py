"""Plans as they are kept, and followed by an operation that was told to execute one. Does I/O through the store."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from odcpub.data.catalogue import Catalogue
from odcpub.errors import Refused
from odcpub.operations import stage as stages
from odcpub.operations.command_line import planning_line
from odcpub.operations.core.codec import command_text
from odcpub.operations.core.command import Command
from odcpub.operations.core.outputs import ByPlan
from odcpub.operations.core.plan import Plan, from_text, to_text
from odcpub.operations.core.run import Run
from odcpub.operations.model_files import recorded_marks, stage_marks
from odcpub.operations.plans.stale import Seen, stale
from odcpub.operations.platform import Platform
from odcpub.store.clock import now
from odcpub.store.records import PlanRecord


def record_shown(platform: Platform, plan: Plan, command: Command, catalogue: Catalogue) -> None:
    """Keeps a plan that somebody may execute, with all that is needed to say later why it is stale."""
    blob = platform.store.blobs.put(msgspec.json.encode(catalogue))
    platform.store.plans.keep(_record(plan, command, blob), anew=True)


def _record(plan: Plan, command: Command, catalogue: str = "") -> PlanRecord:
    return PlanRecord(
        plan.fingerprint, plan.asset_key, command.stage.label, command.actor, now(), command_text(command),
        to_text(plan), catalogue, "",
    )  # fmt: skip


def record_followed(run: Run, plan: Plan, catalogue: Callable[[], Catalogue]) -> None:
    """Keeps the plan that the operation follows from here on. One that was told to execute another plan is refused, and
    says what has changed since. ``catalogue``: of the schema that the plan was made from, made where it is needed."""
    asked = run.command.plan
    if asked and asked != plan.fingerprint:
        raise _stale(run, asked, plan, catalogue())
    run.platform.store.plans.keep(_record(plan, run.command), anew=False)
    run.record(ByPlan(plan.fingerprint))


def _stale(run: Run, asked: str, plan: Plan, catalogue: Catalogue) -> Refused:
    record = _asked(run, asked)
    before = msgspec.json.decode(run.platform.store.blobs.get(record.catalogue), type=dict[str, str])
    place = stages.place_of(run.platform, run.asset, run.stage.label)
    where = f"{place.database}.{place.schema}"
    message, details = stale(Seen(from_text(record.text), before), Seen(plan, catalogue), where)
    return Refused(message, _replanning(run), details)


def _asked(run: Run, fingerprint: str) -> PlanRecord:
    """The plan that is to be executed. It may have been removed, as all old ones are, just before this began."""
    record = run.platform.store.plans.find(fingerprint)
    if record is None:
        raise Refused(f"the plan {fingerprint[:12]} is not kept any more", _replanning(run))
    return record


def check_first_files(run: Run) -> None:
    """Refuses a planned first publish where the files of the stages were sent anew after a try before it."""
    if not run.command.plan or not (found := recorded_marks(run.platform, run.asset.key)):
        return
    if changed := found.items() ^ stage_marks(run.platform, run.asset.source).items():
        paths = ", ".join(sorted({path for path, _ in changed}))
        raise Refused(f"stale: the recorded files of the stages have changed since: {paths}", _replanning(run))


def check_image(run: Run, digest: str) -> None:
    """Refuses an image that is another than the one of the plan that is executed."""
    if not run.command.plan:
        return
    build = from_text(_asked(run, run.command.plan).text).build
    if build and build.image and build.image != digest:
        raise Refused(f"stale: the image has changed since: it was {build.image} and is {digest}", _replanning(run))


def _replanning(run: Run) -> str:
    """The hint of a plan that can't be executed any more."""
    return f"make a new plan: {planning_line(run.platform, run.command)}"


def refused_since(run: Run, error: Refused) -> Refused:
    """Of a plan that nothing spoke against when it was made: what has changed since is what refuses it."""
    if not run.command.plan:
        return error
    hint = "; then ".join(one for one in (error.hint, _replanning(run)) if one)
    return Refused(f"stale: the operation would now be refused: {error.message}", hint, _details(error))


def _details(error: Refused) -> tuple[str, ...]:
    return (*(str(one) for one in getattr(error, "problems", ())), *error.details)


def no_catalogue() -> Catalogue:
    """The catalogue of an operation that touches no schema."""
    return {}
