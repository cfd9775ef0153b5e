"""The installation: engines, server and store, status, doctor, down. Does I/O."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from odcpub.address import CHOOSE, SCHEMES, is_address
from odcpub.author.folder import at
from odcpub.cli import routes, show
from odcpub.cli.asking import database_login, password_of
from odcpub.cli.client import Client
from odcpub.errors import EngineError, UsageError

if TYPE_CHECKING:
    from odcpub.api_types.installation import EnginesPatch, StoreChanged, StorePatch
    from odcpub.cli.libpq import Login

STORE = "odcpub server set store=postgresql://USER@HOST:5432/DATABASE"


def engines(options: argparse.Namespace) -> int:
    """Shows the engines in use."""
    return show.engines(Client.connected().request(routes.ENGINES), options.json)


def engines_use(options: argparse.Namespace) -> int:
    """Chooses a profile."""
    body: EnginesPatch = {"use": options.profile, "kubeconfig": _absolute(os.environ.get("KUBECONFIG", ""))}
    return show.engines(Client.connected().request(routes.CHOOSE_ENGINES, body), options.json)


def _absolute(path: str) -> str:
    """The server works in another folder."""
    first = path.split(":")[0]
    return str(at(first)) if first else ""


def engines_set(options: argparse.Namespace) -> int:
    """Chooses single engines."""
    values = {}
    for text in options.values:
        if text.startswith(SCHEMES):  # and never quoted: it may hold a password
            raise UsageError("engines set: an address is not NAME=VALUE", f"write {CHOOSE}")
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"{text}: is not NAME=VALUE", "for example: odcpub engines set registry=localhost:5001")
        values[name] = _absolute(value) if name == "kubeconfig" else value
    body: EnginesPatch = {"set": values, "kubeconfig": _absolute(os.environ.get("KUBECONFIG", ""))}
    if is_address(values.get("database", "")):  # anything else is refused, and needs no password for that
        login = database_login(values["database"])
        values["database"] = login.address.url()
        if login.password is None:  # checked before the password is asked for
            check: EnginesPatch = {**body, "check": True}
            Client.connected().request(routes.CHOOSE_ENGINES, check)
        body["databasePassword"] = password_of(login)
    return show.engines(Client.connected().request(routes.CHOOSE_ENGINES, body), options.json)


def server(options: argparse.Namespace) -> int:
    """Shows the server."""
    return show.server(Client.connected().request(routes.SERVER), options.json)


def server_set(options: argparse.Namespace) -> int:
    """Moves the platform's records."""
    name, _, value = options.value.partition("=")
    if name != "store" or not value:  # and never quoted: it may hold a password
        raise UsageError("server set: is not store=STORE", f"write {STORE}, or store=sqlite")
    client = Client()
    body: StorePatch = {"store": value}
    if is_address(value):
        login = database_login(value)
        body["store"] = login.address.url()
        if not _starts(client, body):
            return _give_login(client, login, options.json)
        body["password"] = password_of(login)
    client.check_version()
    moved = client.request(routes.CHOOSE_STORE, body)
    if moved["seconds"]:
        client.wait_for_end(moved["pid"], moved["seconds"])
        client.request(routes.SERVER)  # starts the next one: it says now whether it can open the store
    return show.store_changed(moved, options.json)


def _starts(client: Client, body: StorePatch) -> bool:
    """Whether the server starts; a refusal comes before the password is asked for."""
    try:
        client.check_version()
        check: StorePatch = {**body, "check": True}
        client.request(routes.CHOOSE_STORE, check)
    except EngineError:
        if client.running():
            raise
        return False
    return True


def _give_login(client: Client, login: Login, for_programs: bool) -> int:
    """The login to the present store, where the server does not start for want of it."""
    store = login.address.url()
    client.give_login(store, password_of(login))
    about = client.request(routes.SERVER)
    moved: StoreChanged = {
        "store": about["store"], "before": "", "aside": "", "rows": 0, "contents": 0, "pid": about["pid"], "seconds": 0
    }  # fmt: skip
    return show.store_changed(moved, for_programs)


def status(options: argparse.Namespace) -> int:
    """Shows what runs where."""
    return show.status(Client.connected().request(routes.STATUS), options.json)


def doctor(options: argparse.Namespace) -> int:
    """Shows what is there and what is missing."""
    return show.doctor(Client.connected().request(routes.DOCTOR), options.json)


def down(options: argparse.Namespace) -> int:
    """Stops the server and all that it runs."""
    stopped = Client().stop()
    text = "Stopped: apps, database, compiler, server. Data stays." if stopped else "Nothing is running."
    return show.answer({"stopped": stopped}, text, options.json)
