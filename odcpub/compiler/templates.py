"""The compiler's templates: found, parsed once a process, rendered. Reads template files only.

A template has one language and prints only what is marked for it (``odcpub.compiler.marked``): every ``{{ … }}`` is
checked, and a bare text or number is refused with its place. Templates are in ``templates`` beside the package in a
checkout, in ``odcpub/_templates`` in an installed wheel.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from odcpub.compiler.literals import FILTERS
from odcpub.compiler.marked import Marked
from odcpub.errors import EngineError

if TYPE_CHECKING:
    from jinja2 import Environment

_Language = TypeVar("_Language", bound=Marked)

_PACKAGE = Path(__file__).resolve().parent.parent


@lru_cache(maxsize=1)
def folder() -> Path:
    """The folder of all templates. Raises ``EngineError`` where the installation has none."""
    for candidate in (_PACKAGE / "_templates", _PACKAGE.parent / "templates"):
        if (candidate / "api").is_dir():
            return candidate
    raise EngineError(f"{_PACKAGE}: the compiler's templates are missing", "install odcpub again")


def render(language: type[_Language], name: str, values: Mapping[str, object]) -> _Language:
    """The template's text; a variable that is not in ``values`` is an error, never an empty text. Raises UnmarkedText
    where a value that is printed is not marked for ``language``."""
    return language(environment(language, folder()).get_template(name).render(values))


def names(below: str, suffixes: tuple[str, ...]) -> tuple[str, ...]:
    """Paths of the files below a folder of the templates, relative to that folder, sorted."""
    root = folder() / below
    found = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return tuple(sorted(path for path in found if path.endswith(suffixes)))


def content(name: str) -> bytes:
    """A file that is copied as it is."""
    return (folder() / name).read_bytes()


@lru_cache
def environment(language: type[Marked], where: Path) -> Environment:
    """What reads the templates of a language in a folder."""
    from jinja2 import FileSystemLoader, StrictUndefined

    from odcpub.compiler.printed import FILTER, OnlyMarked, checker

    made = OnlyMarked(
        loader=FileSystemLoader(where),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    made.filters.update(FILTERS[language])
    made.filters[FILTER] = checker(language)
    return made
