"""The typed steps of a server action: immutable, each with its place. No I/O.

What ``odcpub.model.logic.check`` makes of ``elements.ServerAction`` can be printed as C# and run by tests: every name
is known, every expression has its type. Variables are symbols of kind VARIABLE, a row's type is a Structure whose
target is the entity; docs/logic.md says what each step does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from odcpub.errors import Place
from odcpub.model.elements import NOWHERE, Attribute, DataType
from odcpub.model.expressions.tree import Expression, Symbol


@dataclass(frozen=True, slots=True)
class Variable:
    """What a step gives its result to. ``declares``: this step makes the variable, which the rest of its block knows;
    else it is one from before: an input, output, local, or one of an earlier step."""

    symbol: Symbol
    declares: bool


@dataclass(frozen=True, slots=True)
class Assignment:
    """``target``: a Name of a variable, or Members of one. It gets ``value``, converted to its type."""

    target: Expression
    value: Expression


@dataclass(frozen=True, slots=True)
class Given:
    """A value by name: of an attribute, or of an input."""

    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Sort:
    """What rows are ordered by. Rows without a value come last, whichever the direction."""

    value: Expression
    descending: bool = False


class Aggregation(StrEnum):
    """What a query computes of many rows. No row: 0 of COUNT, no value of the others."""

    COUNT = "count"
    SUM = "sum"
    AVERAGE = "average"
    LEAST = "least"
    GREATEST = "greatest"


@dataclass(frozen=True, slots=True)
class Computed:
    """A value of a query's result by name. ``value``: of the row; None for COUNT."""

    name: str
    aggregation: Aggregation
    value: Expression | None
    type: DataType


@dataclass(frozen=True, slots=True)
class Get:
    """The one row of ``entity`` for which ``where`` is True. None: refused, unless ``optional``; several: refused.

    ``locked``: nobody else changes it until the action ends: it says so, or changes or deletes the row itself."""

    entity: str
    where: Expression
    variable: Variable
    optional: bool = False
    locked: bool = False
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Query:
    """Rows of ``entity``, as a list of them; ``first`` leaves out as many, ``maximum`` is the most (both Integer)."""

    entity: str
    variable: Variable
    where: Expression | None = None
    sort: tuple[Sort, ...] = ()
    first: Expression | None = None
    maximum: Expression | None = None
    locked: bool = False
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Summary:
    """Values computed of the rows of ``entity``: a record of them, or with ``groups`` a list of records, one for each
    group. The record's attributes are the groups', then the computed ones. ``sort`` is of the record, named by the
    variable."""

    entity: str
    variable: Variable
    where: Expression | None = None
    groups: tuple[Given, ...] = ()
    computed: tuple[Computed, ...] = ()
    sort: tuple[Sort, ...] = ()
    maximum: Expression | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Set:
    """Assignments, one after another."""

    assignments: tuple[Assignment, ...]
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Case:
    """Steps under a condition."""

    condition: Expression
    steps: tuple[Step, ...]
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class If:
    """``cases``: the first whose condition is True runs, else ``otherwise``. An ``if`` has one case."""

    cases: tuple[Case, ...]
    otherwise: tuple[Step, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class ForEach:
    """Steps for each element that ``values`` (a list) had when the loop began."""

    values: Expression
    variable: Variable
    steps: tuple[Step, ...]
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Create:
    """A new row; attributes that are not given get their defaults. ``variable``: the row as it was saved."""

    entity: str
    values: tuple[Given, ...]
    variable: Variable | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Update:
    """Saves what was set of a row since it was read. ``row``: a Name of a variable."""

    row: Expression
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Delete:
    """Deletes a row, and those that are deleted along. ``row``: a Name of a variable."""

    row: Expression
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Into:
    """Which variable gets an output of a call."""

    output: str
    variable: Variable


@dataclass(frozen=True, slots=True)
class Call:
    """Another server action. ``library``: empty for one of the asset's own. ``arguments``: those written, in the order
    of the inputs; an input that is not given has its default."""

    library: str
    action: str
    arguments: tuple[Given, ...]
    into: tuple[Into, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Raise:
    """Ends the action, and what called it, with a message to the user. ``code``: what ``on_error`` asks for. ``at``:
    the input whose field shows it, empty for none."""

    message: Expression
    code: str = ""
    at: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class End:
    """Ends the action; its outputs are as they are."""

    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Append:
    """Adds ``value`` to a list, or its elements where it is such a list; before the element ``at``, else last."""

    value: Expression
    target: Expression
    at: Expression | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Remove:
    """Removes the element at ``index`` (from 0) from a list."""

    index: Expression
    target: Expression
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Clear:
    """Empties a list."""

    target: Expression
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Filter:
    """The elements of ``values`` for which ``condition`` is True, each known to it as ``item``."""

    values: Expression
    item: Symbol
    condition: Expression
    variable: Variable
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Find:
    """The index of the first element of ``values`` for which ``condition`` is True; -1 for none."""

    values: Expression
    item: Symbol
    condition: Expression
    variable: Variable
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Order:
    """Sorts a list; equals keep their order."""

    target: Expression
    item: Symbol
    sort: tuple[Sort, ...]
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Distinct:
    """The elements of ``values`` (basic types and identifiers), each once, in the order of their first."""

    values: Expression
    variable: Variable
    place: Place = NOWHERE


Step = (
    Get | Query | Summary | Set | If | ForEach | Create | Update | Delete | Call | Raise | End
    | Append | Remove | Clear | Filter | Find | Order | Distinct
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Handler:
    """Steps for a refusal of ``code``; of any, where it is empty. ``error``: a record of Message and Code."""

    code: str
    error: Symbol
    steps: tuple[Step, ...]
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Action:
    """A server action. ``inputs``, ``outputs``, ``locals``: variables, with their limits and defaults."""

    name: str
    inputs: tuple[Attribute, ...]
    outputs: tuple[Attribute, ...]
    locals: tuple[Attribute, ...]
    steps: tuple[Step, ...]
    handlers: tuple[Handler, ...] = ()
    timeout: int = 10
    place: Place = NOWHERE
