"""The licence notice of a NuGet package that brings no licence file, only an SPDX expression. Does I/O (reads it)."""

from __future__ import annotations

from pathlib import Path
from string import Template
from xml.etree import ElementTree

from odcpub.errors import REPORT, EngineError

LICENCES = {
    "PostgreSQL": Template(
        """\
Permission to use, copy, modify, and distribute this software and its documentation for any purpose, without fee, and
without a written agreement is hereby granted, provided that the above copyright notice and this paragraph and the
following two paragraphs appear in all copies.

IN NO EVENT SHALL $holder BE LIABLE TO ANY PARTY FOR DIRECT, INDIRECT, SPECIAL, INCIDENTAL, OR CONSEQUENTIAL DAMAGES,
INCLUDING LOST PROFITS, ARISING OUT OF THE USE OF THIS SOFTWARE AND ITS DOCUMENTATION, EVEN IF $holder HAS BEEN ADVISED
OF THE POSSIBILITY OF SUCH DAMAGE.

$holder SPECIFICALLY DISCLAIMS ANY WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY
AND FITNESS FOR A PARTICULAR PURPOSE. THE SOFTWARE PROVIDED HEREUNDER IS ON AN "AS IS" BASIS, AND $holder HAS NO
OBLIGATIONS TO PROVIDE MAINTENANCE, SUPPORT, UPDATES, ENHANCEMENTS, OR MODIFICATIONS.
"""
    ),
}
"""SPDX identifier → the licence's text, which must go with every copy."""


def notice(package: Path) -> str:
    """What must go with copies of the package unpacked in the folder ``package``: copyright and licence.

    Of the ``.nuspec``: ``license`` with the type ``expression``, ``copyright``, else ``authors`` (NuGet's reference of
    the format). Raises ``EngineError`` where it cannot be read or names a licence whose text is not known.
    """
    found = _metadata(package)
    name, licence = f"{found['id']} {found['version']}", found.get("license", "")
    if licence not in LICENCES:
        raise EngineError(
            f"{name}: its licence {licence or '(none)'} has no text here, and images must carry it",
            REPORT,
        )
    whose = found.get("copyright") or f"Copyright {found.get('authors', found['id'])}"
    text = LICENCES[licence].substitute(holder=found["id"].upper())
    return f"{name}\n{whose}\nLicence: {licence} (SPDX), https://spdx.org/licenses/{licence}.html\n\n{text}"


def _metadata(package: Path) -> dict[str, str]:
    """The elements of ``metadata`` by name; a licence only where it is an expression."""
    try:
        (file,) = package.glob("*.nuspec")
        # NuGet has checked the package's hash.
        elements = ElementTree.parse(file).getroot().findall("{*}metadata/{*}*")  # noqa: S314
        known = {one.tag.rpartition("}")[2]: (one.text or "").strip() for one in elements if _is_plain(one)}
        return {"id": known["id"], "version": known["version"], **known}
    except (OSError, ValueError, KeyError, ElementTree.ParseError) as error:
        raise EngineError(
            f"{package}: its .nuspec cannot be read: {error}", "remove that folder and try again"
        ) from None


def _is_plain(element: ElementTree.Element) -> bool:
    return element.get("type", "expression") == "expression"
