"""A database that is there and has nothing left of what a request needs: told as that, and never as done."""

from __future__ import annotations

from contextlib import closing

import pytest

from odcpub.engines.database.postgres import Postgres
from tests.contract.conftest import DESK
from tests.contract.desk import customer, ticket
from tests.contract.published_app import App

pytestmark = pytest.mark.database
ROOM = "The database has no room left, and nothing was changed. Whoever runs it must give it more."
MEMORY = "The database has too little memory left at the moment. Try again in a moment."
CONNECTIONS = "The database takes no more connections at the moment. Try again in a moment."
LIMITS = "The database has reached one of its limits at the moment. Try again in a moment."
AWAY = "The database can't be reached at the moment. Try again in a moment."
SECRET = "base/16384/secret"


@pytest.mark.parametrize(
    ("code", "status", "detail"),
    [
        ("53100", 507, ROOM),
        ("53200", 503, MEMORY),
        ("53300", 503, CONNECTIONS),
        ("53000", 503, LIMITS),
        ("53400", 503, LIMITS),
        ("57000", 503, AWAY),
        ("57P03", 503, AWAY),
        ("57P05", 503, AWAY),
    ],
)
def test_what_a_database_lacks_is_told(desk: App, desk_database: Postgres, code: str, status: int, detail: str) -> None:
    """In each kind of write, which changes nothing; once there is more, the same request succeeds."""
    ticket_id, owner = ticket(desk)["Id"], customer(desk)["Id"]
    path, made = f"/api/Ticket/{ticket_id}", {"Subject": f"Lacks {code}", "Customer": owner}
    with closing(desk_database.server().connect(DESK.database, schema=DESK.schema)) as superuser:
        superuser.execute(
            "create function lacks() returns trigger language plpgsql as $$ begin "
            f"raise exception 'could not extend file \"{SECRET}\"' using errcode = '{code}'; end $$"
        )
        superuser.execute("create trigger lacks before insert or update or delete on issue execute function lacks()")
        try:
            refused = [
                desk.request("POST", "/api/Ticket", made),
                desk.request("PATCH", path, {"Subject": "Changed"}),
                desk.request("PUT", f"{path}/Photo", b"x", {"Content-Type": "image/png"}),
                desk.request("DELETE", path),
            ]
            kept = desk.request("GET", path)
        finally:
            superuser.execute("drop trigger lacks on issue")
            superuser.execute("drop function lacks()")
    assert {(one.status, one.json["detail"], one.headers.get("Retry-After")) for one in refused} == {
        (status, detail, "2" if status == 503 else None)
    }
    assert (kept.status, kept.json["Subject"]) == (200, desk.request("GET", path).json["Subject"])
    assert desk.request("GET", f"/api/Ticket?filter.Subject=Lacks {code}".replace(" ", "%20")).json["total"] == 0
    assert desk.request("POST", "/api/Ticket", made).status == 201
    assert desk.request("DELETE", path).status == 204
