"""As ``test_operations`` and ``test_life``, with the platform's records in PostgreSQL."""

import pytest

from tests.acceptance.kills.test_life import (
    test_commands_at_once_after_a_kill_share_one_server,
    test_down_during_a_publish_which_the_next_server_ends,
    test_down_ends_all_that_killed_servers_left,
    test_killed_database_is_started_again_by_the_next_publish,
    test_killed_during_operations_of_two_apps,
    test_killed_keeper_loses_no_address,
    test_killed_while_idle_the_next_server_takes_over_what_runs,
    test_of_two_servers_the_second_ends,
)
from tests.acceptance.kills.test_operations import (
    test_killed_at_each_step,
    test_killed_when_done,
    test_killed_within,
)

__all__ = [
    "test_commands_at_once_after_a_kill_share_one_server",
    "test_down_during_a_publish_which_the_next_server_ends",
    "test_down_ends_all_that_killed_servers_left",
    "test_killed_at_each_step",
    "test_killed_database_is_started_again_by_the_next_publish",
    "test_killed_during_operations_of_two_apps",
    "test_killed_keeper_loses_no_address",
    "test_killed_when_done",
    "test_killed_while_idle_the_next_server_takes_over_what_runs",
    "test_killed_within",
    "test_of_two_servers_the_second_ends",
]

pytestmark = pytest.mark.database
STORE = "postgresql"
EACH_TIME = {
    "test_commands_at_once_after_a_kill_share_one_server",
    "test_killed_at_each_step[promote-done]",
    "test_killed_at_each_step[publish-done]",
    "test_killed_while_idle_the_next_server_takes_over_what_runs",
    "test_killed_within[tighten-odcpub.engines.database.chain:enter]",
}
"""The moment that leaves most to the next server, and what it must find of records alone."""
