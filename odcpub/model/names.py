"""Names and identities that must differ: by case, by first name, by what the database calls them. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from odcpub.errors import Place, Problem
from odcpub.model.language import RESERVED_ASSETS
from odcpub.model.physical import physical
from odcpub.model.problems import Code
from odcpub.text import shown


@dataclass(frozen=True, slots=True)
class Named:
    """An element's name, first name, place and path."""

    name: str
    key: str
    place: Place
    path: str


def is_reserved_asset(name: str) -> bool:
    """Whether no asset can be called so: the name is that of its schema in the database and of its assemblies too."""
    own = physical(name)
    return own in RESERVED_ASSETS or own.startswith("pg_")


def check_unique(
    problems: list[Problem],
    elements: Iterable[Named],
    what: str,
    identity: Callable[[str], str] | None = physical,
) -> None:
    """Appends a problem for every element whose name or identity another has already.

    ``identity``: what must differ, of a first name: that in the database unless said; None where elements have none.
    """
    names: dict[str, Named] = {}
    keys: dict[str, Named] = {}
    for element in elements:
        first = names.setdefault(element.name.casefold(), element)
        if first is not element:
            problems.append(_same_name(first, element, what))
            continue
        if identity is None:
            continue
        other = keys.setdefault(identity(element.key), element)
        if other is not element:
            problems.append(_same_identity(other, element, what))


def _same_name(first: Named, second: Named, what: str) -> Problem:
    if first.name == second.name:
        message, hint = (
            f"the {what} {shown(second.name)} occurs twice: first at {first.place}",
            "remove or rename one of them",
        )
    else:
        message = f"{shown(second.name)} and {shown(first.name)} ({first.place}) differ in case alone"
        hint = "rename one: addresses and databases do not tell them apart"
    return Problem(str(Code.DUPLICATE_NAME), message, hint, second.place, second.path)


def _same_identity(first: Named, second: Named, what: str) -> Problem:
    one, two, key = shown(first.name), shown(second.name), shown(second.key)
    if first.key == second.key:
        message = f"{two} and {one} ({first.place}) are both the {what} first called {key}"
        hint = f"remove 'key: {key}' from the other, or rename what is new"
        return Problem(str(Code.DUPLICATE_IDENTITY), message, hint, second.place, second.path)
    message = f"{key} and {shown(first.key)} ({first.place}) would both be {shown(physical(key))} in the database"
    return Problem(str(Code.PHYSICAL_COLLISION), message, "rename the newer one", second.place, second.path)
