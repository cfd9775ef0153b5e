"""A published app's API in memory, for the browser tests when no published app is given. I/O: serves HTTP.

It keeps to docs/published-app.md closely enough to develop and test the web runtime: one helpdesk-like model with
every data type, a static entity of the app and an enumeration of a library. The acceptance tests never use it:
they run the same browser tests against an app that was really published.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.browser import fake_pages

WEB = Path(__file__).parents[2] / "templates" / "web"
KINDS = {
    ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html",
    ".json": "application/json", ".map": "application/json",
}  # fmt: skip
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
Row = dict[str, Any]


def attribute(name: str, type_: str, label: str = "", **more: Any) -> Row:
    return {"name": name, "label": label or name, "type": type_, **more}


def _reference(name: str, target: str, static: bool, **more: Any) -> Row:
    return attribute(name, "Identifier", target=target, targetStatic=static, onDelete="Protect", **more)


def _records(*keys: str) -> list[Row]:
    return [{"id": k, "label": k, "order": n, "isActive": True} for n, k in enumerate(keys, 1)]


STATIC = {
    "Status": [*_records("Open", "Waiting", "Closed"), {"id": "Lost", "label": "Lost", "order": 4, "isActive": False}],
    "Money.CurrencyCode": _records("EUR", "USD", "JPY"),
}
ENTITIES: dict[str, Row] = {
    "Customer": {
        "name": "Customer",
        "label": "Customer",
        "display": "Name",
        "attributes": [
            attribute("Name", "Text", length=100, mandatory=True),
            attribute("Email", "Email", mandatory=True),
            attribute("Score", "Integer", minimum=0, maximum=100, description="How happy, by their own word"),
            attribute("Phone", "Phone Number"),
            _reference("Currency", "Money.CurrencyCode", True, default="EUR"),
            attribute("Notes", "Text"),
        ],
    },
    "Ticket": {
        "name": "Ticket",
        "label": "Ticket",
        "display": "Subject",
        "attributes": [
            attribute("Subject", "Text", length=200, mandatory=True),
            _reference("Customer", "Customer", False, mandatory=True),
            _reference("Status", "Status", True, default="Open"),
            attribute("OpenedAt", "Date Time", "Opened at", default={"function": "CurrDateTime"}),
            attribute("Due", "Date", default={"expression": "DateTimeToDate(AddDays(CurrDate(), 14))"}),
            attribute("CallAt", "Time", "Call at"),
            attribute("Fee", "Currency", minimum=0),
            attribute("Hours", "Decimal", digits=6, decimals=2),
            attribute("Views", "Long Integer"),
            attribute("Urgent", "Boolean", default=False),
            attribute("Code", "Text", length=7, pattern="[A-Z]{3}-[0-9]{3}", description="Three letters, three digits"),
            attribute("Body", "Text", description="What the customer wrote"),
            attribute("Photo", "Binary Data"),
        ],
    },
    "Tag": {"name": "Tag", "label": "Tag", "display": "Name", "attributes": [attribute("Name", "Text", length=30)]},
}
APP: Row = {
    "app": "Helpdesk",
    "description": "Customers' questions, answered in time",
    "accent": "#2457a6",
    "screens": [
        {"name": "Tickets", "kind": "list", "entity": "Ticket", "title": "Tickets", "generated": False,
         "columns": ["Subject", "Customer", "Status", "OpenedAt", "Fee", "Urgent"], "search": ["Subject", "Body"]},
        {"name": "Customers", "kind": "list", "entity": "Customer", "title": "Customers", "generated": True,
         "columns": ["Name", "Email", "Score", "Currency"], "search": ["Name", "Email"]},
        {"name": "Tags", "kind": "list", "entity": "Tag", "title": "Tags", "generated": True,
         "columns": ["Name"], "search": ["Name"]},
        {"name": "TicketDetail", "kind": "detail", "entity": "Ticket", "title": "Ticket", "generated": False,
         "columns": [], "search": []},
        {"name": "CustomerDetail", "kind": "detail", "entity": "Customer", "title": "Customer", "generated": True,
         "columns": [], "search": []},
        {"name": "TagDetail", "kind": "detail", "entity": "Tag", "title": "Tag", "generated": True,
         "columns": [], "search": []},
    ],
}  # fmt: skip


class Refusal(Exception):
    """An answer other than success: status, words, errors by attribute."""

    def __init__(self, status: int, title: str, detail: str, errors: dict[str, list[str]] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": errors or {}}


class Store:
    """The rows of every entity, each with a version for its ETag."""

    def __init__(self, app: Row = APP, entities: dict[str, Row] = ENTITIES, stage: str = "Development") -> None:
        self.app, self.entities, self.stage = app, entities, stage
        self.rows: dict[str, dict[int, Row]] = {name: {} for name in entities}
        self.files: dict[tuple[str, int, str], bytes] = {}
        self.versions: dict[tuple[str, int], int] = {}
        self.next = 1
        self.memory = 148_000_000
        self.lock = threading.RLock()

    def _entity(self, name: str) -> Row:
        if name not in self.entities:
            raise Refusal(404, "Not found", f"There is no entity {name}.")
        return self.entities[name]

    def label(self, name: str, id_: Any) -> str:
        if name in STATIC:
            return next((r["label"] for r in STATIC[name] if r["id"] == id_), str(id_))
        return str(self.rows[name][id_].get(self._entity(name)["display"]) or id_)

    def shown(self, name: str, row: Row) -> Row:
        references = [a for a in self._entity(name)["attributes"] if a["type"] == "Identifier"]
        labels = {a["name"]: self.label(a["target"], row[a["name"]]) for a in references if row[a["name"]] is not None}
        return {**row, "$labels": labels}

    def answered(self, name: str, row: Row, query: dict[str, str]) -> Row:
        """A single row as it is asked for, refused where that is more than the memory."""
        asked, cut = query.get("fields"), int(query.get("cut", 0))
        shown = {k: v for k, v in self.shown(name, row).items() if asked is None or k in ("Id", "$labels", asked)}
        long = {k: v for k, v in shown.items() if cut and isinstance(v, str) and len(v) > cut}
        shown |= {k: f"{v[:cut]}\u2026" for k, v in long.items()}
        if long:
            shown["$cut"] = {k: len(v.encode()) for k, v in long.items()}
        if sum(len(v) for v in shown.values() if isinstance(v, str)) > self.memory:
            raise Refusal(413, "Too large", f"The answer would be larger than {self.memory // 1_000_000} MB.")
        return shown

    def get(self, name: str, id_: int) -> Row:
        if id_ not in self.rows.get(name, {}):
            raise Refusal(404, "Not found", f"There is no {name.lower()} {id_}.")
        return self.rows[name][id_]

    def insert(self, name: str, values: Row) -> Row:
        row = {"Id": self.next} | {a["name"]: _default(a) for a in self._entity(name)["attributes"]}
        self.next += 1
        return self._write(name, row, values, every=True)

    def update(self, name: str, id_: int, values: Row, query: dict[str, str] | None = None) -> Row:
        return self._write(name, dict(self.get(name, id_)), values, every=False, query=query)

    def _write(self, name: str, row: Row, values: Row, every: bool, query: dict[str, str] | None = None) -> Row:
        """``query``: what is asked of the answer, refused before anything is kept."""
        errors: dict[str, list[str]] = {}
        for attribute in self._entity(name)["attributes"]:
            key = attribute["name"]
            if key in values:
                row[key] = self._value(name, row["Id"], attribute, values[key], errors)
            if (every or key in values) and attribute.get("mandatory") and row[key] in (None, ""):
                errors.setdefault(key, []).append(f"Enter a {attribute['label'].lower()}.")
        if errors:
            raise Refusal(422, "Not saved", "Some values were refused.", errors)
        if query is not None:
            self.answered(name, row, query)
        self.rows[name][row["Id"]] = row
        self.versions[name, row["Id"]] = self.versions.get((name, row["Id"]), 0) + 1
        return row

    def _value(self, name: str, id_: int, attribute: Row, value: Any, errors: dict[str, list[str]]) -> Any:
        key = attribute["name"]
        if value in (None, ""):
            return None
        if attribute["type"] == "Binary Data":
            self.files[name, id_, key] = base64.b64decode(value["data"])
            return {"size": len(self.files[name, id_, key]), "name": value["name"], "type": value["type"]}
        if attribute["type"] in ("Decimal", "Currency"):
            return f"{Decimal(str(value)):.{attribute.get('decimals', 8)}f}"
        if attribute["type"] == "Long Integer":
            return str(value)
        if attribute["type"] == "Identifier" and not attribute["targetStatic"]:
            return int(value)
        if "maximum" in attribute and not attribute["minimum"] <= int(value) <= attribute["maximum"]:
            errors[key] = [f"{attribute['label']} must be between {attribute['minimum']} and {attribute['maximum']}."]
        if value == "refused by the server":
            errors[key] = ["The server refuses this."]
        return value

    def delete(self, name: str, id_: int) -> None:
        self.get(name, id_)
        for other, entity in self.entities.items():
            for a in entity["attributes"]:
                used = [r for r in self.rows[other].values() if a.get("target") == name and r[a["name"]] == id_]
                if used:
                    text = (
                        f"{len(used)} {entity['label'].lower()} still refer to this {name.lower()}. Delete them first."
                    )
                    raise Refusal(409, "Not deleted", text)
        del self.rows[name][id_]

    def labels(self, name: str, query: dict[str, str]) -> Row:
        search, size, wanted = query.get("search", ""), int(query.get("size", 25)), query.get("filter.Id")
        if name in STATIC:
            items = [{"Id": r["id"], "Label": r["label"]} for r in STATIC[name] if r["isActive"]]
        else:
            items = [{"Id": i, "Label": self.label(name, i)} for i in self.rows[name]]
        found = [i for i in items if search.lower() in str(i["Label"]).lower() and wanted in (None, str(i["Id"]))]
        return {"items": found[:size], "total": len(found)}

    def list(self, name: str, query: dict[str, str]) -> Row:
        screen = next(s for s in self.app["screens"] if s["entity"] == name and s["kind"] == "list")
        rows = [self.shown(name, r) for r in self.rows[name].values() if _matches(r, query, screen["search"])]
        for key in reversed([k for k in query.get("sort", "").split(",") if k]):
            column = key.lstrip("-")
            rows.sort(key=lambda r: _sortable(r, column), reverse=key.startswith("-"))
        page, size = int(query.get("page", 1)), int(query.get("size", 25))
        return {"items": rows[(page - 1) * size : page * size], "total": len(rows), "page": page, "size": size}


def _default(attribute: Row) -> Any:
    default = attribute.get("default")
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(default, dict) else default


def _matches(row: Row, query: dict[str, str], columns: list[str]) -> bool:
    search = query.get("search", "").lower()
    if search and not any(search in str(row.get(c) or "").lower() for c in columns):
        return False
    filters = {k[7:]: v for k, v in query.items() if k.startswith("filter.")}
    return all(
        ("" if row[k] is None else str(row[k]).removesuffix(".0").lower()) == v.lower() for k, v in filters.items()
    )


def _sortable(row: Row, column: str) -> tuple[bool, Any]:
    value = row["$labels"].get(column, row[column])
    number = re.fullmatch(r"-?\d+(\.\d+)?", str(value))
    return value is None, (0, Decimal(value), "") if number else (1, 0, str(value))


class Handler(BaseHTTPRequestHandler):
    """Routes as docs/published-app.md has them; the store stands on the server object."""

    protocol_version = "HTTP/1.1"
    server: App

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the tests print what matters."""

    def answer(self, status: int, body: bytes = b"", kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def json(self, status: int, value: Any, **headers: str) -> None:
        kind = "application/json" if status < 400 else "application/problem+json"
        self.answer(status, json.dumps(value).encode(), kind, **headers)

    def handle_any(self) -> None:
        url = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        query = {k: v[-1] for k, v in parse_qs(url.query, keep_blank_values=True).items()}
        try:
            with self.server.store.lock:
                self.route([unquote(p) for p in url.path.split("/") if p], query, body)
        except Refusal as refusal:
            self.json(refusal.status, refusal.body)

    do_GET = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815

    def route(self, parts: list[str], query: dict[str, str], body: Row) -> None:
        if parts[:1] == ["_odc"]:
            self.file(f"/{'/'.join(parts)}")
        elif parts[:1] == ["api"] and len(parts) > 1:
            self.data(parts[1], parts[2:], query, body)
        else:
            status, page = self.server.files.document(parts, self.server.store.stage)
            self.answer(status, page, "text/html; charset=utf-8")

    def file(self, path: str) -> None:
        content = self.server.files.get(path)
        if content is None:
            raise Refusal(404, "Not found", "There is nothing at this address.")
        self.answer(200, content, KINDS[Path(path).suffix] + "; charset=utf-8")

    def data(self, name: str, rest: list[str], query: dict[str, str], body: Row) -> None:
        store = self.server.store
        if not rest and self.command == "GET":
            labels = query.get("labels") == "true"
            self.json(200, store.labels(name, query) if labels else store.list(name, query))
        elif not rest:
            row = store.insert(name, body)
            self.json(201, store.shown(name, row), Location=f"/api/{name}/{row['Id']}")
        elif not rest[0].isdigit():
            raise Refusal(404, "Not found", f"There is no {name} {rest[0]}.")
        elif len(rest) == 2:
            self.answer(200, store.files[name, int(rest[0]), rest[1]], "application/octet-stream")
        else:
            self.record(name, int(rest[0]), query, body)

    def record(self, name: str, id_: int, query: dict[str, str], body: Row) -> None:
        store = self.server.store
        tag = f'"{store.versions.get((name, id_), 0)}"'
        if self.command != "GET" and self.headers.get("If-Match", tag) != tag:
            raise Refusal(412, "Changed meanwhile", "Somebody else has changed this record.")
        if self.command == "DELETE":
            store.delete(name, id_)
            return self.answer(204)
        if self.command == "PATCH":
            store.update(name, id_, body, query)
        tag = f'"{store.versions.get((name, id_), 0)}"'
        return self.json(200, store.answered(name, store.get(name, id_), query), ETag=tag)


class App(ThreadingHTTPServer):
    """The fake app on a free port of this machine; ``address`` is where it answers."""

    daemon_threads = True

    def __init__(self, store: Store, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.store = store
        self.address = f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def files(self) -> fake_pages.Files:
        """As the store describes the app now."""
        return fake_pages.files(self.store.app, self.store.entities, STATIC)
