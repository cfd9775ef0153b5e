"""Makes the modules of this folder (shared models) importable from every suite, sets how hypothesis tries, has the
longest files begin first, keeps what shares a cluster's namespaces in one process, and tells at the end what was left
out.

``make test`` runs in rounds: each adds to the file that ODCPUB_TEST_LEFT_OUT names, and its last line prints it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.absence import left_out, reasons
from tests.tries import load_profile

load_profile()


CLUSTER = {
    "kills": re.compile(r"kills/test_kind"),
    "acceptance": re.compile(r"\[kind[-\]]"),
    "contract": re.compile(r"test_runner_kubernetes\.py|test_runner\.py.*\[kubernetes\]"),
}
"""Tests on the cluster, by their identifiers. Those of a group share namespaces (and a server's databases of stages),
so one process runs them, one by one, beside the others: most of their time is waiting. Groups share neither."""
LONGEST = (
    "acceptance/kills/test_operations.py",
    "acceptance/test_bad_worlds.py",
    "acceptance/test_bad_inputs.py",
    "acceptance/test_evolution.py",
    "acceptance/kills/test_shared_store.py",
    "acceptance/kills/test_life.py",
    "acceptance/test_digest.py",
    "acceptance/test_lost_password.py",
    "acceptance/test_bad_engines.py",
    "browser/",
    "acceptance/",
    "contract/",
)
"""Files that run alone at the end keep everybody waiting."""


class OneForTheCluster(LoadFileScheduling):
    """A process takes whole files, or all of a group on the cluster."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid) or str(super()._split_scope(nodeid))


def group(nodeid: str) -> str:
    """The group on the cluster that the test is of; empty for others."""
    return next((f"cluster, {name}" for name, those in CLUSTER.items() if those.search(nodeid)), "")


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneForTheCluster | None:
    return OneForTheCluster(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_itemcollected(item: pytest.Item) -> None:
    params = item.callspec.params if hasattr(item, "callspec") else {}
    engines = {params.get("profile"), params.get("postgres")}
    if any(engines & set(marker.args) for marker in item.iter_markers("long_on")):
        item.add_marker(pytest.mark.long)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        marked = item.get_closest_marker("kubernetes") is not None
        assert bool(group(item.nodeid)) == marked, f"{item.nodeid}: see CLUSTER"
    items.sort(key=lambda item: _place(item.nodeid))


def _place(name: str) -> int:
    if where := group(name):
        return -1 if "acceptance" in where else 0
    return next((place for place, one in enumerate(LONGEST, start=1) if one in name), len(LONGEST) + 1)


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
