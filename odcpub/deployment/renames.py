"""Settings that leave the model while stages have values for them: renamed or gone? No I/O.

As with entities and attributes: one revision that drops a setting and adds a like one is refused until the model says
which it is. A guess would leave a stage without the value that it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from odcpub.model.elements import Asset, Setting

Kept = Mapping[str, Sequence[str]]
"""The stages that have a value, by the setting's identity."""


def questions(previous: Asset, asset: Asset, kept: Kept) -> tuple[str, ...]:
    """What only the author can answer; ``previous``: the model that runs where the asset is published."""
    gone = _gone(previous, asset, kept)
    return tuple(line for new in asset.settings for line in _asked(new, gone, previous, kept))


def notices(previous: Asset, asset: Asset, kept: Kept) -> tuple[str, ...]:
    """A line for each setting that is gone and whose values stay, for a revision that has it again."""
    return tuple(
        f"settings.{one.name}: is gone from the model; its values in {', '.join(kept[one.identity])} stay, unused"
        for one in _gone(previous, asset, kept)
    )


def _gone(previous: Asset, asset: Asset, kept: Kept) -> list[Setting]:
    there = {one.identity for one in asset.settings}
    return [one for one in previous.settings if one.identity in kept and one.identity not in there]


def _asked(new: Setting, gone: Sequence[Setting], previous: Asset, kept: Kept) -> Iterator[str]:
    """``key: Name`` with its own name says that it is a new one."""
    if new.key == new.name or any(one.identity == new.identity for one in previous.settings):
        return
    for one in gone:
        stages = ", ".join(kept[one.identity])
        if new.key:
            what = f"no setting was ever called {new.key}, and {one.name} is gone"
        elif one.name == new.name:
            what = f"is it the same as before? Its key was {one.identity} and is gone"
        elif one.type.basic is new.type.basic:
            what = f"is it {one.name}, renamed?"
        else:
            continue
        yield (
            f"settings.{new.name}: {what}; {stages} has a value for that: write `key: {one.identity}` if it is the "
            f"same and keeps its values, `key: {new.name}` if it is another"
        )
