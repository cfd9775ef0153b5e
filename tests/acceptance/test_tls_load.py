"""Nobody notices over TLS either: the load of ``test_under_load`` against a server that takes none but encrypted
connections with a client certificate, while revisions that change the schema are published. Profile local.
"""

from __future__ import annotations

import pytest

from tests.acceptance.test_under_load import Model, changed_under_load, check, rows
from tests.installation import call, installation
from tests.tls_server import LET_IN, tls_server

pytestmark = [pytest.mark.serial, pytest.mark.database]
CHANGES = ("entity and a reference to it added", "integer widened, which rewrites the table")


def test_publishes_and_a_promotion_under_load_over_tls(capsys: pytest.CaptureFixture[str]) -> None:
    with tls_server() as server, installation() as odcpub, server.changed(lets_in=f"{LET_IN} clientcert=verify-ca"):
        pair = server.authority.sign("client")
        url = server.verified("localhost", sslcert=pair.certificate, sslkey=pair.key)
        odcpub.run("engines", "set", f"database={url}", stdin=f"{server.password}\n")
        model = Model(odcpub.folder / "models")
        address = odcpub.run("publish", str(model.folder)).out.strip()
        report = changed_under_load(odcpub, model, address, CHANGES)
        with capsys.disabled():
            print(f"\nTLS: {report}")
        check(report, rows(server.inside("odc_development"), model.label))
        assert call("GET", f"{address}/_odc/about").body["revision"] == str(1 + len(CHANGES))
