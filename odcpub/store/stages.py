"""What each stage has: deployments, configuration values and secrets. Does I/O."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Engine, delete, func, insert, select, update

from odcpub.store.again import persistent
from odcpub.store.clock import now
from odcpub.store.records import CLEARED, UNDEPLOYED, DeploymentRecord, Status
from odcpub.store.tables import DEPLOYMENTS, VALUES
from odcpub.store.upsert import upsert
from odcpub.store.vault import Unreadable, Vault

DATABASE_PASSWORD = "$database"  # noqa: S105 - a name; no setting can be called so


@dataclass(frozen=True, slots=True)
class Value:
    """A setting's value as it is set by command. ``name``: the setting's first name, its identity."""

    name: str
    text: str = field(repr=False)
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Values:
    """What was set by command: settings, opened secrets, and the names of secrets that cannot be opened any more. One
    name can have both, since a setting may be a secret in one revision and none in another: each kind has its own."""

    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    lost: tuple[str, ...] = ()

    def __contains__(self, name: str) -> bool:
        return name in self.names

    @property
    def names(self) -> tuple[str, ...]:
        """Of everything that was set, sorted."""
        return tuple(sorted({*self.settings, *self.secrets, *self.lost}))


@persistent()
class Stages:
    """What runs where, and which values each stage gives to it."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault
        self._passwords = threading.Lock()

    def begin_deployment(
        self, asset: str, stage: str, revision: int, configuration: str, operation: str
    ) -> DeploymentRecord:
        """Records a deployment under the stage's next number; once for one operation."""
        with self._engine.begin() as connection:
            found = connection.execute(select(DEPLOYMENTS).where(DEPLOYMENTS.c.operation == operation)).mappings()
            row = found.one_or_none()
            if row is None:
                here = (DEPLOYMENTS.c.asset == asset, DEPLOYMENTS.c.stage == stage)
                last = connection.execute(select(func.max(DEPLOYMENTS.c.number)).where(*here)).scalar() or 0
                values = {
                    "asset": asset, "stage": stage, "revision": revision, "number": last + 1, "created_at": now(),
                    "configuration": configuration, "operation": operation, "status": Status.RUNNING, "address": "",
                }  # fmt: skip
                connection.execute(insert(DEPLOYMENTS), values)
                found = connection.execute(select(DEPLOYMENTS).where(DEPLOYMENTS.c.operation == operation)).mappings()
                row = found.one()
            return DeploymentRecord(**row)

    def undeployed(self, asset: str, stage: str) -> None:
        """Marks every deployment there as gone; which of them have served stays known."""
        here = (DEPLOYMENTS.c.asset == asset, DEPLOYMENTS.c.stage == stage)
        with self._engine.begin() as connection:
            for before, after in ((Status.FINISHED, UNDEPLOYED), (Status.RUNNING, CLEARED), (Status.FAILED, CLEARED)):
                statement = update(DEPLOYMENTS).where(*here, DEPLOYMENTS.c.status == before)
                connection.execute(statement.values(status=after))

    def current(self, asset: str, stage: str) -> DeploymentRecord | None:
        """The last deployment that succeeded and has not been undeployed."""
        done = self.deployments(asset, stage)
        return next((one for one in done if one.status == Status.FINISHED), None)

    def served(self, asset: str, stage: str) -> tuple[DeploymentRecord, ...]:
        """Those that ever served there, undeployed ones too, the latest first."""
        done = self.deployments(asset, stage)
        return tuple(one for one in done if one.status in (Status.FINISHED, UNDEPLOYED))

    def left(self, asset: str, stage: str) -> tuple[DeploymentRecord, ...]:
        """Those that may have something there: all that were not undeployed, failed ones too."""
        return tuple(one for one in self.deployments(asset, stage) if one.status not in (UNDEPLOYED, CLEARED))

    def deployments(self, asset: str, stage: str = "") -> tuple[DeploymentRecord, ...]:
        """All deployments there (in every stage, where none is named), the latest first."""
        here = (DEPLOYMENTS.c.asset == asset, *((DEPLOYMENTS.c.stage == stage,) if stage else ()))
        with self._engine.connect() as connection:
            rows = connection.execute(select(DEPLOYMENTS).where(*here).order_by(DEPLOYMENTS.c.number.desc()))
            return tuple(DeploymentRecord(**row) for row in rows.mappings())

    def change_values(self, asset: str, stage: str, values: Iterable[Value], unset: Iterable[str] = ()) -> None:
        """Sets and forgets values by command, all or none; secrets are stored encrypted. A value replaces the one of
        its own kind, and what is forgotten goes with both."""
        changed = {
            one.name: {"secret": self._vault.seal(one.text)} if one.secret else {"value": one.text} for one in values
        }
        with self._engine.begin() as connection:
            for name in unset:
                connection.execute(delete(VALUES).where(*_value(asset, stage, name)))
            for name, column in changed.items():
                upsert(connection, VALUES, {"asset": asset, "stage": stage, "name": name}, column)

    def kept(self, asset: str) -> dict[str, tuple[str, ...]]:
        """The stages in which each name has a value that was set by command."""
        here = (VALUES.c.asset == asset, VALUES.c.name != DATABASE_PASSWORD)
        with self._engine.connect() as connection:
            rows = connection.execute(select(VALUES.c.name, VALUES.c.stage).where(*here)).all()
        names = sorted({name for name, _ in rows})
        return {name: tuple(sorted(stage for one, stage in rows if one == name)) for name in names}

    def values(self, asset: str, stage: str) -> Values:
        """What was set by command there."""
        here = (VALUES.c.asset == asset, VALUES.c.stage == stage, VALUES.c.name != DATABASE_PASSWORD)
        with self._engine.connect() as connection:
            rows = connection.execute(select(VALUES).where(*here)).mappings().all()
        sealed = {row["name"]: row["secret"] for row in rows if row["secret"] is not None}
        opened = {name: self._opened(secret) for name, secret in sealed.items()}
        return Values(
            {row["name"]: row["value"] for row in rows if row["value"] is not None},
            {name: text for name, text in opened.items() if text is not None},
            tuple(sorted(name for name, text in opened.items() if text is None)),
        )

    def has_secrets(self) -> bool:
        """Whether anything of any app is kept sealed: a value, or the configuration that it was deployed with."""
        values = select(VALUES.c.name).where(VALUES.c.secret.is_not(None)).limit(1)
        deployments = select(DEPLOYMENTS.c.id).limit(1)
        with self._engine.connect() as connection:
            return any(connection.execute(found).first() is not None for found in (values, deployments))

    def database_password(self, asset: str, stage: str) -> str:
        """The app's own database password in the stage: made at the first call, and anew where the vault has lost it
        (the role gets whatever is the password)."""
        with self._passwords:  # of two that ask at once, both get the one that is kept
            known = self.known_database_password(asset, stage)
            if known:
                return known
            made = self._vault.random_password()
            self.change_values(asset, stage, (Value(DATABASE_PASSWORD, made, secret=True),))
            return made

    def known_database_password(self, asset: str, stage: str) -> str:
        """The same where there is one that can be read, else empty; makes none."""
        condition = _value(asset, stage, DATABASE_PASSWORD)
        with self._engine.connect() as connection:
            sealed = connection.execute(select(VALUES.c.secret).where(*condition)).scalar()
        return "" if sealed is None else self._opened(sealed) or ""

    def _opened(self, sealed: bytes) -> str | None:
        """None where it was sealed with another key than there is now."""
        try:
            return self._vault.open(sealed)
        except Unreadable:
            return None


def _value(asset: str, stage: str, name: str) -> tuple[ColumnElement[bool], ...]:
    return VALUES.c.asset == asset, VALUES.c.stage == stage, VALUES.c.name == name
