"""What a step is: its name, its marker, what it takes of earlier steps, what it does. No I/O but
that of its work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import NoneType
from typing import TypedDict, TypeVar, Unpack, get_args, get_type_hints

from odcpub.operations.core.outputs import AnyOutput
from odcpub.operations.core.run import Run

Input = TypeVar("Input")


class Waits(Exception):
    """Raised by a step that cannot go on yet: for what it waits, who can make it go on, and by which ``command``, where
    that is another than ``odcpub continue``. It is begun anew then."""

    def __init__(self, wants: str, who: str, command: str = "") -> None:
        super().__init__(wants)
        self.wants, self.who, self.command = wants, who, command


@dataclass(frozen=True, slots=True)
class Step:
    """``name``: what a killed operation is resumed by; ``marker``: what users see; ``takes``: a class whose fields are
    outputs of earlier steps, or the command, by their types; ``work``: does it, and returns what it has found out.
    ``always``: it runs too when an earlier one has found that nothing is to be done; ``serves``: from its end on the
    new version serves, and who asked for it waits no longer."""

    name: str
    marker: str
    takes: Callable[..., object]
    work: Callable[..., AnyOutput | None]
    always: bool = False
    serves: bool = False

    def perform(self, run: Run) -> None:
        """The work, with what it takes handed over; what it has found out is recorded."""
        output = self.work(run, gathered(self.takes, run))
        if output is not None:
            run.record(output)


class _When(TypedDict, total=False):
    always: bool
    serves: bool


def step(
    name: str,
    marker: str,
    takes: Callable[..., Input],
    work: Callable[[Run, Input], AnyOutput | None],
    **more: Unpack[_When],
) -> Step:
    """A step whose ``work`` is given what it ``takes``."""
    return Step(name, marker, takes, work, **more)


def gathered(takes: Callable[..., Input], run: Run) -> Input:
    """What a step takes, out of what the operation has: a field that may be None is, where there is no such output."""
    there = (run.command, *run.unit.outputs)
    found = {name: next((one for one in there if isinstance(one, kinds)), None) for name, kinds in needs(takes).items()}
    lacking = [name for name, kinds in needs(takes).items() if found[name] is None and NoneType not in kinds]
    if lacking:
        raise LookupError(f"{', '.join(lacking)}: no step before has found it out")
    return takes(**found)


def needs(takes: Callable[..., object]) -> dict[str, tuple[type, ...]]:
    """The fields of what a step takes, each with the types that fit it."""
    return {name: get_args(hint) or (hint,) for name, hint in get_type_hints(takes).items()}
