"""What each stage has: deployments, configuration values and secrets. Does I/O."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Engine, delete, func, insert, select, update

from odcpub.store.clock import now
from odcpub.store.records import UNDEPLOYED, DeploymentRecord, Status
from odcpub.store.tables import DEPLOYMENTS, VALUES
from odcpub.store.vault import Vault

DATABASE_PASSWORD = "$database"  # noqa: S105 - a name; no setting can be called so


class Stages:
    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault

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

    def end_deployment(self, operation: str, status: str, address: str = "") -> None:
        statement = update(DEPLOYMENTS).where(DEPLOYMENTS.c.operation == operation)
        with self._engine.begin() as connection:
            connection.execute(statement.values(status=status, address=address))

    def undeployed(self, asset: str, stage: str) -> None:
        """Marks every deployment there as gone."""
        here = (DEPLOYMENTS.c.asset == asset, DEPLOYMENTS.c.stage == stage)
        with self._engine.begin() as connection:
            connection.execute(update(DEPLOYMENTS).where(*here).values(status=UNDEPLOYED))

    def current(self, asset: str, stage: str) -> DeploymentRecord | None:
        """The last deployment that succeeded and has not been undeployed."""
        done = self.deployments(asset, stage)
        return next((one for one in done if one.status == Status.FINISHED), None)

    def deployments(self, asset: str, stage: str = "") -> tuple[DeploymentRecord, ...]:
        """All deployments there (in every stage, where none is named), the latest first."""
        here = (DEPLOYMENTS.c.asset == asset, *((DEPLOYMENTS.c.stage == stage,) if stage else ()))
        with self._engine.connect() as connection:
            rows = connection.execute(select(DEPLOYMENTS).where(*here).order_by(DEPLOYMENTS.c.number.desc()))
            return tuple(DeploymentRecord(**row) for row in rows.mappings())

    def set_value(self, asset: str, stage: str, name: str, value: str, secret: bool) -> None:
        """Sets a value by command; a secret is stored encrypted."""
        row = {
            "asset": asset, "stage": stage, "name": name,
            "value": None if secret else value, "secret": self._vault.seal(value) if secret else None,
        }  # fmt: skip
        with self._engine.begin() as connection:
            connection.execute(delete(VALUES).where(*_value(asset, stage, name)))
            connection.execute(insert(VALUES), row)

    def unset_value(self, asset: str, stage: str, name: str) -> bool:
        """Forgets a value set by command; whether there was one."""
        with self._engine.begin() as connection:
            return connection.execute(delete(VALUES).where(*_value(asset, stage, name))).rowcount > 0

    def values(self, asset: str, stage: str) -> tuple[dict[str, str], dict[str, str]]:
        """What was set by command there: settings and (opened) secrets by name."""
        here = (VALUES.c.asset == asset, VALUES.c.stage == stage, VALUES.c.name != DATABASE_PASSWORD)
        with self._engine.connect() as connection:
            rows = connection.execute(select(VALUES).where(*here)).mappings().all()
        settings = {row["name"]: row["value"] for row in rows if row["secret"] is None}
        return settings, {row["name"]: self._vault.open(row["secret"]) for row in rows if row["secret"] is not None}

    def database_password(self, asset: str, stage: str) -> str:
        """The app's own database password in the stage, made at the first call."""
        known = self.known_database_password(asset, stage)
        if known:
            return known
        self.set_value(asset, stage, DATABASE_PASSWORD, self._vault.random_password(), secret=True)
        return self.known_database_password(asset, stage)

    def known_database_password(self, asset: str, stage: str) -> str:
        """The same where there is one, else empty; makes none."""
        condition = _value(asset, stage, DATABASE_PASSWORD)
        with self._engine.connect() as connection:
            sealed = connection.execute(select(VALUES.c.secret).where(*condition)).scalar()
        return "" if sealed is None else self._vault.open(sealed)


def _value(asset: str, stage: str, name: str) -> tuple[ColumnElement[bool], ...]:
    return VALUES.c.asset == asset, VALUES.c.stage == stage, VALUES.c.name == name
