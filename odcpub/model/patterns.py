"""Patterns: the part of regular expressions that JavaScript, .NET and PostgreSQL read alike. No I/O.

A pattern is parsed into a tree; what is outside the subset is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_PATTERN = 500
MAX_REPEAT = 255
"""PostgreSQL's limit for ``{n,m}``."""
MAX_STATES = 5_000
"""Size of a pattern with its repetitions written out; .NET's matcher without backtracking takes 10,000."""
MAX_CODE = 0xFFFF
"""Beyond it .NET counts two characters for one."""

_SHORT = {
    "d": ((48, 57),),
    "w": ((48, 57), (65, 90), (95, 95), (97, 122)),
    "s": ((9, 13), (32, 32)),
}
_CONTROL = {"t": 9, "n": 10, "r": 13}


class PatternError(ValueError):
    """Why a pattern is refused; its text is the reason."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of some ranges, or of none of them."""

    ranges: tuple[tuple[int, int], ...]
    negated: bool = False

    def has(self, code: int) -> bool:
        """Whether the character with this code is one of them."""
        return any(low <= code <= high for low, high in self.ranges) is not self.negated


@dataclass(frozen=True, slots=True)
class Chain:
    """One after the other."""

    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the branches."""

    branches: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """``most`` None: without end."""

    item: Tree
    least: int
    most: int | None


Tree = Chars | Chain | Choice | Repeat


def parse(pattern: str) -> Tree:
    """The pattern's tree. ``^`` at its beginning and ``$`` at its end are allowed, for they change nothing."""
    if len(pattern) > MAX_PATTERN:
        raise PatternError(f"it has {len(pattern)} characters, and {MAX_PATTERN} are the most")
    parser = _Parser(pattern)
    tree = parser.choice(0)
    if parser.rest():
        raise PatternError("a ')' without its '('")
    if parser.anchored and isinstance(tree, Choice):
        raise PatternError("'^' or '$' belongs to one branch only: leave it out, the whole value is matched anyway")
    if _size(tree) > MAX_STATES:
        raise PatternError("its repetitions multiply to too much")
    return tree


class _Parser:
    def __init__(self, pattern: str) -> None:
        self.text = pattern
        self.at = 0
        self.anchored = False
        if pattern.startswith("^"):
            self.at, self.anchored = 1, True
        self.end = len(pattern)
        if (
            pattern.endswith("$")
            and (len(pattern) - len(pattern[:-1].rstrip("\\")) - 1) % 2 == 0
            and self.at < self.end
        ):
            self.end, self.anchored = self.end - 1, True

    def rest(self) -> bool:
        return self.at < self.end

    def peek(self) -> str:
        return self.text[self.at] if self.at < self.end else ""

    def take(self) -> str:
        char = self.peek()
        self.at += 1
        return char

    def choice(self, depth: int) -> Tree:
        if depth > 20:
            raise PatternError("its groups are nested more than 20 deep")
        branches = [self._chain(depth)]
        while self.peek() == "|":
            self.take()
            branches.append(self._chain(depth))
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _chain(self, depth: int) -> Tree:
        items: list[Tree] = []
        while self.peek() and self.peek() not in "|)":
            items.append(self._quantified(self._atom(depth)))
        return Chain(tuple(items))

    def _quantified(self, atom: Tree) -> Tree:
        char = self.peek()
        if char == "{":
            least, most = self._counts()
        elif char and char in "*+?":
            self.take()
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[char]
        else:
            return atom
        if self.peek() and self.peek() in "*+?{":
            raise PatternError(
                f"'{self.peek()}' after a repetition: lazy and possessive ones are not in the common subset"
            )
        return Repeat(atom, least, most)

    def _counts(self) -> tuple[int, int | None]:
        close = self.text.find("}", self.at, self.end)
        parts = self.text[self.at + 1 : close].split(",") if close > 0 else []
        least = parts[0] if parts else ""
        most = parts[-1] if parts else ""
        fine = 1 <= len(parts) <= 2 and _counted(least) and (_counted(most) or (len(parts) == 2 and not most))
        if not fine or (most and int(most) < int(least)):
            raise PatternError(
                f"'{{' must begin a repetition such as {{2}} or {{2,5}}, up to {MAX_REPEAT}; write \\{{ for the sign"
            )
        self.at = close + 1
        return int(least), int(most) if most else None

    def _atom(self, depth: int) -> Tree:
        char = self.take()
        if char == "(":
            return self._group(depth)
        if char == "[":
            return self._class()
        if char == "\\":
            return self._escape()
        if char == ".":
            return Chars(((10, 10),), negated=True)
        if char in "^$":
            raise PatternError(
                f"'{char}' within a pattern: the whole value is matched anyway; write \\{char} for the sign"
            )
        if char in "*+?":
            raise PatternError(f"'{char}' has nothing to repeat; write \\{char} for the sign")
        if char in "{}]":
            raise PatternError(f"'{char}' alone: write \\{char} for the sign")
        return _one(_code(char))

    def _group(self, depth: int) -> Tree:
        if self.peek() == "?":
            if self.text[self.at : self.at + 2] != "?:":
                raise PatternError("'(?' other than '(?:': look-around, names and flags are not in the common subset")
            self.at += 2
        inner = self.choice(depth + 1)
        if self.take() != ")":
            raise PatternError("a '(' without its ')'")
        return inner

    def _escape(self) -> Chars:
        char = self.take()
        if char.lower() in _SHORT and char:
            return Chars(_SHORT[char.lower()], negated=char.isupper())
        return _one(self._escaped(char))

    def _escaped(self, char: str) -> int:
        if not char:
            raise PatternError("a '\\' with nothing after it")
        if char in _CONTROL:
            return _CONTROL[char]
        if char.isascii() and not char.isalnum():
            return _code(char)
        raise PatternError(
            f"'\\{char}' is not in the common subset: \\d, \\w, \\s, \\t, \\n, \\r and escaped signs are"
        )

    def _class(self) -> Chars:
        negated = self.peek() == "^"
        if negated:
            self.take()
        ranges: list[tuple[int, int]] = []
        while self.peek() != "]":
            low = self._member(ranges)
            if low is None:
                continue
            high: int | None = low
            if self.peek() == "-" and self.text[self.at + 1 : self.at + 2] != "]" and self.at + 1 < self.end:
                self.take()
                high = self._member(ranges)
                if high is None or high < low:
                    raise PatternError("a range of a class runs backwards, or ends in a class")
            ranges.append((low, high if high is not None else low))
        self.take()
        if not ranges:
            raise PatternError("a class '[]' that holds nothing")
        return Chars(_merged(ranges), negated)

    def _member(self, ranges: list[tuple[int, int]]) -> int | None:
        char = self.take()
        if not char:
            raise PatternError("a '[' without its ']'")
        if char == "[":
            raise PatternError("'[' within a class: write \\[ for the sign")
        if char != "\\":
            return _code(char)
        char = self.take()
        if char and char in _SHORT:
            ranges.extend(_SHORT[char])
            return None
        return self._escaped(char)


def _counted(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= MAX_REPEAT


def _code(char: str) -> int:
    code = ord(char)
    if code > MAX_CODE or 0xD800 <= code <= 0xDFFF:
        raise PatternError(f"'{char}' lies beyond the characters that all engines count alike")
    if code < 32 or code == 127:
        raise PatternError("a control character: write \\t, \\n or \\r")
    return code


def _one(code: int) -> Chars:
    return Chars(((code, code),))


def _merged(ranges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _size(tree: Tree) -> int:
    if isinstance(tree, Chars):
        return 1
    if isinstance(tree, Chain):
        return 1 + sum(map(_size, tree.items))
    if isinstance(tree, Choice):
        return 1 + sum(map(_size, tree.branches))
    return 1 + _size(tree.item) * max(tree.least + 1, tree.most or 0)
