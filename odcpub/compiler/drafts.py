"""What the compiler returns: drafts of files and of C# assemblies, as values. No I/O."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """A file to be: POSIX path below the output's root and its bytes."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Source:
    """A C# file: path (also used in ``#line``-free diagnostics) and text.

    ``elements``: (first line, element path) pairs in rising order; a diagnostic in line n belongs to the last
    pair whose first line is ≤ n.
    """

    path: str
    text: str
    elements: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Assembly:
    """One C# assembly to compile: name without ``.dll``, sources, names of assemblies (of the same compile, or
    already compiled and given by bytes) it refers to besides the framework and Npgsql, and whether it has Main."""

    name: str
    sources: tuple[Source, ...]
    references: tuple[str, ...] = ()
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Compiled:
    """The compiler's result for one asset.

    ``assemblies``: dependencies first. ``web``: files served as they are (below ``wwwroot/`` in the image).
    """

    assemblies: tuple[Assembly, ...]
    web: tuple[Draft, ...]
