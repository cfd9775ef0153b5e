"""What has changed since a plan was made, part by part, in words. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from odcpub.data.catalogue import Catalogue, changes
from odcpub.operations.core.plan import Build, Change, Configuration, Field, Plan, StageFiles
from odcpub.operations.plans.differing import Json, differing

MOST = 3
"""So many changes stand in the message itself."""


class Seen(NamedTuple):
    """A plan and the live schema that it was made from."""

    plan: Plan
    catalogue: Catalogue


class _Changed(NamedTuple):
    """A part, whether it is several things, and what of it has changed."""

    what: str
    many: bool
    lines: tuple[str, ...]


def stale(then: Seen, now: Seen, where: str) -> tuple[str, tuple[str, ...]]:
    """The message and its details. ``where``: the database and schema of the app."""
    found = tuple(_found(then, now, where))
    if len(found) == 1:
        ((what, many, lines),) = found
        told = f"stale: {what} {'have' if many else 'has'} changed since"
        details = lines if len(lines) > MOST else ()
        return f"{told}: {_summary(lines)}" if lines else told, details
    details = tuple(f"{one.what}: {line}" for one in found for line in one.lines or ("changed",))
    return f"stale: {', '.join(one.what for one in found[:-1])} and {found[-1].what} have changed since", details


def _summary(lines: Sequence[str]) -> str:
    more = f"; and {len(lines) - MOST} more" if len(lines) > MOST else ""
    return "; ".join(lines[:MOST]) + more


def _found(then: Seen, now: Seen, where: str) -> Iterator[_Changed]:
    one, other = then.plan, now.plan
    causes = tuple(_causes(one, other))
    yield from causes
    if one.data and other.data and one.data.base != other.data.base:
        yield _Changed(f"the schema of {one.stage}", False, changes(then.catalogue, now.catalogue, where))
    if lines := tuple(_objects(one.lasting_changes(), other.lasting_changes(), explained=bool(causes))):
        yield _Changed(f"the objects of {one.stage}", True, lines)
    elif not causes and (one.data is None or other.data is None or one.data.base == other.data.base):
        yield _Changed("the plan", False, tuple(_leaves(one, other)))


def _causes(one: Plan, other: Plan) -> Iterator[_Changed]:
    """What objects change with."""
    if one.basis.odcpub != other.basis.odcpub:
        yield _Changed("odcpub", False, (f"it was {one.basis.odcpub} and is {other.basis.odcpub}",))
    if one.build and other.build and one.build.key != other.build.key:
        yield from _built(one.build, other.build)
    if one.stage_files != other.stage_files:
        yield _Changed("the recorded files of the stages", True, tuple(_files(one.stage_files, other.stage_files)))
    if one.basis.stage != other.basis.stage:
        lines = tuple(
            f"{new}, was {old}" for old, new in zip(one.basis.stage, other.basis.stage, strict=True) if old != new
        )
        yield _Changed(f"the stage {one.stage} of the project file", False, lines)
    if (one.basis.runs, one.basis.left, one.revision) != (other.basis.runs, other.basis.left, other.revision):
        yield _Changed(f"what runs in {one.stage}", False, tuple(_runs(one, other)))
    if one.configuration != other.configuration:
        lines = tuple(_values(one.configuration, other.configuration))
        yield _Changed(f"the configuration of {one.stage}", False, lines)


def _built(one: Build, other: Build) -> Iterator[_Changed]:
    if one.model != other.model:
        yield _Changed("the model", False, ())
    if one.libraries != other.libraries:
        before = {library.name: library.version for library in one.libraries}
        after = {library.name: library.version for library in other.libraries}
        yield _Changed("the libraries", True, tuple(_each(before, after)))
    if (one.model, one.libraries) == (other.model, other.libraries):
        yield _Changed("what compiles and packs it", False, ())


def _files(one: StageFiles | None, other: StageFiles | None) -> Iterator[str]:
    """Which of them the publish would replace by others than when it was planned."""
    then, now = ({each.path: each for each in found.changes} if found else {} for found in (one, other))
    yield from (f"{path} was sent again" for path in sorted({*then, *now}) if then.get(path) != now.get(path))


def _each(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*before, *after}):
        old, new = before.get(name, "not there"), after.get(name, "not there")
        if old != new:
            yield f"{name} was {old} and is {new}"


def _runs(one: Plan, other: Plan) -> Iterator[str]:
    old, new = (f"revision {runs.revision}" if (runs := plan.basis.runs) else "nothing" for plan in (one, other))
    if old != new:
        yield f"it was {old} and is {new}"
    elif one.basis.runs != other.basis.runs:
        yield f"{new} was deployed again"
    elif one.basis.left != other.basis.left:
        yield "what deployments that failed have left there"
    if one.revision != other.revision:
        yield f"revision {one.revision} would be revision {other.revision}"


def _values(one: Configuration | None, other: Configuration | None) -> Iterator[str]:
    before, after = ({value.name: value for value in (*of.settings, *of.secrets)} if of else {} for of in (one, other))
    for name in sorted({*before, *after}):
        if name not in before:
            yield f"{name} was set"
        elif name not in after:
            yield f"{name} has no value any more"
        elif before[name].mark != after[name].mark:
            yield f"{name} has another value"
        elif before[name] != after[name]:
            yield f"{name} is a secret elsewhere now"


def _objects(before: Iterable[Change], after: Iterable[Change], explained: bool) -> Iterator[str]:
    """What is there has changed. ``explained``: what shall be there has, too, so that only those fields tell anything
    that differed before and do still."""
    then, now = {one.what: one for one in before}, {one.what: one for one in after}
    for what in sorted({*then, *now}):
        old, new = then.get(what), now.get(what)
        lines = tuple(_fields(old.fields if old else (), new.fields if new else (), explained))
        yield from (f"{what}: {line}" for line in lines)
        if not (lines or explained) and (old.verb if old else "") != (new.verb if new else ""):
            yield f"{what}: {_verb(new)}, and the plan {f'was to {old.verb} it' if old else 'left it as it was'}"


def _verb(change: Change | None) -> str:
    return f"it would take to {change.verb} it" if change else "nothing is left to do"


def _fields(before: Iterable[Field], after: Iterable[Field], explained: bool) -> Iterator[str]:
    then, now = {one.path: one for one in before}, {one.path: one for one in after}
    for path in sorted({*then, *now}):
        old, new = then.get(path), now.get(path)
        if old and new and old.old != new.old:
            yield f"{path} was {old.old or 'not there'} and is {new.old or 'not there'}"
        elif not explained and new and not old:
            yield f"{path} is {new.old or 'not there'}"
        elif not explained and old and not new:
            yield f"{path} is {old.new or 'not there'}"


def _leaves(one: Plan, other: Plan) -> Iterator[str]:
    """Whatever else differs, by its place in the plan."""
    then, now = (_counting(plan) for plan in (one, other))
    yield from (f"{path} differs" for path in differing(then, now))


def _counting(plan: Plan) -> Json:
    found: dict[str, Json] = msgspec.to_builtins(plan)
    return {name: value for name, value in found.items() if name not in ("fingerprint", "notices")}
