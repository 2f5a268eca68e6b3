"""Minting can be interrupted anywhere and run again: nothing lost, nothing twice."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from contracts.errors import ChainUnreachable
from issuer.anchoring.ethereum import EthereumClient
from issuer.competency.views import MintableJudgment
from issuer.db import session_scope
from issuer.identity import repository as identity_rows
from issuer.identity.errors import WrongAccount
from issuer.identity.models import AnchorAccount
from issuer.minting import pipeline, repository, service, signing
from issuer.minting.errors import (
    AmbiguousCredential,
    MintedElsewhere,
    NotReleased,
    SelfCheckFailed,
    UnknownAchievement,
    UnknownCredential,
)
from issuer.minting.service import Mint, mint
from issuer.status import service as status
from verifier import intake

Make = Callable[..., MintableJudgment]
DEPLOYMENT = 1
"""Transactions of a new account before it anchors anything."""


class Interrupted(RuntimeError):
    """Stands for the plug being pulled."""


def with_judgments(run: Mint, judgments: list[MintableJudgment]) -> Mint:
    """The same school with something to mint."""
    return replace(run, judgments=lambda _session: list(judgments))


def interrupted_at(run: Mint, stage: str, done: int) -> Mint:
    """The same run, ending when its progress says so."""

    def progress(reached: str, so_far: int, _total: int) -> None:
        if (reached, so_far) == (stage, done):
            raise Interrupted

    return replace(run, progress=progress)


def rows(run: Mint) -> list[service.CredentialRow]:
    """Every credential there is."""
    with session_scope(run.engine, read_only=True) as session:
        return service.credentials(session)


def delivered(run: Mint, credential_id: str) -> dict[str, Any]:
    """One credential as its learner gets it."""
    with session_scope(run.engine, read_only=True) as session:
        return service.deliver(session, credential_id)


def minted_judgments(run: Mint) -> set[UUID]:
    """The judgments that have a credential, or are about to."""
    with session_scope(run.engine, read_only=True) as session:
        return repository.reserved_judgments(session)


def anchors_sent(run: Mint) -> int:
    """How many anchoring transactions the chain has of this school."""
    return run.client.transaction_count(run.account.address) - DEPLOYMENT


def test_a_batch_is_minted_anchored_and_released(run: Mint, make_judgment: Make) -> None:
    judgments = [make_judgment() for _ in range(5)]
    [batch] = mint(with_judgments(run, judgments))
    assert (batch.size, batch.resumed) == (5, False)
    found = rows(run)
    assert len(found) == 5
    assert all(row.released and row.anchored_at == batch.anchored_at for row in found)
    proofs = delivered(run, found[0].id)["proof"]
    assert [proof["cryptosuite"] for proof in proofs] == ["merkle-proof-2019", "eddsa-rdfc-2022"]
    assert proofs[0]["verificationMethod"].endswith("#ethereum-1")
    assert proofs[1]["verificationMethod"].endswith("#key-1")
    assert anchors_sent(run) == 1


def test_nothing_new_is_nothing_done(run: Mint, make_judgment: Make) -> None:
    judgments = [make_judgment()]
    assert mint(run) == []
    mint(with_judgments(run, judgments))
    before = delivered(run, rows(run)[0].id)
    assert mint(with_judgments(run, judgments)) == []
    assert delivered(run, rows(run)[0].id) == before
    assert anchors_sent(run) == 1


def test_only_what_is_new_is_minted(run: Mint, make_judgment: Make) -> None:
    first, second = make_judgment(), make_judgment()
    mint(with_judgments(run, [first]))
    [batch] = mint(with_judgments(run, [first, second]))
    assert batch.size == 1
    assert minted_judgments(run) == {first.judgment_id, second.judgment_id}
    assert anchors_sent(run) == 2


@pytest.mark.parametrize(
    ("stage", "done"),
    [
        ("Signing", 0),
        ("Signing", 3),
        ("Signing", 5),
        ("Anchoring", 0),
        ("Anchoring", 1),
        ("Checking", 0),
        ("Checking", 5),
    ],
)
def test_an_interrupted_run_is_continued(
    run: Mint, make_judgment: Make, monkeypatch: pytest.MonkeyPatch, stage: str, done: int
) -> None:
    monkeypatch.setattr(signing, "CHUNK", 3)
    judgments = [make_judgment() for _ in range(5)]
    ready = with_judgments(run, judgments)
    with pytest.raises(Interrupted):
        mint(interrupted_at(ready, stage, done))
    stored = {row.id for row in rows(run)}
    assert not any(row.released for row in rows(run))
    for credential_id in stored:
        with pytest.raises(NotReleased):
            delivered(run, credential_id)
    [batch] = mint(ready)
    assert batch.resumed
    assert stored <= {row.id for row in rows(run)}, "what was signed stays as it is"
    assert len(rows(run)) == 5
    assert minted_judgments(run) == {one.judgment_id for one in judgments}
    assert anchors_sent(run) == 1


@pytest.mark.parametrize("method", ["send_raw", "receipt", "latest_block_number"])
def test_a_chain_that_breaks_off_leaves_the_batch_unreleased(
    run: Mint, make_judgment: Make, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    ready = with_judgments(run, [make_judgment(), make_judgment()])

    def cut(*_: object) -> None:
        raise Interrupted

    with monkeypatch.context() as patch:
        patch.setattr(EthereumClient, method, cut)
        with pytest.raises(Interrupted):
            mint(ready)
    assert [row.released for row in rows(run)] == [False, False]
    [batch] = mint(ready)
    assert batch.resumed
    assert anchors_sent(run) == 1


def test_an_account_that_is_not_published_anchors_nothing(run: Mint, make_judgment: Make) -> None:
    with session_scope(run.engine) as session:
        [account] = identity_rows.anchor_accounts(session)
        account.revoked_at = run.clock()
        session.add(account)
        session.add(
            AnchorAccount(
                address="0x" + "00" * 20,
                fragment="ethereum-2",
                public_key="00" * 64,
                keystore="elsewhere",
                created_at=run.clock(),
            )
        )
    with pytest.raises(WrongAccount):
        mint(with_judgments(run, [make_judgment()]))
    assert rows(run) == []


def test_no_chain_means_nothing_is_begun(run: Mint, make_judgment: Make) -> None:
    ready = with_judgments(run, [make_judgment()])
    with (
        EthereumClient("http://127.0.0.1:9", chain_id=run.settings.chain_id) as nowhere,
        pytest.raises(ChainUnreachable),
    ):
        mint(replace(ready, client=nowhere))
    assert rows(run) == []
    assert minted_judgments(run) == set()


def test_a_judgment_superseded_before_it_was_signed_is_let_go(
    run: Mint, make_judgment: Make
) -> None:
    old, new, other = make_judgment(), make_judgment(), make_judgment()
    with pytest.raises(Interrupted):
        mint(interrupted_at(with_judgments(run, [old, other]), "Signing", 0))
    assert minted_judgments(run) == {old.judgment_id, other.judgment_id}
    [batch] = mint(with_judgments(run, [new, other]))
    assert batch.size == 2
    assert minted_judgments(run) == {new.judgment_id, other.judgment_id}


def test_a_batch_whose_judgments_are_all_gone_disappears(run: Mint, make_judgment: Make) -> None:
    with pytest.raises(Interrupted):
        mint(interrupted_at(with_judgments(run, [make_judgment()]), "Signing", 0))
    assert mint(run) == []
    with session_scope(run.engine, read_only=True) as session:
        assert service.batches(session) == []


def test_more_than_a_batch_holds_makes_further_batches(
    run: Mint, make_judgment: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "MAX_BATCH", 2)
    found = mint(with_judgments(run, [make_judgment() for _ in range(5)]))
    assert [batch.size for batch in found] == [2, 2, 1]
    assert anchors_sent(run) == 3


def test_the_database_itself_refuses_a_judgments_second_credential(
    run: Mint, make_judgment: Make
) -> None:
    judgment = make_judgment()
    [batch] = mint(with_judgments(run, [judgment]))
    row = {
        "batch_id": batch.id,
        "position": 9,
        "judgment_id": judgment.judgment_id,
        "credential_id": "urn:uuid:another",
    }
    with pytest.raises(IntegrityError), session_scope(run.engine) as session:
        repository.add_items(session, [row])


def test_what_our_own_verifier_rejects_is_not_released(run: Mint, make_judgment: Make) -> None:
    ready = with_judgments(run, [make_judgment()])
    with session_scope(run.engine) as session:
        version = identity_rows.newest_did_document(session)
        assert version is not None
        good = version.document
        version.document = good.replace("assertionMethod", "keyAgreement")
        session.add(version)
    with pytest.raises(SelfCheckFailed) as caught:
        mint(ready)
    [row] = rows(run)
    assert row.id in caught.value.sentence
    assert not row.released
    with session_scope(run.engine) as session:
        version = identity_rows.newest_did_document(session)
        assert version is not None
        version.document = good
        session.add(version)
    assert len(mint(ready)) == 1
    assert rows(run)[0].released


def test_a_credential_too_large_for_any_verifier_is_not_released(
    run: Mint, make_judgment: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is signed and anchored well, but nobody would read its file."""
    monkeypatch.setattr(intake, "MAX_FILE_BYTES", 1_000)
    with pytest.raises(SelfCheckFailed, match="Too large"):
        mint(with_judgments(run, [make_judgment()]))
    assert [row.released for row in rows(run)] == [False]


def test_a_batch_that_another_run_took_over_is_left_to_it(run: Mint, make_judgment: Make) -> None:
    mine, newer = make_judgment(), make_judgment()
    looks = iter([[mine], [newer]])
    reserved = pipeline._reserve

    def overtaken(*arguments: Any) -> UUID | None:
        found = reserved(*arguments)
        reserved(run, {newer.judgment_id: newer}, arguments[-1])
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "_reserve", overtaken)
        with pytest.raises(MintedElsewhere):
            mint(replace(run, judgments=lambda _session: next(looks)))
    assert [batch.size for batch in mint(with_judgments(run, [newer]))] == [1]


def test_a_credential_withdrawn_before_release_does_not_hold_back_the_others(
    run: Mint, make_judgment: Make
) -> None:
    ready = with_judgments(run, [make_judgment(), make_judgment()])
    with pytest.raises(Interrupted):
        mint(interrupted_at(ready, "Anchoring", 1))
    first = rows(run)[0].id
    with session_scope(run.engine) as session:
        status.revoke(session, first, "why", run.publisher, run.clock())
    assert len(mint(ready)) == 1
    assert [(row.released, row.revoked_at is None) for row in rows(run)] == [
        (True, False),
        (True, True),
    ]


def test_a_credential_is_found_by_what_is_unique_about_it(run: Mint, make_judgment: Make) -> None:
    mint(with_judgments(run, [make_judgment() for _ in range(17)]))
    ids = [row.id for row in rows(run)]
    with session_scope(run.engine, read_only=True) as session:
        assert service.find_credential(session, ids[0]) == ids[0]
        assert service.find_credential(session, ids[0].removeprefix("urn:uuid:")) == ids[0]
        assert service.find_credential(session, f" {ids[3][9:30].upper()} ") == ids[3]
        with pytest.raises(UnknownCredential):
            service.find_credential(session, "no-such-id")
        with pytest.raises(UnknownCredential):
            service.deliver(session, "urn:uuid:no-such-id")
        with pytest.raises(UnknownAchievement):
            service.achievement(session, None)
        # Seventeen ids and sixteen hexadecimal digits: two begin alike.
        first_digits = [one[9] for one in ids]
        twice = next(digit for digit in first_digits if first_digits.count(digit) > 1)
        with pytest.raises(AmbiguousCredential, match="urn:uuid:"):
            service.find_credential(session, twice)


def test_equal_achievements_are_stored_once(run: Mint, make_judgment: Make) -> None:
    mint(with_judgments(run, [make_judgment(), make_judgment()]))
    mint(with_judgments(run, [make_judgment()]))
    with session_scope(run.engine, read_only=True) as session:
        assert len(repository.all_achievements(session)) == 1
