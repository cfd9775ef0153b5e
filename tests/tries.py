"""How many examples property tests try: the same few each time, or (``make long``) twenty times as many at random."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

LONG = bool(os.environ.get("ODCPUB_TEST_LONG"))
FACTOR = 20 if LONG else 1


def tries(examples: int) -> settings:
    """For a test that ``examples`` are enough for each time."""
    return settings(max_examples=examples * FACTOR)


def load_profile() -> None:
    """Without ``make long`` the examples are the same each time, however slow the machine: what fails was broken by
    the last change."""
    settings.register_profile(
        "odcpub",
        deadline=None,
        derandomize=not LONG,
        database=None,
        max_examples=100 * FACTOR,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    settings.load_profile("odcpub")
