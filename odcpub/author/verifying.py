"""``odcpub verify``: what is wrong with a model, as far as its own files show it. No I/O: the files have been read."""

from __future__ import annotations

from typing import TypedDict

from odcpub.api_types.problems import ModelProblem, problem_data
from odcpub.errors import ModelError, Severity
from odcpub.model.load import FileCache, load_found
from odcpub.model.verify import read_alone, uses
from odcpub.tree.tree import Found


class Verified(TypedDict):
    """A model without errors. ``libraries``: those it uses, of which nothing was looked at."""

    name: str
    key: str
    warnings: list[ModelProblem]
    libraries: list[str]


def verify_files(found: Found, cache: FileCache | None = None) -> Verified:
    """The warnings of a model; raises ModelError with all problems where one of them is an error. ``cache``: the files
    that were read before, which are not read again.

    Only a server knows the libraries' releases, so that names with a library in front are not looked up.
    """
    raw = load_found(found, cache)
    _, problems = read_alone(raw)
    if any(one.severity is Severity.ERROR for one in problems):
        raise ModelError(problems)
    warnings = [problem_data(one) for one in problems]
    return {"name": raw.name, "key": raw.key, "warnings": warnings, "libraries": [one.name for one in uses(raw)]}
