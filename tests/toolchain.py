"""The C# toolchain that tests compile and run with: what ODCPUB_TEST_CSHARP names, else what odcpub itself takes."""

from __future__ import annotations

import os

import pytest

from odcpub.engines.csharp.parts import Parts
from odcpub.engines.csharp.toolchain import find_toolchain
from odcpub.errors import OdcpubError
from odcpub.home import find_home
from tests.absence import absent

VARIABLE = "ODCPUB_TEST_CSHARP"
"""``auto``, ``sdk`` or ``bootstrap``, as the setting ``csharp``."""


def toolchain_of_tests() -> Parts:
    """Its parts, set up where they are not yet. Ends the test where there is none, and fails it where it was named."""
    named = os.environ.get(VARIABLE)
    try:
        return find_toolchain(named or "auto", find_home().make().cache, print)
    except OdcpubError as error:
        if named:
            pytest.fail(f"{VARIABLE}={named}: {error.message}")
        absent("C# compiler", error.message)
