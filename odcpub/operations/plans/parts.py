"""The parts of a plan out of what they are planned from. Does I/O through the store's vault, for keyed hashes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from odcpub import __version__
from odcpub.data.locks import Hazard, TableLock
from odcpub.data.migration import MigrationPlan
from odcpub.data.script import plan_digest
from odcpub.data.statements import transactions
from odcpub.deployment.configuration import Configuration
from odcpub.deployment.plan import HIDDEN
from odcpub.deployment.stages import Stage
from odcpub.deployment.workload import KEPT, DeploymentPlan
from odcpub.operations import stage as stages
from odcpub.operations.core import plan as core_plan
from odcpub.operations.model_files import recorded_marks, stage_marks
from odcpub.operations.platform import Platform
from odcpub.store.records import AssetRecord
from odcpub.tree.tree import digest_of

ENVIRONMENT = "ODC_SETTING_"
PODS = "spec.template.spec"
"""Of a Deployment: what its pods are made of."""


def libraries(lock: str) -> tuple[core_plan.Library, ...]:
    """``lock``: a revision's."""
    found: Mapping[str, Mapping[str, str]] = json.loads(lock or "{}")
    return tuple(
        core_plan.Library(name=name, version=one["version"], digest=one["digest"])
        for name, one in sorted(found.items())
    )


def configuration(
    platform: Platform, target: stages.Target, resolved: Configuration, hidden: frozenset[str]
) -> core_plan.Configuration:
    """``hidden``: the environment names whose values no plan shows."""

    def value(name: str, text: str, shows: bool) -> core_plan.Value:
        where = json.dumps([target.asset.key, target.stage.label, name, text])
        return core_plan.Value(
            name=name, value=text if shows else HIDDEN, mark=platform.store.vault.fingerprint(where)[:32]
        )

    return core_plan.Configuration(
        settings=tuple(value(name, text, ENVIRONMENT + name not in hidden) for name, text in resolved.settings),
        secrets=tuple(value(name, text, False) for name, text in resolved.secrets),
        fingerprint=stages.fingerprint(platform, resolved),
    )


def data(migration: MigrationPlan, access_fault: str, shown: bool) -> core_plan.Data:
    """``access_fault``: what keeps the app from its data, and is set right; ``shown``: with the SQL, whose writing
    takes longer than all else of a large plan."""
    return core_plan.Data(
        base=migration.base,
        target=migration.target,
        digest=plan_digest(migration),
        mends=(f"repair for the app: {access_fault}",) if access_fault else (),
        carried=migration.stays,
        steps=tuple(
            core_plan.Step(
                summary=step.summary, phase=step.phase, locks=_locks(step.locks), hazards=_hazards(step.hazards)
            )
            for step in migration.steps
        ),
        transactions=tuple(
            core_plan.Transaction(
                phase=one.phase,
                does=one.does,
                statements=one.statements,
                locks=_locks(one.locks),
                hazards=_hazards(one.hazards),
                concurrent=one.concurrent,
            )
            for one in (transactions(migration) if shown else ())
        ),
    )


def _locks(locks: Iterable[TableLock]) -> tuple[core_plan.Lock, ...]:
    return tuple(core_plan.Lock(table=one.table, lock=one.lock) for one in locks)


def _hazards(hazards: Iterable[Hazard]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.text for one in hazards))


def changes(
    found: DeploymentPlan, hidden: frozenset[str], placeholders: Mapping[str, str]
) -> tuple[tuple[core_plan.Change, ...], tuple[str, ...]]:
    """What the runner changes, and a line for each field of others that it leaves as it is; what others have set for
    the pods themselves counts among the changes, since the new ones will have it. ``placeholders``: texts that stand
    for what is not made yet, each with what is shown for it."""
    ours: list[core_plan.Change] = []
    theirs: list[str] = []
    for one in found.changes:
        fields = tuple(_field(*each, hidden, placeholders) for each in one.fields if not _of_others(*each))
        others = (each for each in one.fields if _of_others(*each))
        theirs += [f"{one.what}: {path} is {who}, and stays as it is" for path, who, _ in others]
        if fields or not one.fields:
            ours.append(core_plan.Change(verb=one.verb, what=_known(one.what, placeholders), fields=fields))
    return tuple(ours), tuple(theirs)


def _of_others(path: str, _old: str, new: str) -> bool:
    return new == KEPT and not path.startswith(PODS)


def _field(path: str, old: str, new: str, hidden: frozenset[str], placeholders: Mapping[str, str]) -> core_plan.Field:
    if path.rpartition(".")[2] in hidden:
        old, new = (value and HIDDEN for value in (old, new))
    return core_plan.Field(path=path, old=text_of(old), new=text_of(_known(new, placeholders)))


def _known(text: str, placeholders: Mapping[str, str]) -> str:
    for one, shown in placeholders.items():
        text = text.replace(one, shown)
    return text


def text_of(found: str) -> str:
    """Half a character, as of a file's name or a process's environment, cannot be kept."""
    return found.encode(errors="backslashreplace").decode()


def stage_files(platform: Platform, asset: AssetRecord) -> core_plan.StageFiles | None:
    """What a publish of ``asset.source`` changes of the files that configure its stages; None where an earlier odcpub
    has begun it. A first publish brings all of them, whatever a try before it has left."""
    if not asset.source:
        return None
    first = platform.store.assets.latest(asset.key) is None
    before, after = {} if first else recorded_marks(platform, asset.key), stage_marks(platform, asset.source)
    return core_plan.StageFiles(
        digest=digest_of(json.dumps(after, sort_keys=True).encode()),
        changes=tuple(
            _file_change(path, before.get(path, ""), after.get(path, ""))
            for path in sorted(before | after)
            if before.get(path) != after.get(path)
        ),
    )


def _file_change(path: str, was: str, becomes: str) -> core_plan.FileChange:
    change = "removed" if not becomes else "changed" if was else "new"
    return core_plan.FileChange(path=path, change=change, was=was, becomes=becomes)


def basis(platform: Platform, asset: AssetRecord, stage: Stage) -> core_plan.Basis:
    """What the records and the project file say of the stage."""
    current = platform.store.stages.current(asset.key, stage.label)
    allowed = "allowed" if stage.allow_bootstrap else "refused"
    return core_plan.Basis(
        odcpub=__version__,
        stage=(f"purpose {stage.purpose}", f"bootstrap runtime {allowed}"),
        runs=core_plan.Runs(revision=current.revision, deployment=current.number) if current else None,
    )
