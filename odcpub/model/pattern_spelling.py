"""Patterns in their one portable spelling, which is what elements hold. No I/O.

Classes are written out: ``\\d`` is ``[0-9]`` everywhere, not every digit of Unicode.
"""

from __future__ import annotations

from odcpub.model.patterns import Chain, Chars, Choice, Tree, parse

_SYNTAX = frozenset("^$\\.*+?()[]{}|/")
_CLASS_SYNTAX = frozenset("^\\-[](){}|/")


def portable(pattern: str) -> str:
    """The one spelling that JavaScript (flags ``u`` or ``v``), .NET, PostgreSQL and Python read alike."""
    return _print(parse(pattern))


def _print(tree: Tree, atom: bool = False) -> str:
    if isinstance(tree, Chars):
        return _print_chars(tree)
    if isinstance(tree, Chain):
        text = "".join(_print(item, atom=isinstance(item, Choice)) for item in tree.items)
        return f"(?:{text})" if atom else text
    if isinstance(tree, Choice):
        text = "|".join(_print(branch) for branch in tree.branches)
        return f"(?:{text})" if atom else text
    counts = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((tree.least, tree.most))
    if counts is None:
        most = "" if tree.most is None else str(tree.most)
        counts = f"{{{tree.least}}}" if tree.least == tree.most else f"{{{tree.least},{most}}}"
    return _print(tree.item, atom=True) + counts


def _print_chars(chars: Chars) -> str:
    if not chars.negated and len(chars.ranges) == 1 and chars.ranges[0][0] == chars.ranges[0][1]:
        return _print_code(chars.ranges[0][0], _SYNTAX)
    parts = []
    for low, high in chars.ranges:
        first, last = _print_code(low, _CLASS_SYNTAX), _print_code(high, _CLASS_SYNTAX)
        parts.append(first if low == high else f"{first}-{last}" if high > low + 1 else first + last)
    return f"[{'^' if chars.negated else ''}{''.join(parts)}]"


def _print_code(code: int, special: frozenset[str]) -> str:
    controls = {9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
    return controls.get(code) or ("\\" if chr(code) in special else "") + chr(code)
