"""A judgment that can be minted, as the competency store hands it over, and a school to mint."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.ethereum import EthereumClient
from issuer.commands.founding import Plan, found
from issuer.competency.mastery import Level
from issuer.competency.views import CompetencyView, EvidenceView, MintableJudgment, RuleView
from issuer.db import engine as make_engine
from issuer.db import session_scope
from issuer.identity import service as identity
from issuer.identity.node import open_node
from issuer.minting.service import Mint
from issuer.settings import Settings

NOW = datetime(2026, 6, 12, 9, 30, tzinfo=UTC)
LEVELS = tuple(
    Level(f"level-{n}", name, description, Decimal(n), n)
    for n, name, description in [
        (1, "Beginning", "Follows an example."),
        (2, "Developing", "Works with support."),
        (3, "Proficient", "Works alone in an unfamiliar situation."),
        (4, "Advanced", ""),
    ]
)


@pytest.fixture
def make_judgment() -> Callable[..., MintableJudgment]:
    """Makes judgments; each call another learner and evidence, changes by keyword."""

    def make(**changes: Any) -> MintableJudgment:
        piece = EvidenceView(
            id=str(uuid4()),
            kind="performance-task",
            title="",
            points=Decimal("3.50"),
            observed_at=NOW,
            assessor_kind="person",
            assessor_role="teacher",
            artefact_url="https://northgate.example/work/1",
            artefact_sha256="ab" * 32,
            formative=False,
            used=True,
        )
        judgment = MintableJudgment(
            judgment_id=uuid4(),
            judged_at=NOW,
            learner_id=uuid4(),
            learner_name="Amina Okafor",
            learner_sourced_id="student-1",
            learner_email="",
            competency=CompetencyView(
                id=UUID("6b1f2a8e-6f5b-4d6e-9f5b-0d8c0a3b1c11"),
                uri="https://case.example/ims/case/v1p1/CFItems/6b1f2a8e",
                code="HSF-IF.C.7",
                statement="Graph functions expressed symbolically and show key features.",
                short_statement="Modelling with functions",
                item_type="Standard",
                framework_id=uuid4(),
                framework_title="Northgate competencies",
                framework_uri="https://case.example/frameworks/1",
                path=("Mathematics",),
            ),
            rule=RuleView("steady-three", 1, "The average of the last three is at least 3."),
            levels=LEVELS,
            level=LEVELS[3],
            required_level=LEVELS[2],
            score=Decimal("3.5"),
            reasons=("The average of the last piece of evidence is 3.5 of 4 points.",),
            evidence=(piece, piece._replace(id=str(uuid4()), artefact_url="", artefact_sha256="")),
        )
        return replace(judgment, **changes)

    return make


PASSPHRASE = "correct horse battery staple"
BASE_URL = "http://127.0.0.1:8322"


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a school without learners, made once."""
    home = tmp_path_factory.mktemp("founded") / "home"
    plan = Plan(
        home=home,
        name="Northgate",
        base_url=BASE_URL,
        chain_port=0,
        insecure_loopback=True,
        scrypt_n=2**10,
    )
    found(plan, PASSPHRASE, datetime.now(UTC), lambda _step: None)
    return home


@pytest.fixture
def run(founded: Path, tmp_path: Path) -> Iterator[Mint]:
    """What minting works with, in a copy of that home, its local chain running."""
    home = shutil.copytree(founded, tmp_path / "home")
    settings = Settings.load(home, environ={}, insecure_loopback=True)
    engine = make_engine(settings.database)
    with session_scope(engine, read_only=True) as session:
        publisher = identity.open_publisher(session, settings, PASSPHRASE)
    account = EthereumAccount.unlock(settings.keystore_path, PASSPHRASE)
    with (
        open_node(settings) as node,
        EthereumClient(node.url, chain_id=settings.chain_id) as client,
    ):
        yield Mint(
            engine=engine,
            settings=settings,
            publisher=publisher,
            account=account,
            client=client,
            node_url=node.url,
            clock=lambda: datetime.now(UTC),
        )
    engine.dispose()
