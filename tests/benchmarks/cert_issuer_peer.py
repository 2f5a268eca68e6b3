"""PyPI cert-issuer 3.13.1 itself, from its wheel, on files, all but its transaction.

Its own handlers do the work: they copy the certificates to a work folder, read and check each,
canonicalise it with a fallback vocabulary (their way to notice undefined members), build a tree,
encode a MerkleProof2019 for each and write the files. Some of what it imports is published as
sources only, and nothing is run here that is not a checked wheel. So in its place stand:

- pyld of our lock file (3.3.0), where it asks for 2.0.3;
- python-baseconv's base58, restated: through decimal digits, one after the other, as it does;
- pycoin's two hexadecimal functions, glob2's glob, and python-bitcoinlib, of which nothing is used.

Contexts are handed over once, where its configuration would read them anew for each certificate,
and what it logs is not written.
"""

import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType, SimpleNamespace
from typing import Final

from credentials.json_types import JsonObject
from schemas import context

FOLDER: Final = Path(__file__).parents[2] / ".peers"
DECIMAL: Final = "0123456789"
TRANSACTION: Final = f"0x{'ab' * 32}"


class DigitByDigit:
    """What python-baseconv's BaseConverter does with a number."""

    def __init__(self, digits: str) -> None:
        self.digits = digits

    def encode(self, number: int) -> str:
        """The number in these digits."""
        value = 0
        for digit in str(number):
            value = value * len(DECIMAL) + DECIMAL.index(digit)
        text = "" if value else self.digits[0]
        while value > 0:
            text = self.digits[value % len(self.digits)] + text
            value = int(value // len(self.digits))
        return text


@contextmanager
def ready_to_issue(documents: list[JsonObject]) -> Iterator[Callable[[], None]]:
    """Write a batch's unsigned certificates; what is handed over issues them."""
    with TemporaryDirectory() as folder:
        yield partial(_issue, len(documents), _prepared(documents, Path(folder)))


def _prepared(documents: list[JsonObject], folder: Path) -> SimpleNamespace:
    unsigned = folder / "unsigned"
    unsigned.mkdir(parents=True)
    for number, document in enumerate(documents):
        (unsigned / f"{number:07}.json").write_text(json.dumps(document), encoding="utf-8")
    return _config(folder, unsigned)


def _issue(count: int, config: SimpleNamespace) -> None:
    certs = _modules()
    certs.config.CONFIG = config
    handler = certs.handlers.CertificateV3Handler(config)
    tree = certs.trees.MerkleTreeGenerator()
    batch = certs.handlers.CertificateBatchHandler(_NoKey(), handler, tree, config)
    batch.pre_batch_actions(config)
    batch.prepare_batch()
    batch.finish_batch(TRANSACTION, certs.core.Chain.ethereum_sepolia)
    batch.post_batch_actions(config)
    written = list(Path(config.blockchain_certificates_dir).iterdir())
    assert len(written) == count
    assert "proofValue" in json.loads(written[0].read_text("utf-8"))["proof"]


def _config(folder: Path, unsigned: Path) -> SimpleNamespace:
    return SimpleNamespace(
        unsigned_certificates_dir=str(unsigned),
        signed_certificates_dir=str(folder / "signed"),
        blockchain_certificates_dir=str(folder / "issued"),
        work_dir=str(folder / "work"),
        verification_method="did:web:school.example#ethereum-1",
        issuance_timezone="UTC",
        multiple_proofs="concurrent",
        context_urls=None,
        context_file_paths=None,
    )


class _NoKey:
    """cert-issuer opens the key of its Ethereum account around signing, which signs nothing."""

    def start(self) -> None:
        """Nothing to open."""

    def stop(self) -> None:
        """Nothing to close."""


@cache
def _modules() -> SimpleNamespace:
    """The program's modules, imported with what stands in for packages without wheels."""
    _stand_in("pycoin")
    _stand_in("pycoin.encoding")
    _stand_in("pycoin.encoding.hexbytes", b2h=bytes.hex, h2b=bytes.fromhex)
    _stand_in("bitcoin")
    _stand_in("baseconv", BaseConverter=DigitByDigit)
    _stand_in("glob2", iglob=_iglob)
    sys.path.append(str(FOLDER))
    logging.getLogger().setLevel(logging.ERROR)
    import cert_core  # noqa: PLC0415 - after the stand-ins
    import cert_issuer.certificate_handlers as handlers  # noqa: PLC0415 - after the stand-ins
    import cert_issuer.merkle_tree_generator as trees  # noqa: PLC0415 - after the stand-ins
    from cert_issuer import config  # noqa: PLC0415 - after the stand-ins
    from cert_schema import extend_preloaded_context  # noqa: PLC0415 - after the stand-ins

    for url in (
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ):
        extend_preloaded_context(url, context(url))
    return SimpleNamespace(core=cert_core, handlers=handlers, config=config, trees=trees)


def _iglob(pattern: str, *, with_matches: bool) -> Iterator[tuple[str, tuple[str]]]:
    assert with_matches
    for path in Path(pattern).parent.glob(Path(pattern).name):
        yield str(path), (path.stem,)


def _stand_in(name: str, **members: object) -> None:
    module = ModuleType(name)
    module.__dict__.update(members)
    sys.modules[name] = module
