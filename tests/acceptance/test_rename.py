"""``odcpub rename``, then a publish: the new names are there, the rows and values stay, nothing is migrated."""

from __future__ import annotations

from typing import Any

import pytest

from tests.installation import Installation, call, publish_helpdesk

pytestmark = pytest.mark.long_on("kind")

RENAMES = {
    "Ticket.Subject": "Title",
    "Ticket": "Issue",
    "Customer.ByEmail": "OneEach",
    "Customer": "Client",
    "Status": "Condition",
    "Settings.HourlyRate": "Rate",
    "Tickets": "Issues",
}


def changes(plan: dict[str, Any]) -> tuple[list[str], list[Any]]:
    """What the plan of a publish does to the database, and what keeps it from being executed."""
    return [step["summary"] for step in plan["data"]["steps"]], plan["refusals"]


def test_rows_and_values_are_there_under_new_names_and_nothing_is_migrated(odcpub: Installation) -> None:
    address = publish_helpdesk(odcpub)
    model = odcpub.folder / "models" / "helpdesk"
    files = {path: path.read_bytes() for path in model.rglob("*.yaml")}
    customer = call("POST", f"{address}/api/Customer", {"Name": "Ada", "Email": "ada@example.com"}).body
    call("POST", f"{address}/api/Ticket", {"Subject": "Broken", "Customer": customer["Id"], "Status": "Closed"})
    odcpub.run("config", "set", "helpdesk", "HourlyRate=120", "--stage", "development")

    for old, new in RENAMES.items():
        odcpub.run("rename", str(model), old, new)
    assert changes(odcpub.json("publish", str(model), "--plan")) == ([], [])
    address = odcpub.run("publish", str(model)).out.strip()
    rows = call("GET", f"{address}/api/Issue").body["items"]
    assert [(row["Title"], row["Customer"], row["Status"]) for row in rows] == [("Broken", customer["Id"], "Closed")]
    shown = odcpub.json("config", "show", "helpdesk", "--stage", "development")["settings"]
    assert [one["value"] for one in shown if one["name"] == "Rate"] == ["120"]

    for old, new in {
        "Issue.Title": "Subject", "Issue": "Ticket", "Client": "Customer", "Condition": "Status",
        "Customer.OneEach": "ByEmail", "Settings.Rate": "HourlyRate", "Issues": "Tickets",
    }.items():  # fmt: skip
        odcpub.run("rename", str(model), old, new)
    assert {path: path.read_bytes() for path in files} == files
    assert changes(odcpub.json("publish", str(model), "--plan")) == ([], [])
