"""The one place that asks what time it is. Does I/O."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """The moment in UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
