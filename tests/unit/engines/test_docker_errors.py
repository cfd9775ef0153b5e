"""What a Docker engine's words mean."""

from __future__ import annotations

import pytest

from odcpub.engines.image.docker_errors import push_failed
from odcpub.errors import TemporaryEngineError


@pytest.mark.parametrize(
    "said",
    [
        'Get "http://localhost:5001/v2/": dial tcp 127.0.0.1:5001: connect: connection refused',
        'Head "https://registry.example/v2/shop/blobs/x": dial tcp 10.0.0.9:443: i/o timeout',
    ],
)
def test_a_registry_that_is_down_is_not_taken_for_the_engine(said: str) -> None:
    error = push_failed("localhost:5001/shop:1", said)
    assert isinstance(error, TemporaryEngineError)
    assert error.message.startswith("registry localhost:5001: does not answer the Docker engine")
    assert "start Docker" not in error.hint


def test_a_push_that_is_not_allowed_says_who_must_log_in() -> None:
    assert "docker login" in push_failed("localhost:5001/shop:1", "denied: requested access").hint
