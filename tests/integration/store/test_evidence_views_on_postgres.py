"""What credentials say of evidence is the same on PostgreSQL."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from simulators.judging_store import NOW, Store
from simulators.postgres import Server
from sqlalchemy import Engine

from issuer.competency import service
from issuer.competency.badge_check import VerifiedBadge
from issuer.competency.badges import BadgeTerms, take_in
from issuer.competency.evidence_sources import BadgeView
from issuer.db import session_scope

PEOPLE = {
    "manifest": ["propertyName,value", "oneroster.version,1.2", "file.users,bulk"],
    "users": ["sourcedId,givenName,familyName", "tea,Tess,Teacher", "r1,Ola,Berg"],
}


@pytest.fixture
def postgres(server: Server) -> Iterator[Engine]:
    made = server.migrated()
    yield made
    made.dispose()


@pytest.mark.slow
def test_several_assessors_and_a_badge(
    postgres: Engine, tmp_path: Path, framework: dict[str, Any]
) -> None:
    (tmp_path / "framework.json").write_text(json.dumps(framework))
    folder = tmp_path / "roster"
    folder.mkdir()
    for name, lines in PEOPLE.items():
        (folder / f"{name}.csv").write_text("\n".join([*lines, ""]))
    badge = VerifiedBadge(
        id="urn:uuid:9",
        issuer="did:web:museum.example",
        issuer_name="Museum",
        achievement="Guide",
        level="",
        awarded_at=NOW,
        holder="",
        identities=(),
        sha256="ab" * 32,
    )
    with session_scope(postgres) as session:
        service.import_case(session, tmp_path / "framework.json", NOW)
        service.import_oneroster(session, folder, NOW)
    with session_scope(postgres) as session:
        terms = BadgeTerms("tea", "OT.1", level="Meeting")
        take_in(session, badge, terms, own_did="did:web:school.example", now=NOW)
    store = Store(postgres, tmp_path)
    rule = {"name": "two", "version": 1, "method": "average", "threshold": 1, "raters": 2}
    store.rules(rule | {"raters_kinds": ["project"], "state_kappa": True})
    first = store.see(2, learner="tea", assessorId="r1", assessorRole="reviewer")
    store.see(4, learner="tea", assessorId="r2", secondRatingOf=first)
    store.judge()
    [judgment] = store.mintable()
    work, museum = judgment.evidence
    assert work.points == Decimal(3)
    assert [(one.points, one.assessor_name) for one in work.ratings] == [
        (Decimal(2), "Ola Berg"),
        (Decimal(4), ""),
    ]
    assert museum.badge == BadgeView("did:web:museum.example", "urn:uuid:9")
    assert store.all_recompute()
