"""The compiler's templates: found, parsed once a process, rendered. Reads template files only.

They are in ``templates`` beside the package in a checkout, in ``odcpub/_templates`` in an installed wheel.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from odcpub.compiler import literals
from odcpub.errors import EngineError

if TYPE_CHECKING:
    from jinja2 import Environment

_PACKAGE = Path(__file__).resolve().parent.parent


@lru_cache(maxsize=1)
def folder() -> Path:
    """The folder of all templates. Raises ``EngineError`` where the installation has none."""
    for candidate in (_PACKAGE / "_templates", _PACKAGE.parent / "templates"):
        if (candidate / "api").is_dir():
            return candidate
    raise EngineError(f"{_PACKAGE}: the compiler's templates are missing", "Install odcpub again.")


def render(name: str, values: Mapping[str, Any]) -> str:
    """The template's text; a variable that is not in ``values`` is an error, never an empty text."""
    return _environment().get_template(name).render(values)


def names(below: str, suffixes: tuple[str, ...]) -> tuple[str, ...]:
    """Paths of the files below a folder of the templates, relative to that folder, sorted."""
    root = folder() / below
    found = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return tuple(sorted(path for path in found if path.endswith(suffixes)))


def content(name: str) -> bytes:
    """A file that is copied as it is."""
    return (folder() / name).read_bytes()


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(folder()),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - every value goes through a literal filter of its own language
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters.update(
        e=literals.html_text,
        cs=literals.csharp_string,
        identifier=literals.csharp_identifier,
        html=literals.html_text,
        xml=literals.xml_text,
        json=literals.json_text,
        color=literals.css_color,
    )
    return environment
