"""What the fake app serves besides data: its screens as the compiler writes them, put together as Pages.cs does. No I/O
but reading templates.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from odcpub.compiler.compile import compile_app
from odcpub.model import elements as el

Row = dict[str, Any]
KEY = "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10"


class Files:
    """All files of the app that these descriptors describe, by address."""

    def __init__(self, app: Row, entities: dict[str, Row], static: dict[str, list[Row]]) -> None:
        drafts = compile_app(*_model(app, entities, static)).web
        self.found = {one.path.removeprefix("wwwroot"): one.content for one in drafts}
        for path in [path for path in self.found if path.startswith("/_odc/screens/")]:
            parts = json.loads(self.found[path])
            self.found |= {f"/_odc/screens/{name}": text.encode() for name, text in parts.items()}
        described = json.loads(self.found["/_odc/app.json"])
        self.screens: list[Row] = described["screens"]
        self.version: str = described["version"]

    def get(self, path: str) -> bytes | None:
        """None where there is nothing, or only in another version."""
        return self.found.get(path.replace(f"/_odc/{self.version}/", "/_odc/"))

    def document(self, parts: list[str], stage: str) -> tuple[int, bytes]:
        """Status and page."""
        lists = [one for one in self.screens if one["kind"] == "list"]
        screen = next((one for one in self.screens if [one["name"]] == parts[:1]), lists[0] if not parts else None)
        if screen is None:
            return 404, self._page("/_odc/not_found.html", "", stage)
        owner = next((one for one in lists if one["entity"] == screen["entity"]), screen)
        if len(parts) == 1 and screen["kind"] == "detail":
            screen = owner
        return 200, self._page(f"/_odc/screens/{screen['name']}.html", owner["name"], stage)

    def _page(self, path: str, current: str, stage: str) -> bytes:
        head, main = self.found[path].split(b"<!--main-->\n", 1)
        badge = f'<span class="badge" id="stage">{stage}</span>' if stage != "Production" else ""
        link = f'<a href="/{current}"'.encode()
        frame = self.found["/index.html"].replace(link, link + b' aria-current="page"')
        for place, text in ((b"<!--stage-->", badge.encode()), (b"<!--head-->\n", head), (b"<!--main-->\n", main)):
            frame = frame.replace(place, text)
        return frame.replace(b'"/_odc/~/', f'"/_odc/{self.version}/'.encode())


def files(app: Row, entities: dict[str, Row], static: dict[str, list[Row]]) -> Files:
    """The files as the descriptors are now."""
    return _files(json.dumps([app, entities, static]))


@lru_cache
def _files(described: str) -> Files:
    return Files(*json.loads(described))


def _model(
    app: Row, entities: dict[str, Row], static: dict[str, list[Row]]
) -> tuple[el.VerifiedAsset, dict[str, el.Library]]:
    made = {name: _static(name.rpartition(".")[2], records) for name, records in static.items()}
    libraries = {
        library: el.Library(
            el.VerifiedAsset(el.Asset(el.Kind.LIBRARY, library, KEY, static_entities=(one,))), "1.0.0", 1, ""
        )
        for name, one in made.items()
        if (library := name.rpartition(".")[0])
    }
    asset = el.Asset(
        el.Kind.APP,
        app["app"],
        KEY,
        app["description"],
        app["accent"],
        static_entities=tuple(one for name, one in made.items() if "." not in name),
        entities=tuple(_entity(one) for one in entities.values()),
        screens=tuple(_screen(one) for one in app["screens"]),
    )
    return el.VerifiedAsset(asset), libraries


def _static(name: str, records: list[Row]) -> el.StaticEntity:
    made = (el.Record(one["id"], one["label"], one["order"], one["isActive"]) for one in records)
    return el.StaticEntity(name, name, tuple(made))


def _entity(row: Row) -> el.Entity:
    return el.Entity(row["name"], row["name"], tuple(map(_attribute, row["attributes"])), display=row["display"])


def _attribute(row: Row) -> el.Attribute:
    measures = {key: row.get(key) for key in ("length", "digits", "decimals")}
    basic = el.Basic(row["type"])
    if basic is el.Basic.DECIMAL:
        measures = {"digits": 28, "decimals": 8} | {key: value for key, value in measures.items() if value}
    default = row.get("default")
    if isinstance(default, dict):
        default = el.Function(default["function"]) if "function" in default else el.Computed(default["expression"])
    return el.Attribute(
        row["name"],
        row["name"],
        el.DataType(basic, **measures, target=row.get("target", ""), target_key=row.get("target", "")),
        mandatory=row.get("mandatory", False),
        default=default,
        pattern=row.get("pattern"),
        minimum=row.get("minimum"),
        maximum=row.get("maximum"),
        description=row.get("description", ""),
    )


def _screen(row: Row) -> el.Screen:
    return el.Screen(
        row["name"], el.ScreenKind(row["kind"]), row["entity"], tuple(row["columns"]), tuple(row["search"])
    )
