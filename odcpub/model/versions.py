"""Semantic versions and ranges of them. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache, total_ordering

from odcpub.errors import UsageError
from odcpub.text import shown

_NUMBER = "(?:0|[1-9][0-9]{0,8})"
_IDENT = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = re.compile(
    rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-({_IDENT}(?:\.{_IDENT})*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
)
_TERM = re.compile(
    rf"(\^|~|>=|<=|>|<|=)?\s*({_NUMBER})(?:\.({_NUMBER}))?(?:\.({_NUMBER}))?(?:-({_IDENT}(?:\.{_IDENT})*))?"
)


class BadVersion(UsageError, ValueError):
    """A text that is no version, or no range of versions."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """A semantic version (semver.org, 2.0.0). Build metadata does not count and is not kept."""

    major: int
    minor: int
    patch: int
    pre: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}" + (f"-{'.'.join(self.pre)}" if self.pre else "")

    def next_patch(self) -> Version:
        """The next version that changes nothing for users; a pre-release's own release."""
        return Version(self.major, self.minor, self.patch + (not self.pre))

    def next_breaking(self) -> Version:
        """The next version that may break users: before 1.0.0 the minor number counts, as ``^0.1`` reads it."""
        return Version(self.major + 1, 0, 0) if self.major else Version(0, self.minor + 1, 0)

    def breaks(self, earlier: Version) -> bool:
        """Whether this version's number says that users of ``earlier`` may break."""
        return self.major > earlier.major or (self.major == 0 and self.minor > earlier.minor)

    def __lt__(self, other: Version) -> bool:
        return self._order() < other._order()

    def _order(self) -> tuple[object, ...]:
        """Numbers before words within a pre-release; a release after its pre-releases."""
        pre = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in self.pre)
        return (self.major, self.minor, self.patch, not self.pre, pre)


@lru_cache(maxsize=4_096)
def parse_version(text: str) -> Version:
    """Raises BadVersion with the reason."""
    match = _VERSION.fullmatch(text) if len(text) <= 100 else None
    if not match:
        raise BadVersion(f"'{shown(text)}' is not a semantic version", "write three numbers with dots, such as 1.2.0")
    return Version(int(match[1]), int(match[2]), int(match[3]), tuple(match[4].split(".")) if match[4] else ())


@dataclass(frozen=True, slots=True)
class Range:
    """All bounds must hold: (operator, version), with operators ``>=``, ``>``, ``<=``, ``<``, ``=``."""

    bounds: tuple[tuple[str, Version], ...]

    def has(self, version: Version) -> bool:
        """A pre-release is in a range only where a bound names a pre-release of the same version."""
        if version.pre and not any(bound.pre and _core(bound) == _core(version) for _, bound in self.bounds):
            return False
        return all(_holds(version, operator, bound) for operator, bound in self.bounds)


@lru_cache(maxsize=4_096)
def parse_range(text: str) -> Range:
    """``^1.0``, ``~1.2``, ``1.2.3``, ``>=1.0 <2.0``, ``*``. Raises BadVersion with the reason."""
    words = re.sub(r"(\^|~|>=|<=|>|<|=)\s+", r"\1", text.strip()).split() if len(text) <= 100 else []
    if words == ["*"]:
        return Range(())
    if not words:
        raise BadVersion(f"'{shown(text)}' is not a range of versions")
    return Range(tuple(bound for word in words for bound in _bounds(word, text)))


def _bounds(word: str, text: str) -> tuple[tuple[str, Version], ...]:
    match = _TERM.fullmatch(word)
    if not match:
        raise BadVersion(f"'{shown(text)}' is not a range of versions: '{shown(word)}' is not understood")
    operator = match[1] or ""
    given = [int(part) for part in match.group(2, 3, 4) if part is not None]
    pre = tuple(match[5].split(".")) if match[5] else ()
    if pre and len(given) < 3:
        raise BadVersion(f"'{shown(text)}' is not a range of versions: a pre-release needs all three numbers")
    low = _first(given, pre)
    if operator in (">=", "<"):
        return ((operator, low),)
    end = _next(given)
    if operator in (">", "<="):
        if len(given) == 3:
            return ((operator, low),)
        return ((">=" if operator == ">" else "<", end),)
    if operator == "^":
        return (">=", low), ("<", _next(given[: _first_not_zero(given)]))
    if operator == "~":
        return (">=", low), ("<", _next(given[:2]))
    return (("=", low),) if len(given) == 3 else ((">=", low), ("<", end))


def _first(given: list[int], pre: tuple[str, ...] = ()) -> Version:
    major, minor, patch = [*given, 0, 0][:3]
    return Version(major, minor, patch, pre)


def _next(given: list[int]) -> Version:
    """The first version after all that begin with the numbers given."""
    return _first([*given[:-1], given[-1] + 1])


def _first_not_zero(given: list[int]) -> int:
    return next((index + 1 for index, number in enumerate(given) if number), len(given))


def _core(version: Version) -> tuple[int, int, int]:
    return version.major, version.minor, version.patch


def _holds(version: Version, operator: str, bound: Version) -> bool:
    if operator == "=":
        return version == bound
    if operator == ">=":
        return version >= bound
    if operator == ">":
        return version > bound
    return version <= bound if operator == "<=" else version < bound
