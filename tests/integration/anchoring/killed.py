"""Anchors one batch and kills itself, with SIGKILL, at the point that it is told."""

import os
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from contracts.local_chain import CHAIN_ID
from issuer.anchoring import service
from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.ethereum import EthereumClient
from issuer.db import engine, session_scope

POINTS = (
    "before the transaction is stored",
    "when it is stored",
    "before it is sent",
    "when it is sent",
    "before that is recorded",
    "when that is recorded",
    "before its block is recorded",
    "when its block is recorded",
)
_COMMITS = {0: 1, 1: 1, 4: 2, 5: 2, 6: 3, 7: 3}
"""Point to the writing transaction at whose end it lies."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(point: int, url: str, keystore: str, node: str, contract: str, batch: str, root: str):
    made = engine(url if "://" in url else Path(url))
    written = [0]

    @contextmanager
    def scope():
        with session_scope(made) as session:
            connection = session.connection()
            before = sum(_rows(connection, table) for table in ("anchor", "anchor_attempt"))
            states = _states(connection)
            yield session
            session.flush()
            after = sum(_rows(connection, table) for table in ("anchor", "anchor_attempt"))
            changed = before != after or states != _states(connection)
            written[0] += changed
            if changed and point in (0, 4, 6) and written[0] == _COMMITS[point]:
                die()
        if changed and point in (1, 5, 7) and written[0] == _COMMITS[point]:
            die()

    class Client(EthereumClient):
        def send_raw(self, raw: bytes, tx_hash: str) -> None:
            if point == 2:
                die()
            super().send_raw(raw, tx_hash)
            if point == 3:
                die()

    account = EthereumAccount.unlock(Path(keystore), "correct horse")
    service.anchor_root(
        scope,
        UUID(batch),
        bytes.fromhex(root),
        account=account,
        client=Client(node, chain_id=CHAIN_ID),
        contract=contract,
        timeout_s=20,
    )


def _rows(connection, table: str) -> int:
    return connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()  # noqa: S608


def _states(connection) -> list[str]:
    return list(connection.exec_driver_sql("SELECT state FROM anchor ORDER BY nonce").scalars())


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
