"""Hints have one style in all rooms: lower case, imperative, no full stop (CONTRIBUTING.md, "Style")."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "odcpub"
FILES = sorted(PACKAGE.rglob("*.py"))
ROOMS = sorted({path.relative_to(PACKAGE).parts[0] for path in FILES})
HINT = re.compile(r"hints?$|_hint$|_HINT$|^HINT|^MADE_ANEW$|^otherwise$", re.IGNORECASE)


@cache
def modules() -> dict[Path, ast.Module]:
    """Read by the first test, not by every process that collects the tests."""
    return {path: ast.parse(path.read_text()) for path in FILES}


@cache
def positions() -> dict[str, int]:
    """Function or class → at which position its hint is given."""
    return dict.fromkeys(_errors(), 1) | _parameters()


def _errors() -> set[str]:
    """The errors of the package, and those that are made as the one that they are derived from."""
    classes = [node for tree in modules().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    alike = [one for one in classes if not any(getattr(part, "name", "") == "__init__" for part in one.body)]
    found, known = set(ERRORS), 0
    while len(found) > known:
        known = len(found)
        found |= {one.name for one in alike if {getattr(base, "id", "") for base in one.bases} & found}
    return found


def _parameters() -> dict[str, int]:
    found = {}
    for tree in modules().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                named = [(one, node.name) for one in node.body if isinstance(one, ast.FunctionDef)]
                found.update({name: at for one, name in named if one.name == "__init__" for at in _position(one)})
                fields = [one.target.id for one in node.body if isinstance(one, ast.AnnAssign) and _is_name(one.target)]
                if "hint" in fields:
                    found[node.name] = fields.index("hint")
            elif isinstance(node, ast.FunctionDef) and node.name != "__init__":
                found.update((node.name, at) for at in _position(node))
    return found


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name)


def _position(function: ast.FunctionDef) -> list[int]:
    names = [one.arg for one in function.args.args if one.arg not in ("self", "cls")]
    return [names.index("hint")] if "hint" in names else []


ERRORS = ("OdcpubError", "UsageError", "Missing", "Refused", "EngineError", "DiskFull", "TemporaryEngineError")


def hints(tree: ast.Module) -> Iterator[ast.expr]:
    """The expressions that a module gives as hints."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            yield from (one.value for one in node.keywords if one.arg == "hint")
            if len(node.args) > (at := positions().get(name, len(node.args))):
                yield node.args[at]
        elif isinstance(node, ast.FunctionDef) and HINT.search(node.name):
            yield from (one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value)
        elif isinstance(node, ast.Assign):
            for target, value in _pairs(node.targets[0], node.value):
                if isinstance(target, ast.Name) and HINT.search(target.id):
                    yield value


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        yield from zip(target.elts, value.elts, strict=False)
    else:
        yield target, value


def texts(node: ast.expr) -> Iterator[str]:
    """What the expression can be, with ``{}`` for what is filled in; nothing for what is made elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
    elif isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for one in node.values:
            yield from texts(one)
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "suggest" and len(node.args) == 3:
        yield from texts(node.args[2])
    elif isinstance(node, (ast.Dict, ast.Tuple)):
        for one in node.values if isinstance(node, ast.Dict) else node.elts:
            yield from texts(one)


def wrong(text: str) -> str:
    """What of the hint is not in the style; empty where all is."""
    if re.match(r"[A-Z](?![A-Z_]+\b)", text):
        return "begins with a capital"
    if re.search(r"(?<!…)(?<!\.)\.$", text):
        return "ends with a full stop"
    return "has two sentences" if re.search(r"[a-z)'\"}]\. [A-Z]", text) else ""


@pytest.mark.parametrize("room", ROOMS)
def test_hints_are_lower_case_without_a_full_stop(room: str) -> None:
    found = []
    for path, tree in modules().items():
        if path.relative_to(PACKAGE).parts[0] == room:
            for node in hints(tree):
                found += [f"{path.name}:{node.lineno}: {why}: {one}" for one in texts(node) if (why := wrong(one))]
    assert not found, "\n".join(found)
