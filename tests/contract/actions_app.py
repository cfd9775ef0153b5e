"""An app of accounts whose server actions are written by hand, for tests of what actions run on. Does I/O."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from odcpub.compiler.assemblies import APP, RUNTIME
from odcpub.compiler.compile import compile_app
from odcpub.compiler.drafts import Assembly, Source
from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import CSharpCompiler, Login, Place
from tests.contract.published_app import Answer, App, environment, lay_out_compiled, migrate
from tests.unit.model.models import asset

MODEL = """
settings:
  HourlyRate: { type: Currency, default: 80 }
  Note:       { type: Text }
entities:
  Person:
    attributes:
      Name:    { type: Text, length: 20, mandatory: true }
      Account: { type: Account Identifier, on_delete: Protect }
  Account:
    attributes:
      Name:    { type: Text, length: 20, mandatory: true }
      Balance: { type: Currency, mandatory: true, default: 0, minimum: -50 }
      Opened:  { type: Date Time, default: =CurrDateTime() }
    indexes:
      ByName: { attributes: [Name], unique: true }
"""
ACTIONS = (
    "Add", "AddTooMuch", "Close", "Deep", "Echo", "Fault", "Many", "Multiply", "Open", "OpenAndRaise", "OpenTwo",
    "Pause", "Rate", "Raw", "SlowLoop", "SlowQuery", "Transfer",
)  # fmt: skip
UNIT = f"{APP}.Actions"
_NUMBERS = count(1)


def actions_app(
    compiler: CSharpCompiler, database: Postgres, folder: Path, way: Callable[[Login], Login] = lambda login: login
) -> App:
    """The app's folder and environment, its schema in place; not started. ``way``: how it comes to its database."""
    accounts, place = asset(MODEL), Place("development", "accounts")
    compiled = compile_app(accounts, {})
    text = (Path(__file__).parent / "hand_written_actions.cs").read_text()
    unit = Assembly(UNIT, (Source("Actions.cs", text),), (RUNTIME,))
    assemblies = (unit, *(_listed(one) if one.executable else one for one in compiled.assemblies))
    laid = lay_out_compiled(compiler, replace(compiled, assemblies=assemblies), folder / "app")
    login = database.prepare(place, secrets.token_hex(16))
    return App(laid, environment(compiler, way(login), migrate(database, place, accounts, folder / "migrations")))


def _listed(main: Assembly) -> Assembly:
    (program,) = main.sources
    entries = [f'new("{name}", true, "{UNIT}", "Odcpub.Generated.Actions")' for name in ACTIONS]
    entries.append(f'new("Hidden", false, "{UNIT}", "Odcpub.Generated.Actions")')
    text = program.text.replace("Entities =", f"Actions = [{', '.join(entries)}],\nEntities =", 1)
    return replace(main, sources=(replace(program, text=text),))


def new_name() -> str:
    """Of an account that is not there yet."""
    return f"Account {next(_NUMBERS)}"


def call(app: App, action: str, **inputs: Any) -> Answer:
    return app.request("POST", f"/api/{action}", inputs)


def opened(app: App) -> int:
    return int(call(app, "Open", Name=new_name()).json["Id"])


def names(app: App) -> set[str]:
    return {one["Name"] for one in app.request("GET", "/api/Account?size=200&sort=-Id").json["items"]}
