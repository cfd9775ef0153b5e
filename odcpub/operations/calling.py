"""Calls of an app's server actions, at the address where it runs. Does I/O: asks the runner, and the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from odcpub.api_types.calls import ActionCall, ActionRefusal
from odcpub.engines.published import Reply, post
from odcpub.errors import EngineError, Missing, OdcpubError, Refused, TemporaryEngineError, UsageError
from odcpub.model.elements import Attribute, Basic, ServerAction
from odcpub.operations import requests
from odcpub.operations.models import asset_stages, stage_or_former
from odcpub.operations.platform import Platform
from odcpub.operations.settings import running
from odcpub.text import exact_json, listed, named, suggest

PATIENCE = 15
"""Seconds beyond an action's own time in which the app says that it is over."""
TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Called:
    """Which action of which app, in which stage (empty: the first). ``values``: texts by input; ``inputs``: values in
    JSON."""

    asset: str
    action: str
    stage: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, object] = field(default_factory=dict)


def call(platform: Platform, wanted: Called) -> ActionCall:
    """What the action answers. Raises what kept the app from an answer of the action's own."""
    asset = requests.app(platform, wanted.asset)
    stages = asset_stages(platform, asset)
    stage = stage_or_former(platform, asset, wanted.stage) if wanted.stage else stages[0]
    where = f"{asset.name} ({stage.name})"
    model = running(platform, asset, stage.label)
    there = platform.engines().runner.running(stage.label, asset.label, asset.key) if model else None
    if model is None or there is None or not there.address:
        raise Refused(f"{where}: the app does not run there", "odcpub status")
    action = _action(where, model.server_actions, wanted.action)
    for name, value in wanted.inputs.items():
        _check_exact(name, value)
    given = {**wanted.inputs, **{name: _value(action, name, text) for name, text in wanted.values.items()}}
    reply = post(there.address, f"/api/{quote(action.name)}", given, action.timeout + PATIENCE)
    if reply.status not in (200, 422):
        raise _failure(f"{where}: {action.name}", reply)
    refusal = _refusal(reply) if reply.status == 422 else None
    outputs = {} if refusal else reply.content
    return {"asset": asset.name, "stage": stage.name, "action": action.name, "outputs": outputs, "refusal": refusal}


def _action(where: str, actions: tuple[ServerAction, ...], name: str) -> ServerAction:
    names = [one.name for one in actions]
    if name not in names:
        known = f"it has {listed(names)}" if names else "write one: docs/logic.md"
        raise Missing(f"{where}: has no server action {named(name)}", suggest(name, names, known))
    return actions[names.index(name)]


def _value(action: ServerAction, name: str, text: str) -> object:
    """As the app's API takes it. A name that no input has is told by the app, as all that is wrong is, at once."""
    found = next((one for one in action.inputs if one.name == name), None)
    if text == "" or found is None:
        return text or None
    if found.type.basic is Basic.BOOLEAN and not found.type.many:
        return TRUTHS.get(text.lower(), text)
    return _parsed(found, text) if found.type.many or found.type.basic is Basic.STRUCTURE else text


def _check_exact(name: str, value: object) -> None:
    """Refuses what a reader of JSON may have rounded."""
    if isinstance(value, float):
        raise UsageError(f"{name}: a number with decimals loses digits on its way", "send it as a text")
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            _check_exact(name, one)


def _parsed(found: Attribute, text: str) -> object:
    try:
        return exact_json(text)
    except (ValueError, RecursionError):
        example = "'[1, 2]'" if found.type.many else """'{"Street": "Main"}'"""
        raise UsageError(f"{found.name}: is not JSON", f"write it so: {found.name}={example}") from None


def _refusal(reply: Reply) -> ActionRefusal:
    told = reply.content
    errors = {name: list(map(str, sentences)) for name, sentences in told.get("errors", {}).items()}
    return {"code": str(told.get("code", "")), "message": str(told.get("detail", "")), "errors": errors}


def _failure(what: str, reply: Reply) -> OdcpubError:
    detail = reply.content.get("detail", f"the app answers {reply.status}")
    if reply.status == 404:
        return Refused(f"{what}: has no endpoint", "give the action api: true, and publish")
    if reply.status in (400, 413):
        return UsageError(f"{what}: {detail}", "odcpub call --help")
    if reply.status == 503:
        return TemporaryEngineError(f"{what}: {detail}", "run the same command again")
    trace = reply.content.get("trace")
    hint = f"look for {trace} in the app's log: docs/operations.md says where it is" if trace else "odcpub status"
    return EngineError(f"{what}: {detail}", hint)
