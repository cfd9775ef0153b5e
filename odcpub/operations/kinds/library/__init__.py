"""Libraries: compiled and stored, so that apps can take them in. They run nowhere by themselves."""

from odcpub.engines.factory import Engines
from odcpub.model.elements import VerifiedAsset
from odcpub.operations.core.kind import AssetKind
from odcpub.operations.kinds.library.compile import COMPILE, compiled
from odcpub.operations.kinds.library.store import STORE
from odcpub.operations.platform import Platform
from odcpub.operations.steps.verify import verify_step
from odcpub.store.records import AssetRecord, OperationKind


def _inputs(_engines: Engines) -> tuple[str, ...]:
    """The model and the compiler decide everything."""
    return ()


def _pack(platform: Platform, _asset: AssetRecord, model: VerifiedAsset, lock: str) -> str:
    compiled(platform, model, lock, lambda _: None)
    return ""


_MADE = "store the build"

LIBRARY = AssetKind(
    inputs=_inputs,
    made=_MADE,
    pack=_pack,
    steps={OperationKind.PUBLISH: (verify_step(_inputs, only_built=_MADE), COMPILE, STORE)},
)
