"""Apps: compiled, packed into an image, and run in stages, each with its database and its configuration."""

from functools import lru_cache

from odcpub.compiler.identity import code_identity
from odcpub.engines.factory import Engines
from odcpub.model.elements import VerifiedAsset
from odcpub.operations.core.kind import AssetKind
from odcpub.operations.kinds.app.compile import COMPILE, compiled
from odcpub.operations.kinds.app.image import IMAGE, packed
from odcpub.operations.platform import Platform
from odcpub.operations.steps.expand import EXPAND
from odcpub.operations.steps.plan import PLAN_REVISION, plan_model_step
from odcpub.operations.steps.ready import READY
from odcpub.operations.steps.settle import SETTLE
from odcpub.operations.steps.start import START
from odcpub.operations.steps.tighten import TIGHTEN
from odcpub.operations.steps.undeploy import UNDEPLOY
from odcpub.operations.steps.verify import verify_step
from odcpub.store.records import AssetRecord, OperationKind


def _inputs(engines: Engines) -> tuple[str, ...]:
    """What an image is made of, how, and where it is kept."""
    return engines.builder.base(), engines.settings.builder, engines.settings.registry, _recipe()


@lru_cache(maxsize=1)
def _recipe() -> str:
    """Changes whenever the same files could become another image: its environment, start, health, packing."""
    return code_identity("image", "engines/image", "operations/kinds/app")


def _pack(platform: Platform, asset: AssetRecord, model: VerifiedAsset, lock: str) -> str:
    return packed(platform, asset, model, compiled(platform, model, lock, lambda _: None)).digest


_MADE = "build the image"
_RUN = (START, EXPAND, READY, SETTLE, TIGHTEN)

APP = AssetKind(
    inputs=_inputs,
    made=_MADE,
    pack=_pack,
    steps={
        OperationKind.PUBLISH: (verify_step(_inputs), plan_model_step(_MADE), COMPILE, IMAGE, *_RUN),
        OperationKind.DEPLOY: (PLAN_REVISION, *_RUN),
        OperationKind.APPLY: (PLAN_REVISION, *_RUN),
        OperationKind.UNDEPLOY: (UNDEPLOY,),
    },
)
