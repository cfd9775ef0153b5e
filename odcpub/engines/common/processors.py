"""The processors that images are made for, as a table. No I/O.

Linux with glibc. Numbers are the ELF specification's ``e_machine``; loaders' paths are those of the processors' ABI
supplements, by which every program names them; architectures are OCI's (Go's ``GOARCH``).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Processor:
    """``name``: for people; ``folders``: where the loaders of the common distributions look by themselves."""

    name: str
    machine: int
    architecture: str
    loader: str
    folders: tuple[str, ...]


def _folders(triplet: str) -> tuple[str, ...]:
    return (f"/lib/{triplet}", f"/usr/lib/{triplet}", "/lib64", "/usr/lib64", "/lib", "/usr/lib")


PROCESSORS = (
    Processor("x86-64", 62, "amd64", "/lib64/ld-linux-x86-64.so.2", _folders("x86_64-linux-gnu")),
    Processor("arm64", 183, "arm64", "/lib/ld-linux-aarch64.so.1", _folders("aarch64-linux-gnu")),
)
