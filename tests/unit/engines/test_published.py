"""Requests to a published app: what is told where there is no answer."""

from __future__ import annotations

import socket
from threading import Thread

import pytest

from odcpub.engines.published import post
from odcpub.errors import EngineError

UNSURE = "what it was asked for may be done or not"


def test_an_app_that_took_the_request_and_does_not_answer_may_have_done_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(EngineError, match=f"{address}: has not answered within 0 s: {UNSURE}"):
            post(address, "/api/Act", {}, 0.2)
        server.accept()[0].close()

        def hang_up() -> None:
            connection, _ = server.accept()
            connection.recv(65_536)
            connection.close()

        thread = Thread(target=hang_up)
        thread.start()
        with pytest.raises(EngineError, match=f"{address}: ended before it answered: {UNSURE}"):
            post(address, "/api/Act", {}, 20)
        thread.join()


def test_an_app_that_is_not_there_has_done_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(EngineError, match=f"{address}: does not answer: .*refused") as told:
        post(address, "/api/Act", {}, 5)
    assert UNSURE not in str(told.value)
