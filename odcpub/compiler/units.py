"""Which unit an entity or action belongs to: assemblies of about 20, so that a change compiles one small one. Pure.

The bucket is the first bits of a hash of the element's first name. The number of buckets is a power of two, so adding
one moves no other one, save when the number doubles and every bucket splits in two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

SIZE = 20


def buckets(count: int) -> int:
    """The smallest power of two that keeps units at about ``SIZE`` of ``count`` elements."""
    return 1 << max(0, (count - 1) // SIZE).bit_length()


def unit_of(key: str, count: int, kind: str) -> str:
    """The unit's name (``Unit03``) for an element's first name among ``count`` of its kind."""
    number = int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:4], "big")
    return f"{kind}{number & (buckets(count) - 1):02x}"


def assign(keys: Iterable[str], kind: str = "Unit") -> Mapping[str, str]:
    """Key → unit for all elements of a kind: entities, or actions (``Actions03``)."""
    every = tuple(keys)
    return {key: unit_of(key, len(every), kind) for key in every}
