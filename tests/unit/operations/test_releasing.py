"""A release never changes: asked the same again it is told as done, asked otherwise it is refused."""

from __future__ import annotations

import pytest

from odcpub.errors import Refused
from odcpub.operations import overview, releasing

from .conftest import Installed


def release(installed: Installed, version: str | None, notes: str, number: int | None = None) -> tuple[str, bool]:
    made, new = releasing.release(installed.platform, "shop", releasing.Tag(version, notes, number), "ada")
    return made.version, new


def test_the_same_again_is_done_already(installed: Installed) -> None:
    installed.revision()
    assert release(installed, "1.0.0", "first") == ("1.0.0", True)
    assert release(installed, "1.0.0", "first") == ("1.0.0", False)
    assert release(installed, None, "first") == ("1.0.0", False), "an answer that was lost, asked for again"
    assert release(installed, None, "more") == ("1.0.1", True)


def test_another_content_under_the_same_version_is_refused(installed: Installed) -> None:
    installed.revision()
    release(installed, "1.0.0", "first")
    with pytest.raises(Refused, match=r"Shop: 1\.0\.0 is released already, with other notes") as refused:
        release(installed, "1.0.0", "other")
    assert refused.value.hint == "a release never changes: choose a higher version, such as 1.0.1"
    installed.revision()
    with pytest.raises(Refused, match=r"Shop: 1\.0\.0 is released already, as revision 1"):
        release(installed, "1.0.0", "first")
    assert [one.notes for one in installed.store.assets.releases(installed.asset.key)] == ["first"]


def test_status_shows_the_highest_release_by_number_not_by_letter(installed: Installed) -> None:
    installed.revision()
    for version in ("1.9.0", "1.10.0"):
        release(installed, version, f"it is {version}")
    assert overview.status(installed.platform)["assets"][0]["release"] == "1.10.0"
