"""Addresses of PostgreSQL are read as libpq itself reads them, and no message holds a piece of a password."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import pq

from odcpub.address import Address, address, is_address, parts
from odcpub.errors import UsageError

READ = [
    "postgresql://me@db", "postgres://me@db:5433/shop", "postgresql://me@db:/shop", "postgresql://me@[::1]:5433/shop",
    "postgresql://m%40e@db/sh%2Fop", "postgresql://me:@db/shop", "postgresql:///shop", "postgresql://", "postgresql:///",
    "postgresql://me@/shop?host=/run/pg&port=5433", "postgresql://%2Frun%2Fpg/shop", "postgresql://db?user=me@elsewhere",
    "postgresql://me@db?sslmode=require&sslmode=disable", "postgresql://me@db/?ssl=true", "postgres://@db",
    "postgresql:///?service=main", "postgresql://me@db//shop", "postgresql://me@db/?sslrootcert=/a%20b/ca.pem",
    "service=main", "host=db user=me", " host = 'a b'  user=x\\ y dbname='it\\'s' port='' ", "host=/run/pg",
]  # fmt: skip


def of_libpq(text: str) -> dict[str, str]:
    found = {one.keyword.decode(): (one.val or b"").decode() for one in pq.Conninfo.parse(text.encode())}
    return {key: value for key, value in found.items() if value}


@pytest.mark.parametrize("text", READ)
def test_an_address_is_read_as_libpq_reads_it(text: str) -> None:
    assert is_address(text)
    assert parts(text) == of_libpq(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("postgresql://me:s3cret@db/shop", "carries a password"),
        ("postgres://me:s3cret@db/shop", "carries a password"),
        ("postgresql://me:s3@cret@db/shop", "carries a password"),
        ("postgresql://me:s3/cret@db/shop", "carries a password|can't be read"),
        ("postgresql://me:12/s3cret@db/shop", "carries a password"),
        ("postgresql://me:s3#cret@db/shop", "carries a password"),
        ("postgresql://me:s3?cret@db/shop", "carries a password"),
        ("postgresql://me@db/shop?password=s3cret", "carries a password"),
        ("postgresql://me@db/shop?sslpassword=s3cret", "carries a password"),
        ("host=db user=me password=s3cret", "carries a password"),
        ("host=db user=me password='s3cret", "carries a password"),
        ("host=db user", "can't be read"),
        ("postgresql://me@db/shop#s3cret", "carries a password"),
        ("postgresql://me@db:s3cret/shop", "can't be read"),
        ("postgresql://me@db:0/shop", "can't be read"),
        ("postgresql://me@db:65536/shop", "can't be read"),
        ("postgresql://me@db:٣/shop", "can't be read"),
        ("postgresql://me@[::1/shop", "can't be read"),
        ("postgresql://me@db/%zz", "can't be read"),
        ("postgresql://me@db/%ff", "can't be read"),
        ("postgresql://me@db/a%00b", "can't be read"),
        ("postgresql://me@db/shop?s3cret", "can't be read"),
        ("postgresql://me@d b/shop", "can't be read"),
        ("postgresql://me@one,two/shop", "several servers"),
        ("postgresql://me@one:1,two:2/shop", "several servers"),
        ("host=one,two user=me", "several servers"),
        ("postgresql://db/shop", "user and host are needed"),
        ("postgresql://me@/shop", "user and host are needed"),
        ("postgresql://me@db/?s3cret=1", "unknown option"),
        ("postgresql://me@db/?pgbouncer=true", "unknown option pgbouncer"),
        ("postgresql://me@db/?hostaddr=192.0.2.1", "unknown option hostaddr"),
    ],
)
def test_what_is_none_is_told_without_a_piece_of_it(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as refused:
        address(parts(text))
    assert "cret" not in (refused.value.message + refused.value.hint).replace("unknown option s3cret", "")


@pytest.mark.parametrize("text", ["embedded", "mysql://me@db/shop", "POSTGRESQL://me@db", "", "db:5432"])
def test_what_is_not_meant_as_an_address(text: str) -> None:
    assert not is_address(text)


NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)
HOSTS = st.sampled_from(["db.example", "192.0.2.1", "::1", "fe80::1%eth0", "/var/run/postgresql", "/tmp/a b#?@:/ü"])


@given(HOSTS.filter(lambda host: " " not in host), st.integers(1, 65535), NAMES, NAMES, NAMES)
def test_what_is_put_together_is_taken_apart_again_by_libpq_too(
    host: str, port: int, user: str, database: str, file: str
) -> None:
    made = Address(host, port, user, database, (("sslmode", "verify-full"), ("sslrootcert", file)))
    assert address(parts(made.url())) == made
    assert parts(made.url()) == of_libpq(made.url())
