"""Anchors of a database from before there were attempts keep their bytes."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from issuer.anchoring import repository
from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.contract import transaction
from issuer.anchoring.ethereum import Fees
from issuer.db import engine, migrate, session_scope

CONTRACT = "0x00000000000000000000000000000000000000C0"
BLOCK_TIME = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
def to_version(tmp_path):
    """A function that brings a database to a version, up or down."""
    made = engine(tmp_path / "old.db")

    def go(version, way=command.upgrade):
        config = Config()
        config.set_main_option("script_location", "issuer:migrations")
        with made.begin() as connection:
            config.attributes["connection"] = connection
            way(config, version)
        return made

    yield go
    made.dispose()


def old_row(account, nonce, state):
    root = bytes([nonce]) * 32
    fees = Fees(30 * 10**9, 10**9)
    call = transaction(11155111, nonce, to=CONTRACT, data=root, gas=50_600, fees=fees)
    signed = account.sign(call)
    return {
        "batch_id": uuid4().hex,
        "chain_id": 11155111,
        "sender": account.address,
        "nonce": nonce,
        "to": CONTRACT,
        "root": root,
        "raw_transaction": signed.raw,
        "tx_hash": signed.tx_hash,
        "state": state,
        "block_number": 7 if state == "confirmed" else None,
        "block_hash": "0x" + "77" * 32 if state == "confirmed" else None,
        "block_time": "2026-05-04 03:02:01.000000" if state == "confirmed" else None,
    }


@pytest.fixture
def rows(tmp_path):
    account = EthereumAccount.create(tmp_path / "key.json", "correct horse", scrypt_n=2**10)
    return [old_row(account, nonce, state) for nonce, state in enumerate(["confirmed", "prepared"])]


def write(made, rows):
    names = ", ".join(f'"{name}"' for name in rows[0])
    values = ", ".join(f":{name}" for name in rows[0])
    with made.begin() as connection:
        connection.execute(sa.text(f"INSERT INTO anchor ({names}) VALUES ({values})"), rows)  # noqa: S608


def test_the_one_transaction_of_a_batch_becomes_its_first_attempt(to_version, rows):
    made = to_version("0006_status_purposes")
    write(made, rows)
    assert migrate(made)
    with session_scope(made) as session:
        anchors = [
            repository.find_with_attempts(session, one.batch_id)
            for one in repository.anchors_in(session, "confirmed", "prepared")
        ]
    for row, stored in zip(rows, anchors, strict=True):
        (attempt,) = stored.attempts
        assert (attempt.raw_transaction, attempt.tx_hash) == (
            row["raw_transaction"],
            row["tx_hash"],
        )
        assert (attempt.number, attempt.nonce, attempt.gas) == (1, row["nonce"], 50_600)
        assert (attempt.max_fee_per_gas, attempt.max_priority_fee_per_gas) == (30 * 10**9, 10**9)
        assert stored.current is attempt
    assert anchors[0].attempts[0].sent_at == BLOCK_TIME
    assert anchors[1].attempts[0].sent_at is None


def test_going_back_keeps_the_bytes_that_count(to_version, rows):
    made = to_version("0006_status_purposes")
    write(made, rows)
    to_version("0007_anchor_attempts")
    to_version("0006_status_purposes", command.downgrade)
    with made.connect() as connection:
        found = connection.execute(
            sa.text("SELECT tx_hash, raw_transaction FROM anchor ORDER BY nonce")
        ).all()
    assert found == [(row["tx_hash"], row["raw_transaction"]) for row in rows]
