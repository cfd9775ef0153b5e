"""How an app is told of TLS to its database, and that nobody else is."""

from __future__ import annotations

from dataclasses import replace

from odcpub.deployment.objects import objects
from odcpub.engines.ports import Login, Tls
from odcpub.engines.runner.environment import differences
from odcpub.engines.runner.state import Process
from odcpub.operations import stage as stages
from odcpub.operations.login import database_environment

from .conftest import Installed
from .test_configuring import target

TLS = Tls("verify-full", "require", "-- authority --", "-- certificate --", "-- key --")
LOGIN = Login("db", 5432, "odc_qa", "shop", "shop__qa", "s3cret", tls=TLS)


def test_texts_travel_in_the_secret_alone(installed: Installed) -> None:
    given = database_environment(LOGIN)
    assert "SSL Mode='VerifyFull';Channel Binding='Require'" in given["ODCPUB_DATABASE"]
    assert given | {"ODCPUB_DATABASE": ""} == {
        "ODCPUB_DATABASE": "",
        "ODCPUB_DATABASE_AUTHORITY": TLS.authority,
        "ODCPUB_DATABASE_CERTIFICATE": TLS.certificate,
        "ODCPUB_DATABASE_KEY": TLS.key,
    }
    record = installed.store.assets.revision(installed.asset.key, installed.revision())
    assert record is not None
    made = stages.workload(installed.platform, target(installed), record, stages.Configuration((), ()), LOGIN)
    assert TLS.key not in repr(made)
    found = {each["kind"]: each for each in objects(made)}
    assert found.pop("Secret")["data"].keys() == given.keys()
    assert not any(text in str(found) for text in (*given.values(), "SSL Mode", "DATABASE_KEY"))


def test_without_tls_nothing_more_is_said() -> None:
    given = database_environment(replace(LOGIN, tls=Tls()))
    assert list(given) == ["ODCPUB_DATABASE"] and "SSL Mode='Disable'" in given["ODCPUB_DATABASE"]


def test_a_plan_hides_the_texts(installed: Installed) -> None:
    record = installed.store.assets.revision(installed.asset.key, installed.revision())
    assert record is not None
    made = stages.workload(
        installed.platform, target(installed), record, stages.Configuration((), ()), replace(LOGIN, tls=Tls())
    )
    fields = differences(Process(1, 1, "", 1, "", 1, "", 0), database_environment(LOGIN), made)
    assert ("environment.ODCPUB_DATABASE_KEY", "(hidden)", "") in fields
    assert TLS.key not in str(fields)
