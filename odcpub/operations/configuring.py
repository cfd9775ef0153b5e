"""Values of settings that are set by command: for which revision, of which kind, under which identity. Does I/O.

A setting can be a secret in one revision and none in another. What was ever given as a secret stays one: each kind of
value counts for revisions that have the setting so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from odcpub.api_types.assets import Configured
from odcpub.deployment.configuration import check_value, fitting
from odcpub.deployment.stages import Stage
from odcpub.errors import OdcpubError, UsageError
from odcpub.model.elements import Asset, Setting
from odcpub.operations import requests
from odcpub.operations.core.command import Publish
from odcpub.operations.model_files import source_of
from odcpub.operations.models import asset_stages, read_model, stage_of, stage_or_former
from odcpub.operations.platform import Platform
from odcpub.operations.settings import latest, running
from odcpub.store.records import AssetRecord, OperationKind, Status
from odcpub.store.stages import Value


def newest(platform: Platform, asset: AssetRecord) -> Asset:
    """The latest revision's model; the one that was sent where there is no revision yet."""
    found = latest(platform, asset)
    return found or _written(platform, asset)


def _written(platform: Platform, asset: AssetRecord) -> Asset:
    """The model as its author sent it last: to publish it, successfully or not, or with its stages' files."""
    tried = platform.ledger.operations(asset.key, kinds=(OperationKind.PUBLISH,), limit=1)
    last = tried[0].command if tried and tried[0].status != Status.FINISHED else None
    written = last.asset if isinstance(last, Publish) else asset
    return read_model(platform, source_of(platform, written), written.folder).asset


def _models(platform: Platform, asset: AssetRecord, stage: Stage, needed: bool) -> list[Asset]:
    """The models that a value of the stage can be for, what it gets next at first: in the first stage what the author
    has now, elsewhere what the stage before runs; then what is there, and what is newest. Raises where one is
    ``needed`` and there is none."""
    found = [running(platform, asset, label) for label in _before(platform, asset, stage)]
    found.append(latest(platform, asset))
    try:
        written = _written(platform, asset)
    except OdcpubError:  # half written, moved: what is recorded counts
        if needed and not any(found):
            raise
        written = None
    first = stage.order == 1
    return [one for one in ((written, *found) if first else (*found, written)) if one and one.key == asset.key]


def _before(platform: Platform, asset: AssetRecord, stage: Stage) -> list[str]:
    """The labels of the stage before, where there is one, and of the stage itself."""
    order = stage.order
    return [one.label for one in asset_stages(platform, asset) if one.order == order - 1] + [stage.label]


@dataclass(frozen=True, slots=True)
class Changes:
    """Values to set by name, and names to forget. ``from_arguments``: those of the names whose values stood in a
    command line, where others can read them."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    unset: Sequence[str] = ()
    from_arguments: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Whose values they are, where, and the models that one can be for."""

    asset: AssetRecord
    stage: Stage
    models: Sequence[Asset]


def configure(platform: Platform, name: str, to: str, changes: Changes) -> Configured:
    """Sets and forgets values of a stage, all or none; they take effect with the next deployment or when applied, and
    at once in an operation that waits for them. In a stage that is none any more values are only forgotten. The names
    set and unset, which became secrets, and the operations that go on with them."""
    values, unset, asset = changes.values, changes.unset, requests.app(platform, name)
    stage = (stage_of if values else stage_or_former)(platform, asset, to)
    place = _Place(asset, stage, _models(platform, asset, stage, needed=bool(values)))
    wanted = {word: _value(place, word, text, word in changes.from_arguments) for word, text in values.items()}
    gone = [_forgotten(platform, place, word) for word in unset]
    platform.store.stages.change_values(asset.key, stage.label, wanted.values(), gone)
    resumed = requests.values_came(platform, asset, stage.label)
    secrets = [word for word, value in wanted.items() if value.secret]
    return {"set": list(wanted), "unset": list(unset), "secrets": secrets, "resumed": resumed}


def _value(place: _Place, word: str, text: str, from_argument: bool) -> Value:
    """The value as it is kept. What other users could not read is kept as a secret where any of the models has a
    secret there."""
    meant = next(_called(place.models, word), None)
    if meant is None:
        check_value(place.models[0], word, text)
        raise AssertionError("a setting that no model has is refused")
    if meant.secret and from_argument:
        raise UsageError(
            f"{meant.name}: is a secret, and a command line can be read by others",
            f"give it at a prompt or on standard input: odcpub config set {place.asset.label} {meant.name} "
            f"--stage {place.stage.label}",
        )
    alike = [one for model in place.models for one in model.settings if one.identity == meant.identity]
    secret = not from_argument and any(one.secret for one in alike)
    fitted = fitting([one for one in alike if one.secret == secret], text)
    return Value(meant.identity, fitted, secret)


def _called(models: Sequence[Asset], word: str) -> Iterator[Setting]:
    """The settings of that name, then those of that first name."""
    settings = [setting for model in models for setting in model.settings]
    yield from (setting for setting in settings if setting.name == word)
    yield from (setting for setting in settings if setting.identity == word)


def _forgotten(platform: Platform, place: _Place, word: str) -> str:
    """The identity of what is to be forgotten, also of what no model has any more."""
    asset, stage = place.asset, place.stage
    known = platform.store.stages.values(asset.key, stage.label)
    meant = next((one.identity for one in _called(place.models, word) if one.identity in known), word)
    if meant not in known:
        hint = f"see: odcpub config show {asset.label} --stage {stage.label}"
        raise UsageError(f"{word}: was not set in {stage.name}", hint)
    return meant
