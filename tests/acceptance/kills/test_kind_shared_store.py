"""As ``test_kind``, with the platform's records in PostgreSQL: of this machine it needs the killed server alone."""

import pytest

from tests.acceptance.kills.test_operations import test_killed_at_each_step, test_killed_when_done

__all__ = ["test_killed_at_each_step", "test_killed_when_done"]

pytestmark = [pytest.mark.kubernetes, pytest.mark.database]
PROFILE, STORE = "kind", "postgresql"
EACH_TIME: set[str] = set()
"""Engines and store know nothing of each other: ``test_kind`` and ``test_shared_store`` are enough."""
