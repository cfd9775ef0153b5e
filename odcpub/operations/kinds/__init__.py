"""The kinds of asset, a folder each with the steps that are its own."""

from collections.abc import Mapping

from odcpub.model.elements import Kind
from odcpub.operations.core.kind import AssetKind
from odcpub.operations.kinds.app import APP
from odcpub.operations.kinds.library import LIBRARY

KINDS: Mapping[Kind, AssetKind] = {Kind.APP: APP, Kind.LIBRARY: LIBRARY}
