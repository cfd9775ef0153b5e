"""Whether a text is a migration script as odcpub writes them, this version or one before. No I/O.

A script is executed as Python, so one that comes from outside must not be able to do anything else: two imports, plain
values, the fixed functions of every script, and calls of the listed operations with plain values. What its SQL does is
not judged: whoever puts a script back may migrate the app's schema.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from odcpub.data.script import fixed_lines
from odcpub.text import shown

OPERATIONS = frozenset((
    "add_column", "alter_column", "create_foreign_key", "create_index", "create_table", "drop_constraint", "drop_index",
    "execute",
))  # fmt: skip
"""The operations of Alembic that any version of odcpub has written."""
CONSTRUCTS = frozenset((
    "BigInteger", "Boolean", "CheckConstraint", "Column", "DDL", "Date", "DateTime", "Identity", "Integer",
    "LargeBinary", "Numeric", "PrimaryKeyConstraint", "String", "Text", "Time", "literal_column",
))  # fmt: skip
"""The same of SQLAlchemy's types and elements."""
_FIELDS = frozenset(("revision", "down_revision", "branch_labels", "depends_on", "plan", "base"))
_PART = re.compile(r"part_\d+")
_AUTOCOMMIT = "op.get_context().autocommit_block()"
_Node = ast.stmt | ast.expr


def foreign_line(script: str) -> str:
    """The first thing in the script that odcpub never writes, as ``line 12: import os``; empty where there is none."""
    try:
        wrong = next(_foreign(ast.parse(script)), None)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        return f"line {line or 1}: is not Python"
    if wrong is None:
        return ""
    source = (ast.get_source_segment(script, wrong) or "").partition("\n")[0]
    return f"line {wrong.lineno}: {shown(source)}"


def _foreign(script: ast.Module) -> Iterator[_Node]:
    """The statements and expressions that do not belong there."""
    fixed = frozenset(map(ast.dump, ast.parse(fixed_lines()).body))
    for place, statement in enumerate(script.body):
        docstring = place == 0 and isinstance(statement, ast.Expr) and _is_plain(statement.value)
        if not (docstring or _is_field(statement) or ast.dump(statement) in fixed):
            yield from _of_function(statement)


def _is_field(statement: ast.stmt) -> bool:
    """Whether it is of the form ``revision = '0001_expand_1a2b3c4d'``."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return False
    target = statement.targets[0]
    return isinstance(target, ast.Name) and target.id in _FIELDS and _is_plain(statement.value)


def _of_function(statement: ast.stmt) -> Iterator[_Node]:
    """Of the function of a part, or of the one function that scripts of earlier versions have in place of parts."""
    if not isinstance(statement, ast.FunctionDef) or _signature(statement) != _expected(statement.name):
        yield statement
        return
    for one in statement.body:
        yield from _of_operation(one)


def _expected(name: str) -> tuple[str, ...] | None:
    """The signature that a function of that name must have; None where there is none of that name."""
    text = "@parts.append\ndef part(op) -> None: pass" if _PART.fullmatch(name) else "def upgrade(op=op) -> None: pass"
    found = ast.parse(text).body[0]
    known = isinstance(found, ast.FunctionDef) and (name == found.name or _PART.fullmatch(name))
    return _signature(found) if known and isinstance(found, ast.FunctionDef) else None


def _signature(function: ast.FunctionDef) -> tuple[str, ...]:
    """All of it but its name and its body."""
    types: list[ast.AST] = getattr(function, "type_params", [])  # from Python 3.12 on
    returns = [] if function.returns is None else [function.returns]
    return tuple(map(ast.dump, (function.args, *function.decorator_list, *returns, *types)))


def _of_operation(statement: ast.stmt) -> Iterator[_Node]:
    if isinstance(statement, ast.With):
        if [ast.unparse(one) for one in statement.items] != [_AUTOCOMMIT]:
            yield statement
        for one in statement.body:
            yield from _of_operation(one)
    elif isinstance(statement, ast.Expr) and _is_call(statement.value, "op", OPERATIONS):
        yield from _of_arguments(statement.value)
    else:
        yield statement


def _of_arguments(call: ast.expr) -> Iterator[_Node]:
    """The arguments of a call that are neither plain values nor made of them."""
    assert isinstance(call, ast.Call)  # noqa: S101 - _is_call has said so
    for argument in (*call.args, *(keyword.value for keyword in call.keywords if keyword.arg)):
        if isinstance(argument, ast.List):
            yield from (one for one in argument.elts if not _is_name(one))
        elif _is_call(argument, "sa", CONSTRUCTS):
            yield from _of_arguments(argument)
        elif not (_is_plain(argument) or _is_name(argument)):
            yield argument
    yield from (keyword.value for keyword in call.keywords if not keyword.arg)


def _is_call(node: ast.expr, module: str, names: frozenset[str]) -> bool:
    """Whether it calls one of the names of the module."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    of = node.func.value
    return isinstance(of, ast.Name) and of.id == module and node.func.attr in names


def _is_name(node: ast.expr) -> bool:
    """Whether it is a name of the database: ``q('ticket')``, in scripts of earlier versions ``'ticket'``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "q":
        return len(node.args) == 1 and not node.keywords and _is_plain(node.args[0])
    return _is_plain(node)


def _is_plain(node: ast.expr) -> bool:
    """Whether it is a text, a number, a truth value or None, on one line: a text of several lines could look like a
    part, and scripts are cut between their parts by their text."""
    of_one_line = node.lineno == node.end_lineno
    return isinstance(node, ast.Constant) and of_one_line and isinstance(node.value, str | int | None)
