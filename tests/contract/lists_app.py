"""An app whose list screens have conditions, orders and computed columns, for tests. Does I/O."""

from __future__ import annotations

import secrets
from pathlib import Path

from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import CSharpCompiler, Place
from tests.contract.published_app import App, environment, lay_out, migrate
from tests.unit.model.models import MONEY, asset

MODEL = """\
uses: { Money: "^1.0" }
settings:
  Rate: { type: Currency, default: 80 }
  Words: { type: Text }
static_entities:
  Status: { records: { Open: { label: Still open }, Closed: , Lost: } }
entities:
  Customer:
    key: Client
    attributes:
      Name: { type: Text, length: 100, key: FullName }
      Agent: { type: Customer Identifier, on_delete: Ignore }
  Ticket:
    key: Issue
    display: Subject
    attributes:
      Subject: { type: Text, length: 200, key: Title }
      Customer: { type: Customer Identifier }
      Status: { type: Status Identifier, default: Open }
      Coin: { type: Money.CurrencyCode Identifier }
      Fee: { type: Currency }
      Hours: { type: Integer }
      Weight: { type: Decimal }
      Long: { type: Long Integer }
      Urgent: { type: Boolean }
      Opened: { type: Date Time, default: =CurrDateTime() }
      Due: { type: Date }
      At: { type: Time }
      Mail: { type: Email }
      Notes: { type: Text }
    indexes: { ByOpened: { attributes: [Opened] } }
screens:
  Tickets: { list: Ticket, columns: [Subject], search: [Subject] }
  Work:
    list: Ticket
    where: Ticket.Status <> Status.Closed and (Ticket.Customer.Name <> "Hidden" or Ticket.Urgent)
    sort: [Ticket.Hours desc, Ticket.Subject]
    columns:
      - Subject
      - Cost: Ticket.Hours * Settings.Rate
      - Age: DiffDays(Ticket.Opened, CurrDateTime())
      - Client: Ticket.Customer.Name
      - Agent: Ticket.Customer.Agent
      - Late: Ticket.Due < CurrDate()
      - Title: '"#" + Ticket.Id + " " + Ticket.Subject'
    search: [Subject, Notes]
  Values:
    list: Ticket
    sort: [Ticket.Customer.Name desc, Ticket.Customer]
    columns:
      - Text: '"<" + Ticket.Subject + ">"'
      - Whole: Ticket.Hours + 1
      - Huge: Ticket.Long + 1
      - Exact: Ticket.Weight / 3
      - Money: Ticket.Fee * 2
      - Truth: not Ticket.Urgent
      - Maybe: Ticket.Urgent
      - Day: AddDays(Ticket.Opened, 1)
      - Date: Ticket.Due
      - Clock: Ticket.At
      - Address: Ticket.Mail
      - State: Ticket.Status
      - Coins: Ticket.Coin
      - Whose: Ticket.Customer
      - Own: Ticket.Id
      - None: If(False, 1, NoValue())
      - Hostile: '"''); drop table issue; --" + Ticket.Subject'
  Named: { list: Ticket, where: '" " + Settings.Words + " " like "% " + Ticket.Subject + " %"', columns: [Subject] }
  Recent: { list: Ticket, where: 'Ticket.Opened > AddDays(CurrDateTime(), -1) and True', columns: [Subject] }
  Overflowing: { list: Ticket, columns: [Subject, { Big: Ticket.Long * Ticket.Long }] }
  Noted: { list: Ticket, search: [Notes], columns: [Notes] }
  Customers: { list: Customer, where: HasValue(Customer.Agent.Name) }
"""


def lists_app(compiler: CSharpCompiler, database: Postgres, folder: Path) -> App:
    """The app's folder and environment, its schema in place; not started."""
    libraries = {"Money": MONEY}
    shop, place = asset(MODEL, libraries=libraries), Place("development", "lists")
    laid = lay_out(compiler, shop, libraries, folder / "app")
    login = database.prepare(place, secrets.token_hex(16))
    return App(laid, environment(compiler, login, migrate(database, place, shop, folder / "migrations")))
