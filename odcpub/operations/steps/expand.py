"""Expand: the Data tool makes everything that the new version needs and the old one bears. Does I/O."""

from __future__ import annotations

from odcpub.data.phases import EXPAND as PHASE
from odcpub.engines.database.chain import write_scripts
from odcpub.operations import workloads
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import step
from odcpub.operations.migrating import chain, migrate
from odcpub.operations.workloads import ToRun


def expand(run: Run, given: ToRun) -> None:
    """The new version becomes ready when its schema is there; the old one serves until then."""
    migration = workloads.migration(run.platform, given.planned)
    write_scripts(migration, chain(run), workloads.deployment(run, given).number)
    migrate(run, given, migration, PHASE)


EXPAND = step("expand", "Data", ToRun, expand)
