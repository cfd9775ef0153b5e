"""As ``test_operations``, on Docker, registry, PostgreSQL server and Kubernetes."""

import pytest

from tests.acceptance.kills.test_operations import test_killed_at_each_step, test_killed_when_done

__all__ = ["test_killed_at_each_step", "test_killed_when_done"]

pytestmark = pytest.mark.kubernetes
PROFILE = "kind"
EACH_TIME = {f"test_killed_at_each_step[{kind}-done]" for kind in ("publish", "promote")}
"""The moment that leaves most to the next server: with an effect that is not recorded."""
