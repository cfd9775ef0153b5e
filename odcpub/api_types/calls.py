"""Calls of server actions. No I/O."""

from typing import Any, NotRequired, TypedDict

from odcpub.api_types.limits import Name, Text


class ActionCallRequest(TypedDict):
    """What an action is given. ``values``: texts by input, read by the inputs' types; ``inputs``: values as the app's
    API takes them, numbers with decimals as texts. ``stage``: the first one where it is left out."""

    stage: NotRequired[Name]
    values: NotRequired[dict[Name, Text]]
    inputs: NotRequired[dict[Name, Any]]


class ActionRefusal(TypedDict):
    """Why the action was refused; nothing was changed. ``code``: empty for none; ``errors``: sentences by input."""

    code: str
    message: str
    errors: dict[str, list[str]]


class ActionCall(TypedDict):
    """What an action answered: ``outputs`` as the app's API gives them, none where it was refused."""

    asset: str
    stage: str
    action: str
    outputs: dict[str, Any]
    refusal: ActionRefusal | None
