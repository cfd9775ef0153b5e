"""An app whose screens have buttons and a dashboard, for tests. Does I/O."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import CSharpCompiler, Place
from odcpub.model.screens import check
from tests.contract.published_app import App, environment, lay_out, migrate
from tests.unit.model.models import asset

MODEL = """\
settings:
  Rate: { type: Currency, default: 80 }
  Open: { type: Boolean, default: true }
static_entities:
  Status: { records: { Open: , Closed: } }
entities:
  Customer:
    attributes: { Name: { type: Text, length: 100 } }
  Ticket:
    key: Issue
    display: Subject
    attributes:
      Subject: { type: Text, length: 200, key: Title }
      Customer: { type: Customer Identifier }
      Status: { type: Status Identifier, default: Open }
      Hours: { type: Decimal }
      Fee: { type: Currency }
      Count: { type: Integer }
server_actions:
  CloseTicket:
    inputs:
      TicketId: { type: Ticket Identifier, mandatory: true }
      Hours: { type: Decimal, mandatory: true, minimum: 0 }
      Rate: { type: Currency }
      Owner: { type: Customer Identifier }
    outputs: { Fee: { type: Currency } }
    do:
      - get: Ticket
        where: Ticket.Id = TicketId
        as: Found
      - set: { Found.Status: Status.Closed, Found.Hours: Hours, Found.Fee: Hours * Rate, Fee: Hours * Rate }
      - set: { Found.Customer: Owner }
      - update: Found
  CloseMany:
    inputs:
      Ids: { type: Ticket Identifier List, mandatory: true }
      Note: { type: Text }
    outputs: { Closed: { type: Integer } }
    do:
      - for_each: Ids
        as: One
        do:
          - get: Ticket
            where: Ticket.Id = One
            as: Found
          - set: { Found.Status: Status.Closed, Found.Subject: 'Found.Subject + Note' }
          - update: Found
      - set: { Closed: Ids.Length }
  Import:
    inputs:
      Count: { type: Integer, mandatory: true, maximum: 5 }
      At: { type: Date Time }
    outputs:
      Made: { type: Ticket Identifier }
    do:
      - create: Ticket
        with: { Subject: '"Made at " + At', Count: Count }
        as: New
      - set: { Made: New.Id }
  Hidden:
    do: [end]
  Open:
    api: true
    inputs: { TicketId: { type: Ticket Identifier, mandatory: true } }
    do:
      - get: Ticket
        where: Ticket.Id = TicketId
        as: Found
      - set: { Found.Status: Status.Open }
      - update: Found
screens:
  Tickets:
    list: Ticket
    columns: [Subject]
    actions:
      - CloseTicket:
          with: { Rate: Settings.Rate, Owner: NoValue() }
          visible: Ticket.Status <> Status.Closed and Ticket.Customer.Name <> "Secret"
          enabled: HasValue(Ticket.Subject) and Ticket.Count > 0
      - CloseMany:
          enabled: Ticket.Status = Status.Open
          confirm: '"Really, at " + Settings.Rate + "?"'
          message: '"Closed " + Closed + " of " + Ids.Length + Note'
      - Import:
          with: { At: CurrDateTime() }
          ask: { Count: 2 + 1 }
          visible: Settings.Open
          go_to: TicketDetail
      - Open
  TicketDetail:
    detail: Ticket
    actions:
      - CloseTicket:
          label: Close
          with: { Rate: Settings.Rate * 2 }
          ask: { Hours: Ticket.Hours, Owner: Ticket.Customer }
          enabled: Ticket.Status = Status.Open
          confirm: '"Close " + Ticket.Subject + "?"'
          message: '"Closed after " + Hours + " hours. Fee: " + Fee'
      - Import:
          with: { Count: Ticket.Count, At: NoValue() }
  Overview:
    dashboard:
      - { count: Ticket, where: Ticket.Subject = "dash open" }
      - { sum: Ticket.Fee * Settings.Rate, label: Fees, where: 'Ticket.Subject like "dash%"', to: Tickets }
      - { sum: Ticket.Count, label: Counted, where: 'Ticket.Subject like "dash%"' }
      - { average: Ticket.Hours, label: Hours, where: 'Ticket.Subject like "dash%"' }
      - { greatest: Ticket.Customer.Name, label: Last, where: 'Ticket.Subject like "dash%"' }
      - { least: Ticket.Hours, label: Never, where: False }
      - list: Ticket
        columns: [Subject, Customer, { Who: 'Ticket.Customer.Name + "!"' }]
        where: Ticket.Subject like "dash%"
        sort: [Ticket.Count desc]
        maximum: 2
      - { list: Customer, maximum: 1, sort: [Customer.Name desc], where: 'Customer.Name like "Z%"' }
"""


def buttons_app(compiler: CSharpCompiler, database: Postgres, folder: Path) -> App:
    """The app's folder and environment, its schema in place; not started."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "NOT_YET", ())
        shop = asset(MODEL)
    place = Place("development", "buttons")
    laid = lay_out(compiler, shop, {}, folder / "app")
    login = database.prepare(place, secrets.token_hex(16))
    return App(laid, environment(compiler, login, migrate(database, place, shop, folder / "migrations")))
