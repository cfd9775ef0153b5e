"""Makes the modules of this folder (shared models) importable from every suite, sets how hypothesis tries, has the
longest files begin first, and tells at the end what was left out.

``make test`` runs in rounds: each adds to the file that ODCPUB_TEST_LEFT_OUT names, and its last line prints it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.absence import left_out, reasons

# The same examples each time, however slow the machine: what fails was broken by the last change.
settings.register_profile(
    "odcpub",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("odcpub")


LONGEST = (
    "acceptance/kills/test_operations.py",
    "acceptance/test_bad_worlds.py",
    "acceptance/test_bad_inputs.py",
    "acceptance/test_evolution.py",
    "acceptance/kills/test_life.py",
    "acceptance/test_bad_engines.py",
    "browser/",
    "acceptance/",
    "contract/",
)
"""Files that run alone at the end keep everybody waiting."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(
        key=lambda item: next((place for place, name in enumerate(LONGEST) if name in item.nodeid), len(LONGEST))
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if hasattr(terminalreporter.config, "workerinput"):
        return  # what a process of several has seen, the one that directs them tells
    skipped = reasons(terminalreporter.stats.get("skipped", []))
    if file := os.environ.get("ODCPUB_TEST_LEFT_OUT"):
        with Path(file).open("a") as told:
            told.writelines(f"{reason.splitlines()[0]}\n" for reason in skipped)
        return
    terminalreporter.ensure_newline()
    for line in left_out(skipped):
        terminalreporter.line(line)
