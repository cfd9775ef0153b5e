"""The one place that asks what time it is. Does I/O."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """This moment, as ``text_of`` writes it."""
    return text_of(datetime.now(UTC))


def text_of(moment: datetime) -> str:
    """The moment, which is in UTC, in ISO 8601 with milliseconds: texts in the order of the moments."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
