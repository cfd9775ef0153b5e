"""Store, of a library: makes a revision of the stored build. Does I/O."""

from __future__ import annotations

from dataclasses import dataclass

from odcpub.operations import builds
from odcpub.operations.core.outputs import Compiled, Revision, Verified
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import step


@dataclass(frozen=True, slots=True)
class Input:
    verified: Verified
    compiled: Compiled | None


def store(run: Run, given: Input) -> Revision:
    """Makes a revision of the build; the present one where a revision is that very build already."""
    same = given.verified.same
    if same is not None:
        run.say("nothing to store")
        return Revision(same)
    assert given.compiled is not None  # noqa: S101 - what no revision has yet was compiled
    revision = builds.add_revision(run, given.verified, given.compiled.build, builds.NO_IMAGE)
    run.say(f"revision {revision.number}, {revision.build[:12]}", revision=revision.number)
    return Revision(revision.number)


STORE = step("store", "Store", Input, store)
