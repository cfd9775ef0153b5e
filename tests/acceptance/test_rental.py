"""examples/rental, really published: from handing a machine out to the last payment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.installation import Answer, Installation, call, installation


@pytest.fixture(scope="module")
def rental() -> Iterator[Installation]:
    with installation() as made:
        made.run("publish", str(made.copy("money")))
        made.run("release", "money", "--version", "1.0.0", "--notes", "first")
        made.run("publish", str(made.copy("rental")))
        yield made


def test_a_machine_goes_out_and_comes_back(rental: Installation) -> None:
    address = rental.stage("Rental", "Development")["address"]

    def act(name: str, **inputs: Any) -> Answer:
        return call("POST", f"{address}/api/{name}", inputs)

    def create(entity: str, **values: Any) -> int:
        return int(act(entity, **values).body["Id"])

    def kept(entity: str, id_: int, attribute: str) -> Any:
        return call("GET", f"{address}/api/{entity}/{id_}").body[attribute]

    def refused(answer: Answer, code: str, at: str) -> bool:
        return (answer.status, answer.body["code"], list(answer.body["errors"])) == (422, code, [at])

    branch = create("Branch", Name="North", City="Kiel")
    customer = create("Customer", Name="Build Ltd", Email="build@example.com")
    category = create("Category", Name="Excavator", DayPrice="199.99")
    first, second = (create("Machine", Number=f"EX-000{at}", Category=category, Branch=branch) for at in (1, 2))

    today = datetime.now(UTC).date()
    due = {"CustomerId": customer, "BranchId": branch}
    assert refused(act("OpenRental", **due, DueOn=str(today - timedelta(1))), "BadDate", "DueOn")
    assert refused(act("OpenRental", **due, DueOn=str(today + timedelta(91))), "BadDate", "DueOn")
    rented = act("OpenRental", **due, DueOn=str(today + timedelta(5))).body["RentalId"]

    for machine in (first, second):
        assert act("AddMachine", RentalId=rented, MachineId=machine).status == 200
    assert refused(act("AddMachine", RentalId=rented, MachineId=first), "NotAvailable", "MachineId")
    assert kept("Machine", first, "State") == "Rented"

    assert act("ReturnMachine", ItemId=1, MeterHours=5).body == {"Fee": "199.99"}
    assert kept("Rental", rented, "State") == "Open"
    assert act("ReturnMachine", ItemId=2, MeterHours=7, HowBad="Repair", What="The arm").body == {"Fee": "199.99"}
    assert [kept("Machine", one, "State") for one in (first, second)] == ["Available", "Maintenance"]
    assert kept("Maintenance", 1, "Reason") == "The arm"
    assert kept("Rental", rented, "State") == "Returned"
    assert act("ReturnMachine", ItemId=2, MeterHours=7).body["code"] == "AlreadyReturned"

    assert refused(act("RecordPayment", RentalId=rented, Amount="400", Method="Card"), "TooMuch", "Amount")
    assert act("RecordPayment", RentalId=rented, Amount="399.98", Method="Card").body == {"Open": "0"}
    assert kept("Rental", rented, "State") == "Paid"
    assert act("CancelRental", RentalId=rented).body["code"] == "TooLate"
    cancelled = act("OpenRental", **due, DueOn=str(today)).body["RentalId"]
    assert act("AddMachine", RentalId=cancelled, MachineId=first).status == 200
    assert act("CancelRental", RentalId=cancelled).body == {}
    assert (kept("Rental", cancelled, "State"), kept("Machine", first, "State")) == ("Cancelled", "Available")
    assert call("GET", f"{address}/api/RentalItem").body["total"] == 2
    (line,) = act("Statement", CustomerId=customer).body["Lines"]
    assert line == {
        "Rental": rented, "DueOn": str(today + timedelta(5)), "Total": "399.98", "Paid": "399.98", "Open": "0"
    }  # fmt: skip


def test_prices_rise_together_or_not_at_all(rental: Installation) -> None:
    address = rental.stage("Rental", "Development")["address"]
    made = call("POST", f"{address}/api/Category", {"Name": "Crane", "DayPrice": "100.05"}).body["Id"]

    def raise_prices(*categories: int) -> Answer:
        return call("POST", f"{address}/api/RaisePrices", {"CategoryIds": list(categories), "Percent": "10"})

    def price() -> str:
        return str(call("GET", f"{address}/api/Category/{made}").body["DayPrice"])

    assert raise_prices(made, 999).body["code"] == "NotFound"
    assert price() == "100.05"
    assert raise_prices(made, made).body == {"Changed": 2}
    assert price() == "121.07", "110.06 (100.05 + 10 % is 110.055), and 10 % more"
