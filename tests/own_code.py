"""Whether what the compiler calls its own code is: literals, and what is annotated as ``LiteralString`` and made of
them.

mypy takes ``LiteralString`` for ``str``, so this looks at the modules' syntax. Functions are known by their names.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Names = frozenset[str]
_Takers = dict[str, Mapping[str, int]]


def not_own(paths: Iterable[Path]) -> list[str]:
    """Where text that is not known to be own code is taken for it, as ``path:line``."""
    trees = {path: ast.parse(path.read_text()) for path in paths}
    package = _Package(trees.values())
    return [f"{path}:{line}" for path, tree in trees.items() for line in package.faults(tree)]


def forms(paths: Iterable[Path]) -> int:
    """How many pieces of own code there are."""
    calls = [node for path in paths for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    return sum(_is_form(call) for call in calls)


def _is_form(call: ast.Call) -> bool:
    return getattr(call.func, "attr", "") in ("code", "joined")


def _says_own(annotation: ast.expr | None) -> bool:
    return annotation is not None and "LiteralString" in ast.unparse(annotation)


def _called(call: ast.Call) -> str:
    return str(getattr(call.func, "id", "") or getattr(call.func, "attr", ""))


def _arguments(node: _Function) -> list[ast.arg]:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return [one for one in arguments if one.arg not in ("self", "cls")]


def _declared(nodes: Iterable[ast.AST]) -> _Names:
    """Names that are annotated as own code."""
    found = (node for node in nodes if isinstance(node, ast.AnnAssign) and _says_own(node.annotation))
    return frozenset(node.target.id for node in found if isinstance(node.target, ast.Name))


def _takers(module: ast.Module) -> _Takers:
    """The functions of a module that take own code: at which places, by its parameters' names."""
    found: _Takers = {}
    for node in ast.walk(module):
        if isinstance(node, _Function) and node.name not in ("code", "joined"):
            own = {one.arg: at for at, one in enumerate(_arguments(node)) if _says_own(one.annotation)}
            found |= {node.name: own} if own else {}
    return found


class _Package:
    """What is annotated as own code: names of modules, functions by what they return and by their parameters."""

    def __init__(self, modules: Iterable[ast.Module]) -> None:
        self.exported: _Names = frozenset()
        self.makers: set[str] = set()
        self.takers: _Takers = {}
        self.takers_here: _Takers = {}
        for module in modules:
            self.exported |= _declared(module.body)
            self.takers |= _takers(module)
            functions = (node for node in ast.walk(module) if isinstance(node, _Function))
            self.makers |= {node.name for node in functions if _says_own(node.returns)}

    def faults(self, module: ast.Module) -> Iterator[int]:
        """The lines of what is no own code and should be."""
        imports = (one for node in ast.walk(module) if isinstance(node, ast.ImportFrom) for one in node.names)
        names = {one.asname or one.name for one in imports if one.name in self.exported}
        # Another module's function of the same name is another one.
        own = {node.name for node in ast.walk(module) if isinstance(node, _Function)}
        self.takers_here = {**{name: at for name, at in self.takers.items() if name not in own}, **_takers(module)}
        yield from self._looked(module, _declared(module.body) | names)

    def _looked(self, node: ast.AST, names: _Names) -> Iterator[int]:
        if isinstance(node, _Function):
            own = {one.arg for one in _arguments(node) if _says_own(one.annotation)}
            names = names | own | _declared(ast.walk(node))
        yield from (text.lineno for text in self._claimed(node, names) if not self._is_own(text, names))
        for child in ast.iter_child_nodes(node):
            yield from self._looked(child, names)

    def _claimed(self, node: ast.AST, names: _Names) -> Iterator[ast.expr]:
        """The texts that a piece of syntax takes for own code."""
        if isinstance(node, ast.Call):
            if _is_form(node):
                yield node.args[0]
            for name, at in self.takers_here.get(_called(node), {}).items():
                yield from node.args[at : at + 1]
                yield from (one.value for one in node.keywords if one.arg == name)
        elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.Assign) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(one, ast.Name) and one.id in names for one in targets):
                yield node.value
        elif isinstance(node, _Function) and _says_own(node.returns):
            yield from (one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value)

    def _is_own(self, text: ast.expr, names: _Names) -> bool:
        if isinstance(text, ast.Name):
            return text.id in names
        if isinstance(text, ast.Subscript | ast.FormattedValue):
            return self._is_own(text.value, names)
        if isinstance(text, ast.Call):
            function = text.func
            looked_up = isinstance(function, ast.Attribute) and function.attr == "get"
            return _called(text) in self.makers or (looked_up and self._is_own(function.value, names))
        parts = _parts(text)
        return isinstance(text, ast.Constant) or (bool(parts) and all(self._is_own(part, names) for part in parts))


def _parts(text: ast.expr) -> list[ast.expr]:
    """What a text or a table of texts is made of."""
    if isinstance(text, ast.JoinedStr | ast.BoolOp | ast.Dict):
        return text.values
    if isinstance(text, ast.BinOp):
        return [text.left, text.right]
    return [text.body, text.orelse] if isinstance(text, ast.IfExp) else []
