"""A migration plan as values. No I/O.

It has two phases (``odcpub.data.phases``). Nothing is dropped physically.
"""

from __future__ import annotations

from dataclasses import dataclass

from odcpub.data.phases import PHASES, Phase
from odcpub.data.steps.base import Step


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said of one row, and of several: there ``{count}`` stands for their number."""

    one: str
    many: str

    def of(self, count: int) -> str:
        """The sentence about so many rows."""
        return self.one if count == 1 else self.many.replace("{count}", str(count))


@dataclass(frozen=True, slots=True)
class RowCheck:
    """A query that finds the rows a change would lose or break.

    ``query`` selects (row identifier as text, offending value as text), up to ``limit`` rows; ``count`` counts them
    all. Names in them are not qualified: the asset's schema is the search path. ``message``: what is wrong with
    them (the element is said before it); ``hint``: the edit or flag that goes on; ``element``: model path.
    ``phases``: before which phases it can be asked; what holds ``expand`` is asked when planning, too.
    ``spares``: the reference that may stay NOT VALID for the rows that are there, if they are found.
    ``values``: what is found are values, each with the number of rows that have it.
    """

    query: str
    count: str
    element: str
    message: Sentence
    hint: str
    limit: int = 5
    phases: tuple[Phase, ...] = PHASES
    spares: str = ""
    values: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """Rows that a check found: how many, and the first few as (identifier, value)."""

    check: RowCheck
    count: int
    rows: tuple[tuple[str, str], ...]

    @property
    def message(self) -> str:
        """The check's sentence for so many rows."""
        return self.check.message.of(self.count)

    @property
    def told(self) -> str:
        """All of it as one line of a refusal: where, what, which rows, and how to go on."""
        rows = ", ".join(self._row(*row) for row in self.rows)
        more = ", …" if self.count > len(self.rows) else ""
        return f"{self.check.element}: {self.message}: {rows}{more}; {self.check.hint}"

    def _row(self, row: str, value: str) -> str:
        if self.check.values:
            return f"value {row}: in {value} rows"
        return f"row {row}: {value}" if value else f"row {row}"


@dataclass(frozen=True, slots=True)
class MigrationPlan:
    """Everything the Data tool will do to one schema.

    ``base``: portable fingerprint of the live schema it was computed from; ``target``: of the target schema, which
    ``expand`` records last in the marker table that readiness asks. ``refusals``: decisions that need the author
    (not rows). ``warnings``: lines for the user. ``notices``: row checks whose findings are worth a line but refuse
    nothing (rows that still refer to a removed record). ``stays``: lines about what needs no step: renames, what comes
    back. ``digest``: what the scripts of a stored plan carry; empty until it is stored, since it may still change.
    Executing it on another live schema is refused as stale.
    """

    base: str
    target: str
    steps: tuple[Step, ...] = ()
    checks: tuple[RowCheck, ...] = ()
    refusals: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notices: tuple[RowCheck, ...] = ()
    stays: tuple[str, ...] = ()
    digest: str = ""
