"""What screens say, typed: every name is known, every expression has its type. No I/O.

``odcpub.model.screens.check`` makes it of a verified model; the compiler prints it.
"""

from __future__ import annotations

from dataclasses import dataclass

from odcpub.model.elements import Attribute, DataType, Entity, PartKind, Screen, ServerAction
from odcpub.model.expressions.tree import Expression


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list. ``attribute``: None where it is computed, as ``value``."""

    name: str
    type: DataType
    attribute: Attribute | None = None
    value: Expression | None = None


@dataclass(frozen=True, slots=True)
class Sort:
    """What rows are ordered by; those without a value come last, whichever the direction."""

    value: Expression
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of ``entity``: the condition that they fulfil, their order (by identifiers where it says none), columns."""

    entity: Entity
    where: Expression | None = None
    sort: tuple[Sort, ...] = ()
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """An input that the user is not asked for, and its value."""

    input: Attribute
    value: Expression


@dataclass(frozen=True, slots=True)
class Asked:
    """An input that the user is asked for; ``begins``: what the field begins with, None for the input's default."""

    input: Attribute
    begins: Expression | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A button that calls ``action``. ``entity``: whose row ``given``, ``asked``, ``visible``, ``enabled`` and
    ``confirm`` are over; None where there is no row.

    ``row``: the input that gets the row's identifier; ``rows``: that gets those of the selected rows; both empty for a
    button of the screen, which on a detail is over the record all the same. ``message``: over the action's inputs and
    outputs. ``goes_with``: the output that gives the identifier of the row which ``go_to`` shows; empty for the
    button's own row, or none.
    """

    action: ServerAction
    label: str
    entity: Entity | None
    row: str = ""
    rows: str = ""
    given: tuple[Given, ...] = ()
    asked: tuple[Asked, ...] = ()
    visible: Expression | None = None
    enabled: Expression | None = None
    confirm: Expression | None = None
    message: Expression | None = None
    go_to: Screen | None = None
    goes_with: str = ""

    @property
    def has_dialogue(self) -> bool:
        """Whether the user is asked anything before the action runs."""
        return bool(self.asked) or self.confirm is not None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a dashboard. ``value``: what is summed and so on, None for COUNT and LIST; ``type``: of the number.
    ``to``: the screen that shows more."""

    kind: PartKind
    rows: Rows
    type: DataType
    value: Expression | None = None
    label: str = ""
    maximum: int = 0
    to: Screen | None = None


@dataclass(frozen=True, slots=True)
class TypedScreen:
    """A list has ``rows``, a detail or list ``buttons``, a dashboard ``parts``."""

    screen: Screen
    rows: Rows | None = None
    buttons: tuple[Button, ...] = ()
    parts: tuple[Part, ...] = ()
