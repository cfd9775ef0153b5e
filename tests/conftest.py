"""Makes the modules of this folder (shared models) importable from every suite, and tells at the end what was left out.

``make test`` runs in rounds: each adds to the file that ODCPUB_TEST_LEFT_OUT names, and its last line prints it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.absence import left_out, reasons


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = reasons(terminalreporter.stats.get("skipped", []))
    if file := os.environ.get("ODCPUB_TEST_LEFT_OUT"):
        with Path(file).open("a") as told:
            told.writelines(f"{reason.splitlines()[0]}\n" for reason in skipped)
        return
    terminalreporter.ensure_newline()
    for line in left_out(skipped):
        terminalreporter.line(line)
