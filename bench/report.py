"""What a benchmark hands back: a table, or the reason why it was left out. No I/O but printing."""

from __future__ import annotations

import statistics
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Row = tuple[str, ...]


class LeftOut(Exception):
    """The reason why a benchmark cannot run here, with what it needs."""


@dataclass(frozen=True, slots=True)
class Table:
    """``rows``: the first column names the thing measured, the others are figures as they shall be shown."""

    title: str
    columns: Row
    rows: Sequence[Row]


def seconds(value: float) -> str:
    return f"{value:.3f} s"


def times(value: float, floor: float) -> str:
    return f"{value / floor:.2f} ×"


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def show(table: Table) -> str:
    """Markdown that is readable as plain text, so that it can go into README.md as it is."""
    lines = [table.columns, *table.rows]
    widths = [max(_width(line[at]) for line in lines) for at in range(len(table.columns))]
    shown = ["| " + " | ".join(_padded(*pair) for pair in zip(line, widths, strict=True)) + " |" for line in lines]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([f"**{table.title}**", "", shown[0], rule, *shown[1:], ""])


def _width(text: str) -> int:
    return sum(not unicodedata.combining(each) for each in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
