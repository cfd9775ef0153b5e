"""Which version of each library an asset gets: resolving ranges, and the text of ``odcpub.lock``. No I/O.

An asset has one version of a library, however many ways lead to it. What is locked stays; only ``update`` moves it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from odcpub.errors import Refused
from odcpub.model.elements import Library, Use
from odcpub.model.versions import BadVersion, Version, parse_range, parse_version
from odcpub.model.yaml_text import Mapping as MappingNode
from odcpub.model.yaml_text import Scalar, parse
from odcpub.text import listed, shown, suggest
from odcpub.tree.tree import LOCK_FILE

MAX_STEPS = 3_000
"""Choices tried before giving up, a second at most; real assets need a few."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """``asker`` (``Helpdesk`` or ``Invoices 1.2.0``) wants a version in ``range`` of ``name``."""

    asker: str
    name: str
    range: str

    def __str__(self) -> str:
        return f"{self.asker} asks for {self.name} {self.range}"


def resolve(
    uses: Sequence[Use],
    available: Mapping[str, Sequence[Library]],
    locked: Mapping[str, str],
    asker: str = "the model",
    path: str = "PATH",
) -> Mapping[str, Library]:
    """The newest versions that satisfy everybody. ``locked``: versions that stay as they are, by name.

    Every library of the asset by name, those of libraries too, each with its own ``uses`` as resolved here.
    ``available``: released versions by name; ``path``: of the model, as a command names it. Raises Refused with who
    asked for what and what there is.
    """
    search = _Search(available, locked, path)
    chosen = search.find(tuple(_Wish(asker, use.name, use.range) for use in uses), {})
    if chosen is None:
        raise search.refusal()
    if asker in chosen:
        raise Refused(f"{asker} would use itself: {listed(_way(chosen, asker))}", "remove one of the uses")
    made: dict[str, Library] = {}
    return {name: _with_uses(name, chosen, (), made) for name in sorted(chosen)}


class _Search:
    """Depth-first search over versions; keeps the first conflict, which is the one to tell."""

    def __init__(self, available: Mapping[str, Sequence[Library]], locked: Mapping[str, str], path: str) -> None:
        self.available = available
        self.locked = locked
        self.path = path
        self.conflict: tuple[_Wish, ...] = ()
        self.steps = 0

    def find(self, wishes: tuple[_Wish, ...], chosen: dict[str, Library]) -> dict[str, Library] | None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            return None
        name = next((wish.name for wish in wishes if wish.name not in chosen), None)
        if name is None:
            return chosen
        mine = tuple(wish for wish in wishes if wish.name == name)
        fitting = [library for library in self._candidates(name) if all(_fits(library, wish) for wish in mine)]
        if not fitting:
            self.conflict = self.conflict or mine
            return None
        for library in fitting:
            found = self._with(library, wishes, chosen | {name: library})
            if found is not None:
                return found
        return None

    def _with(
        self, library: Library, wishes: tuple[_Wish, ...], chosen: dict[str, Library]
    ) -> dict[str, Library] | None:
        asker = f"{library.asset.name} {library.version}"
        added = tuple(_Wish(asker, use.name, use.range) for use in library.asset.uses)
        for wish in added:
            if wish.name in chosen and not _fits(chosen[wish.name], wish):
                self.conflict = self.conflict or tuple(w for w in (*wishes, wish) if w.name == wish.name)
                return None
        return self.find((*wishes, *added), chosen)

    def _candidates(self, name: str) -> list[Library]:
        """Newest first; the locked version alone where there is one."""
        libraries = sorted(self.available.get(name, ()), key=_version, reverse=True)
        locked = self.locked.get(name)
        return [lib for lib in libraries if lib.version == locked] if locked else libraries

    def refusal(self) -> Refused:
        name = self.conflict[0].name if self.conflict else "?"
        details = tuple(map(str, dict.fromkeys(self.conflict)))
        versions = [str(_version(lib)) for lib in sorted(self.available.get(name, ()), key=_version)]
        there = f"released versions of {name}: {listed(versions)}"
        if not versions:
            why = f"no version of the library {name} is released: {details[0] if details else ''}"
            return Refused(why, suggest(name, self.available, f"publish and release {name} first"), details[1:])
        if locked := self.locked.get(name):
            gone = "is not released any more" if locked not in versions else "is not in every range asked for"
            why = f"{name} is locked to {locked}, which {gone}"
            return Refused(why, f"choose new versions: odcpub update {self.path}", (*details, there))
        if self.steps > MAX_STEPS:
            why = (
                f"no versions that suit everybody were found in {MAX_STEPS:,} tries; the first conflict is about {name}"
            )
            return Refused(why, "narrow the ranges, so that fewer versions come into question", (*details, there))
        why = f"no version of the library {name} satisfies all that use it"
        hint = f"widen a range, or release a version of {name} that is in all of them"
        return Refused(why, hint, (*details, there))


def _fits(library: Library, wish: _Wish) -> bool:
    return parse_range(wish.range).has(_version(library))


def _version(library: Library) -> Version:
    return parse_version(library.version)


def _with_uses(name: str, chosen: Mapping[str, Library], way: tuple[str, ...], made: dict[str, Library]) -> Library:
    """The chosen library with its own libraries as chosen; refuses a circle. ``way``: from whom it was come to;
    ``made``: each is made once, however many use it."""
    if name in made:
        return made[name]
    if name in way:
        circle = " → ".join((*way[way.index(name) :], name))
        raise Refused(f"libraries use one another in a circle: {circle}", "release a version that leaves one use out")
    library = chosen[name]
    inner = tuple(_with_uses(use.name, chosen, (*way, name), made) for use in library.asset.uses)
    made[name] = replace(library, uses=inner)
    return made[name]


def _way(chosen: Mapping[str, Library], name: str) -> Iterator[str]:
    for library in chosen.values():
        if any(use.name == name for use in library.asset.uses):
            yield f"{library.asset.name} {library.version} uses {name}"


_HEAD = "# Versions of the libraries this model uses. Written by odcpub, changed by 'odcpub update'; commit it.\n"


def write_lock(versions: Mapping[str, str]) -> str:
    """The content of ``odcpub.lock``: the same versions, the same bytes; empty (no file) where there are none."""
    lines = [f"  {name}: '{version}'\n" for name, version in sorted(versions.items())]
    return _HEAD + "libraries:\n" + "".join(lines) if lines else ""


def read_lock(text: str, file: str = LOCK_FILE) -> dict[str, str]:
    """Versions by library's name. Raises Refused where the text is no lock file."""
    hint = "delete odcpub.lock and run 'odcpub update PATH' to write it again"
    root, problems = parse(text, file)
    if problems:
        raise Refused(str(problems[0]), hint)
    if root is None:
        return {}
    entries = root.entries if isinstance(root, MappingNode) else {}
    libraries = entries["libraries"][1] if set(entries) == {"libraries"} else None
    if not isinstance(libraries, MappingNode):
        raise Refused(f"{file}: it must hold 'libraries:' and a version for each", hint)
    versions: dict[str, str] = {}
    for name, (_, node) in libraries.entries.items():
        written = node.text if isinstance(node, Scalar) else ""
        try:
            versions[name] = str(parse_version(written))
        except BadVersion as error:
            raise Refused(f"{file}:{node.line}:{node.column}: {shown(name)}: {error}", hint) from error
    return versions
