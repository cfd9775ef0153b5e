"""Which unit an entity belongs to: assemblies of about 20 entities, so that a change compiles one small one. Pure.

The bucket is the first bits of a hash of the entity's first name. The number of buckets is a power of two, so adding
an entity moves no other one, save when the number doubles and every bucket splits in two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

SIZE = 20


def buckets(count: int) -> int:
    """The smallest power of two that keeps units at about ``SIZE`` of ``count`` entities."""
    return 1 << max(0, (count - 1) // SIZE).bit_length()


def unit_of(key: str, count: int) -> str:
    """The unit's name (``Unit03``) for an entity's first name among ``count`` entities."""
    number = int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:4], "big")
    return f"Unit{number & (buckets(count) - 1):02x}"


def assign(keys: Iterable[str]) -> Mapping[str, str]:
    """Key → unit for all entities of an asset."""
    every = tuple(keys)
    return {key: unit_of(key, len(every)) for key in every}
