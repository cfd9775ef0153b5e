"""All of the language can be renamed, what is not published yet too."""

from __future__ import annotations

import pytest

from odcpub.model.screens import check


@pytest.fixture(autouse=True)
def all_is_supported(monkeypatch: pytest.MonkeyPatch) -> None:
    """What of the language is read and checked, and not published yet."""
    monkeypatch.setattr(check, "NOT_YET", (), raising=False)
