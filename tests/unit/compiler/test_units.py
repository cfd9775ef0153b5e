"""Units: about twenty entities each, and an entity more moves no other one."""

from __future__ import annotations

from collections import Counter

import pytest

from odcpub.compiler.units import assign, buckets
from odcpub.compiler.words import label


@pytest.mark.parametrize(
    ("count", "expected"), [(0, 1), (1, 1), (20, 1), (21, 2), (40, 2), (41, 4), (1000, 64), (1281, 128)]
)
def test_the_number_of_units_is_a_power_of_two(count: int, expected: int) -> None:
    assert buckets(count) == expected


def test_units_are_of_like_size() -> None:
    sizes = Counter(assign(f"Entity{i}" for i in range(1000)).values())
    assert len(sizes) == 64
    assert max(sizes.values()) <= 40


def test_one_more_moves_no_other() -> None:
    before = assign(f"Entity{i}" for i in range(1000))
    after = assign(f"Entity{i}" for i in range(1001))
    assert {key: after[key] for key in before} == before


def test_doubling_splits_every_unit_in_two() -> None:
    before, after = assign(f"E{i}" for i in range(40)), assign(f"E{i}" for i in range(41))
    for key, unit in before.items():
        assert int(after[key][4:], 16) % 2 == int(unit[4:], 16)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("OpenedAt", "Opened at"),
        ("CustomerID", "Customer ID"),
        ("Is_Active", "Is active"),
        ("URL", "URL"),
        ("HTTPServer", "HTTP server"),
        ("class", "Class"),
        ("_", "_"),
        ("Line2", "Line2"),
    ],
)
def test_labels(name: str, expected: str) -> None:
    assert label(name) == expected
