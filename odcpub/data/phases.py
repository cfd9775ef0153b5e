"""The two phases of a migration. No I/O."""

from __future__ import annotations

from typing import Final, Literal

Phase = Literal["expand", "tighten"]
EXPAND: Final = "expand"
"""Never breaks the version that still serves: adds, widens, loosens, writes records."""
TIGHTEN: Final = "tighten"
"""Runs when that version has gone: NOT NULL, checks, unique indexes, validated references."""
PHASES: tuple[Phase, ...] = (EXPAND, TIGHTEN)
