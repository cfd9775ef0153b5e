"""What a kind of asset brings: its steps by what is asked, and what decides its builds. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from odcpub.engines.factory import Engines
from odcpub.model.elements import VerifiedAsset
from odcpub.operations.core.step import Step
from odcpub.operations.platform import Platform
from odcpub.store.records import AssetRecord, OperationKind


@dataclass(frozen=True, slots=True)
class AssetKind:
    """``inputs``: what decides a build besides the model and the compiler; ``made``: what a publish makes, for plans;
    ``pack``: makes it of a model and its lock, but no revision: the digest of the image, empty where there is none;
    ``steps``: in their order, of every kind of operation that it knows."""

    inputs: Callable[[Engines], tuple[str, ...]]
    made: str
    pack: Callable[[Platform, AssetRecord, VerifiedAsset, str], str]
    steps: Mapping[OperationKind, tuple[Step, ...]]

    @property
    def runs(self) -> bool:
        """Whether it runs in stages by itself."""
        return OperationKind.DEPLOY in self.steps
