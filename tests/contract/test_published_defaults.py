"""Defaults that are expressions, in an app as published: the row gets what the expression gives at its moment."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta

import pytest

from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import CSharpCompiler, Place
from tests.contract.published_app import App, environment, lay_out, migrate
from tests.unit.model.models import asset

pytestmark = pytest.mark.database
MODEL = """
static_entities:
  Status: { records: { Open: {}, Late: {} } }
entities:
  Invoice:
    attributes:
      Title:   { type: Text, length: 20, mandatory: true }
      DueOn:   { type: Date, mandatory: true, default: '=DateTimeToDate(AddDays(CurrDate(), 14))' }
      Made:    { type: Date Time, default: =CurrDateTime() }
      Reminds: { type: Date Time, default: '=AddDays(CurrDateTime(), 7)' }
      Status:  { type: Status Identifier, default: Open }
      Minutes: { type: Integer, default: =60 * 24 }
      Fee:     { type: Currency, default: '=Round(80 / 7, 2)' }
      Number:  { type: Text, length: 36, mandatory: true, default: =GenerateGuid() }
      App:     { type: Text, length: 3, default: =GetAppName() }
      Summer:  { type: Boolean, default: =Month(CurrDate()) > 99 }
      Large:   { type: Integer, default: =2000000000 + Year(CurrDate()) * 100000 }
"""


@pytest.fixture(scope="module")
def prepared(compiler: CSharpCompiler, database: Postgres, tmp_path_factory: pytest.TempPathFactory) -> App:
    folder = tmp_path_factory.mktemp("invoices")
    invoices, place = asset(MODEL), Place("development", "invoices")
    login = database.prepare(place, secrets.token_hex(16))
    fingerprint = migrate(database, place, invoices, folder / "migrations")
    return App(lay_out(compiler, invoices, {}, folder / "app"), environment(compiler, login, fingerprint))


@pytest.fixture
def given() -> dict[str, object]:
    """A row without what the app computes, save what never fits."""
    return {"Title": "a", "Large": 1, "App": "x"}


def test_what_is_left_out_is_computed(app: App, given: dict[str, object]) -> None:
    before = datetime.now(UTC).date()
    made = app.request("POST", "/api/Invoice", given).json
    after = datetime.now(UTC).date()
    assert before <= date.fromisoformat(made["DueOn"]) - timedelta(days=14) <= after
    assert len(made["Number"]) == 36
    constants = {name: made[name] for name in ("Status", "Minutes", "Fee", "Summer")}
    assert constants == {"Status": "Open", "Minutes": 1440, "Fee": "11.43", "Summer": False}
    passed = datetime.fromisoformat(made["Reminds"]) - datetime.fromisoformat(made["Made"])
    assert abs(passed - timedelta(days=7)) < timedelta(seconds=10)
    assert app.request("GET", f"/api/Invoice/{made['Id']}").json["Number"] == made["Number"]


def test_what_is_given_is_kept_even_if_it_is_no_value(app: App, given: dict[str, object]) -> None:
    made = app.request("POST", "/api/Invoice", given | {"DueOn": "2026-01-31", "Reminds": None, "App": None}).json
    assert (made["DueOn"], made["Reminds"], made["App"]) == ("2026-01-31", None, None)


@pytest.mark.parametrize(
    ("left_out", "says"),
    [
        ("App", "App can have 3 characters at most; this has 4."),
        ("Large", "A calculation gives a number that an Integer cannot hold: it goes from -2147483648 to 2147483647."),
    ],
)
def test_a_computed_value_that_does_not_fit_is_told_at_its_attribute(
    app: App, given: dict[str, object], left_out: str, says: str
) -> None:
    del given[left_out]
    answer = app.request("POST", "/api/Invoice", given)
    assert (answer.status, answer.json["errors"]) == (422, {left_out: [says]})


def test_the_api_says_what_is_computed(app: App) -> None:
    described = app.request("GET", "/_odc/openapi.json").json["components"]["schemas"]
    new = next(
        one for name, one in described.items() if name.startswith("Invoice") and one.get("required") == ["Title"]
    )
    assert "DateTimeToDate(AddDays(CurrDate(), 14))" in new["properties"]["DueOn"]["description"]
