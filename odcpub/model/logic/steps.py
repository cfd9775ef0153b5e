"""The table of steps: what each kind takes, clause by clause. No I/O.

The one source for reading steps, for their JSON Schema, and for the tests that compare docs/logic.md with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

MAX_INPUTS = 15
MAX_STEPS = 1_000
"""Steps of one action."""
MAX_MEMBERS = 1_000
"""Pairs, cases or expressions of one key of a step."""
MAX_NESTING = 20
"""Blocks of steps one within another."""
TIMEOUT, MAX_TIMEOUT = 10, 60
"""Seconds, as ODC's requests have at most."""

DIRECTION = re.compile(r"\s+(asc|desc)\s*$", re.IGNORECASE)
"""What may stand behind an expression that orders."""

CODES = ("NotFound", "NotUnique", "Refused", "Protected", "Index", "Overflow")
"""Codes of refusals that are the language's own."""

END = "end"
"""The one step that is a plain word."""
ERROR = "Error"
"""What ``on_error`` calls the record of what was refused."""
ON_ERROR = "on_error"
"""The kind of step that an entry of an action's ``on_error`` is."""


class Form(StrEnum):
    """What stands after a key of a step; the value is how messages call it."""

    EXPRESSION = "an expression"
    ELEMENT = "a name"
    VARIABLE = "the name of a variable"
    TARGET = "the name of a variable, or of a part of one"
    NAME = "a name of your choice"
    INTO = "a variable, or a mapping of outputs to variables"
    PAIRS = "a mapping of names to expressions"
    ASSIGNMENTS = "a mapping of variables to expressions"
    SORT = "a list of expressions"
    FLAG = "true or false"
    STEPS = "a list of steps"
    CASES = "a list of conditions with their steps"


@dataclass(frozen=True, slots=True)
class ClauseRule:
    """A key of a step: what it takes, what it means. The first one of a kind is the kind itself."""

    name: str
    form: Form
    about: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class StepRule:
    """A kind of step; ``example``: how a message shows it."""

    clauses: tuple[ClauseRule, ...]
    about: str
    example: str

    @property
    def kind(self) -> str:
        """Its name: the key that every step of the kind has."""
        return self.clauses[0].name


def _rule(about: str, example: str, *clauses: ClauseRule) -> StepRule:
    return StepRule(clauses, about, example)


def _needs(name: str, form: Form, about: str) -> ClauseRule:
    return ClauseRule(name, form, about, required=True)


def _takes(name: str, form: Form, about: str) -> ClauseRule:
    return ClauseRule(name, form, about)


_ROW = "The variable of a row."
_EACH = _needs("each", Form.NAME, "What the expression calls the element.")
_RULES = (
    _rule(
        "One row of an entity.",
        "get: Ticket",
        _needs("get", Form.ELEMENT, "The entity or static entity."),
        _needs("where", Form.EXPRESSION, "The condition that the row fulfils."),
        _needs("as", Form.VARIABLE, "The variable that gets the row."),
        _takes("optional", Form.FLAG, "No such row is no refusal: the variable has no value then."),
        _takes("for_update", Form.FLAG, "Nobody else changes the row until the action ends."),
    ),
    _rule(
        "Rows of an entity, or what is computed of them.",
        "query: Ticket",
        _needs("query", Form.ELEMENT, "The entity or static entity."),
        _takes("where", Form.EXPRESSION, "The condition that the rows fulfil; all rows unless said."),
        _takes("group_by", Form.PAIRS, "Values by which the rows are grouped."),
        _takes("count", Form.NAME, "The name of how many rows there are."),
        _takes("sum", Form.PAIRS, "Sums of the rows' values."),
        _takes("average", Form.PAIRS, "Averages of the rows' values."),
        _takes("least", Form.PAIRS, "The least of the rows' values."),
        _takes("greatest", Form.PAIRS, "The greatest of the rows' values."),
        _takes("sort", Form.SORT, "The order: expressions, each with desc for the greatest first."),
        _takes("first", Form.EXPRESSION, "How many rows are left out."),
        _takes("maximum", Form.EXPRESSION, "How many rows there are at most."),
        _needs("as", Form.VARIABLE, "The variable that gets the list, or what is computed."),
        _takes("for_update", Form.FLAG, "Nobody else changes the rows until the action ends."),
    ),
    _rule(
        "Values for variables, one after another.",
        "set: { Fee: 80 }",
        _needs("set", Form.ASSIGNMENTS, "Variables, or parts of them, and their new values."),
    ),
    _rule(
        "Steps under a condition.",
        "if: Hours > 8",
        _needs("if", Form.EXPRESSION, "The condition."),
        _needs("then", Form.STEPS, "The steps where it is True."),
        _takes("else", Form.STEPS, "The steps where it is not."),
    ),
    _rule(
        "Steps under the first condition that is True.",
        "switch: [{ when: Hours > 8, do: [] }]",
        _needs("switch", Form.CASES, "Conditions with their steps: when, do."),
        _takes("otherwise", Form.STEPS, "The steps where none is True."),
    ),
    _rule(
        "Steps for each element of a list.",
        "for_each: Tickets",
        _needs("for_each", Form.EXPRESSION, "The list."),
        _needs("as", Form.VARIABLE, "The variable that has the element."),
        _needs("do", Form.STEPS, "The steps."),
    ),
    _rule(
        "A new row.",
        "create: Ticket",
        _needs("create", Form.ELEMENT, "The entity."),
        _takes("with", Form.PAIRS, "Attributes and their values."),
        _takes("as", Form.VARIABLE, "The variable that gets the row as it was saved."),
    ),
    _rule(
        "Saves what was set of a row.",
        "update: Found",
        _needs("update", Form.ELEMENT, _ROW),
    ),
    _rule(
        "Deletes a row.",
        "delete: Found",
        _needs("delete", Form.ELEMENT, _ROW),
    ),
    _rule(
        "Another server action, in the same transaction.",
        "call: CloseTicket",
        _needs("call", Form.ELEMENT, "The action; of a library, with the library's name before it."),
        _takes("with", Form.PAIRS, "Inputs and their values."),
        _takes("into", Form.INTO, "The variable that gets its one output, or variables by outputs."),
    ),
    _rule(
        "Ends the action with a message, and undoes what it did.",
        "raise: '\"Already closed\"'",
        _needs("raise", Form.EXPRESSION, "The message, a Text."),
        _takes("code", Form.NAME, "What programs and on_error ask for."),
        _takes("at", Form.ELEMENT, "The input whose field shows the message."),
    ),
    _rule("Ends the action.", "end", _needs(END, Form.FLAG, "The action's outputs are as they are.")),
    _rule(
        "Adds to a list.",
        "append: Hours",
        _needs("append", Form.EXPRESSION, "The value, or a list of such values."),
        _needs("to", Form.TARGET, "The list."),
        _takes("at", Form.EXPRESSION, "Before which element, counted from 0; at the end unless said."),
    ),
    _rule(
        "Removes an element from a list.",
        "remove: 0",
        _needs("remove", Form.EXPRESSION, "Its index, counted from 0."),
        _needs("from", Form.TARGET, "The list."),
    ),
    _rule("Removes all elements of a list.", "clear: Tickets", _needs("clear", Form.TARGET, "The list.")),
    _rule(
        "Those elements of a list for which a condition is True.",
        "filter: Tickets",
        _needs("filter", Form.EXPRESSION, "The list."),
        _EACH,
        _needs("where", Form.EXPRESSION, "The condition."),
        _needs("as", Form.VARIABLE, "The variable that gets the new list."),
    ),
    _rule(
        "The index of the first element for which a condition is True; -1 for none.",
        "find: Tickets",
        _needs("find", Form.EXPRESSION, "The list."),
        _EACH,
        _needs("where", Form.EXPRESSION, "The condition."),
        _needs("as", Form.VARIABLE, "The variable that gets the index, an Integer."),
    ),
    _rule(
        "Sorts a list.",
        "order: Tickets",
        _needs("order", Form.TARGET, "The list."),
        _EACH,
        _needs("by", Form.SORT, "The order: expressions, each with desc for the greatest first."),
    ),
    _rule(
        "The elements of a list, each value once.",
        "distinct: Names",
        _needs("distinct", Form.EXPRESSION, "The list."),
        _needs("as", Form.VARIABLE, "The variable that gets the new list."),
    ),
)
STEPS: Mapping[str, StepRule] = {rule.kind: rule for rule in _RULES}
CLAUSES: Mapping[str, Mapping[str, ClauseRule]] = {
    kind: {clause.name: clause for clause in rule.clauses} for kind, rule in STEPS.items()
}
CASE: Mapping[str, ClauseRule] = {
    "when": _needs("when", Form.EXPRESSION, "The condition."),
    "do": _needs("do", Form.STEPS, "The steps where it is the first that is True."),
}
"""The keys of a case of ``switch``."""
HANDLER: Mapping[str, ClauseRule] = {
    "code": _takes("code", Form.NAME, "The code of the refusals; all unless said."),
    "do": _needs("do", Form.STEPS, "The steps."),
}
"""The keys of an entry of ``on_error``."""
COMPUTED = ("sum", "average", "least", "greatest")
"""Clauses of a query that compute values of many rows, besides ``count``."""
