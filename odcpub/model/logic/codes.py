"""Codes of refusals: those that ``on_error`` asks for, and that nothing raises. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from odcpub.errors import Problem, Severity
from odcpub.model.elements import Asset, Library, ServerAction, Step
from odcpub.model.logic.steps import CODES, ON_ERROR
from odcpub.model.problems import Code
from odcpub.once import Once
from odcpub.text import listed, shown, suggest


def never_raised(asset: Asset, libraries: Iterable[Library]) -> Iterator[Problem]:
    """Warnings of entries of ``on_error`` whose code nothing raises. ``libraries``: all of the asset."""
    handled = [(action, entry) for action in asset.server_actions for entry in action.handlers]
    if not handled:
        return
    assets = (asset, *(library.asset for library in libraries))
    raised = {code for one in assets for action in one.server_actions for code in _RAISED(action)}
    for action, entry in handled:
        clause = next((one for one in entry.clauses if one.key == "code"), None)
        if clause is None or clause.text in raised or clause.text in CODES:
            continue
        known = sorted({*raised, *CODES})
        message = f"nothing refuses with the code {shown(clause.text)}"
        hint = suggest(clause.text, known, f"use one of {listed(known)}")
        path = f"server_actions.{action.name}"
        yield Problem(str(Code.UNREACHABLE), message, hint, clause.place, path, Severity.WARNING)


def _codes(action: ServerAction) -> frozenset[str]:
    return frozenset(_of_steps((*action.steps, *action.handlers)))


def _of_steps(steps: Iterable[Step]) -> Iterator[str]:
    for step in steps:
        for clause in step.clauses:
            if clause.key == "code" and step.kind != ON_ERROR:
                yield clause.text
            yield from _of_steps(clause.steps)
            for member in clause.members:
                for inner in member.members:
                    yield from _of_steps(inner.steps)


_RAISED: Once[ServerAction, frozenset[str]] = Once(_codes)
"""Action → the codes that its own steps raise."""
