"""What goes wrong, as the API tells it. No I/O."""

from typing import TypedDict

from odcpub.errors import Problem, Severity


class ModelProblem(TypedDict):
    """One finding about a model. ``file``: relative to the model's folder, empty where the finding has no place;
    ``line`` and ``column`` count from 1, and are 0 then."""

    code: str
    file: str
    line: int
    column: int
    element: str
    message: str
    hint: str
    severity: Severity


def problem_data(problem: Problem) -> ModelProblem:
    """A finding in the API's shape."""
    place = problem.place
    return {
        "code": problem.code,
        "file": place.file if place else "",
        "line": place.line if place else 0,
        "column": place.column if place else 0,
        "element": problem.element,
        "message": problem.message,
        "hint": problem.hint,
        "severity": problem.severity,
    }


class ErrorData(TypedDict):
    """An error without its message: ``exit_code`` is the command line's, ``details`` are further lines."""

    hint: str
    exit_code: int
    details: list[str]
    problems: list[ModelProblem]


class MaybeError(TypedDict, total=False):
    """The same, where there may be none."""

    hint: str
    exit_code: int
    details: list[str]
    problems: list[ModelProblem]


class ProblemDetails(ErrorData):
    """RFC 9457 problem details: ``title`` is the message, ``hint`` says how to go on."""

    title: str
    status: int
    detail: str
