"""Only a verified model can be compiled: its type says so, and two places alone give it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import get_type_hints

import pytest

import odcpub
from odcpub.compiler.compile import compile_app, compile_library
from odcpub.compiler.project import app_project, library_project
from odcpub.model.elements import Library, VerifiedAsset
from odcpub.operations.platform import Caches

PACKAGE = Path(odcpub.__file__).parent


def named(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize("takes", [compile_app, compile_library, app_project, library_project, Caches.keep])
def test_what_compiles_or_stores_a_model_takes_a_verified_one(takes: Callable[..., object]) -> None:
    assert get_type_hints(takes)["asset"] is VerifiedAsset
    assert get_type_hints(Library)["asset"] is VerifiedAsset


def test_only_verifying_makes_a_model_verified() -> None:
    """Reading back what was stored does, too: nothing else is stored."""
    made = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and any(named(one) == "VerifiedAsset" for one in (node.func, *node.args))
    }
    assert made == {"model/verify.py", "model/digest.py"}
