"""Minting can be interrupted anywhere and run again: nothing lost, nothing twice."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from contracts.errors import ChainUnreachable
from issuer.anchoring import service as anchoring
from issuer.anchoring.ethereum import EthereumClient
from issuer.competency.views import MintableJudgment
from issuer.db import session_scope
from issuer.identity import repository as identity_rows
from issuer.identity.errors import WrongAccount
from issuer.identity.models import AnchorAccount
from issuer.minting import (
    anchored,
    models,
    patience,
    repository,
    self_check,
    service,
    signing,
    stages,
    work_repository,
)
from issuer.minting.errors import (
    AmbiguousCredential,
    MintedElsewhere,
    NotReleased,
    SelfCheckFailed,
    SelfCheckUndecided,
    UnknownAchievement,
    UnknownCredential,
)
from issuer.minting.models import BatchItem
from issuer.minting.service import Mint, mint
from issuer.status import service as status
from issuer.workflow.stopping import Stop
from verifier import intake

Make = Callable[..., MintableJudgment]
DEPLOYMENT = 2
"""Transactions of a new account before its first batch: the contract, and the DID document."""


class Interrupted(RuntimeError):
    """Stands for the plug being pulled."""


@dataclass(frozen=True)
class Listed:
    """Judgments that were never stored (issuer.minting.run.Store)."""

    judgments: list[MintableJudgment]

    def ids(self, _session: Session) -> Iterator[UUID]:
        return iter([one.judgment_id for one in self.judgments])

    def standing(self, _session: Session, ids: Sequence[UUID]) -> set[UUID]:
        return {one.judgment_id for one in self.judgments} & set(ids)

    def views(self, _session: Session, ids: Sequence[UUID]) -> list[MintableJudgment]:
        known = {one.judgment_id: one for one in self.judgments}
        return [known[one] for one in ids if one in known]


def with_judgments(run: Mint, judgments: list[MintableJudgment]) -> Mint:
    """The same school with something to mint."""
    return replace(run, store=Listed(judgments), stop=Stop())


def again(run: Mint) -> Mint:
    """The same school, in what would be another process."""
    return replace(run, stop=Stop())


@contextmanager
def broken(module: object, name: str, *, after: bool = False, at_call: int = 1) -> Iterator[None]:
    """The run, ending before or after one call of a function."""
    whole: Callable[..., Any] = getattr(module, name)
    calls = count(1)

    def cut(*arguments: Any, **named: Any) -> Any:
        if next(calls) != at_call:
            return whole(*arguments, **named)
        if after:
            whole(*arguments, **named)
        raise Interrupted

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, cut)
        yield


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
        return set(session.exec(select(BatchItem.judgment_id)))


def anchors_sent(run: Mint) -> int:
    """How many anchoring transactions the chain has of this school."""
    return run.client.transaction_count(run.account.address) - DEPLOYMENT


def ask_chain(run: Mint, method: str, *params: object) -> Any:
    """What the local chain answers."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return httpx.post(run.node_url, json=body).json()["result"]


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


CUTS: list[tuple[object, str, bool, int]] = [
    (signing, "place_chunk", False, 1),
    (signing, "prepare_chunk", True, 2),
    (signing, "store_chunk", True, 2),
    (stages, "store_tree", False, 1),
    (anchoring, "prepare_root", False, 1),
    (anchoring, "prepare_root", True, 1),
    (anchoring, "advance_anchor", False, 1),
    (anchoring, "advance_anchor", True, 1),
    (anchored, "_record", True, 1),
    (self_check, "check_delivered", False, 1),
    (self_check, "check_delivered", True, 5),
    (stages, "_release", False, 1),
]


QUICK = {"prepare_chunk", "advance_anchor"}
"""What is cut in `make test`; the other cuts are slow tests."""


@pytest.mark.parametrize(
    ("module", "name", "after", "at_call"),
    [one if one[1] in QUICK else pytest.param(*one, marks=pytest.mark.slow) for one in CUTS],
)
def test_a_run_that_broke_off_is_continued(
    run: Mint,
    make_judgment: Make,
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    name: str,
    after: bool,
    at_call: int,
) -> None:
    monkeypatch.setattr(models, "CHUNK", 3)
    judgments = [make_judgment() for _ in range(5)]
    ready = with_judgments(run, judgments)
    with broken(module, name, after=after, at_call=at_call), pytest.raises(Interrupted):
        mint(ready)
    stored = {row.id for row in rows(run)}
    assert not any(row.released for row in rows(run))
    for credential_id in stored:
        with pytest.raises(NotReleased):
            delivered(run, credential_id)
    [batch] = mint(again(ready))
    assert batch.resumed
    assert stored <= {row.id for row in rows(run)}, "what was signed stays as it is"
    assert len(rows(run)) == 5
    assert minted_judgments(run) == {one.judgment_id for one in judgments}
    assert anchors_sent(run) == 1


@pytest.mark.slow
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
    [batch] = mint(again(ready))
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
    with broken(signing, "place_chunk"), pytest.raises(Interrupted):
        mint(with_judgments(run, [old, other]))
    assert minted_judgments(run) == {old.judgment_id, other.judgment_id}
    found = mint(with_judgments(run, [new, other]))
    assert [(batch.size, batch.resumed) for batch in found] == [(1, True), (1, False)]
    assert minted_judgments(run) == {new.judgment_id, other.judgment_id}


@pytest.mark.slow
@pytest.mark.parametrize("gone", [[1, 3], [0, 1, 2], [3, 4]])
def test_what_was_let_go_leaves_no_gap(
    run: Mint, make_judgment: Make, monkeypatch: pytest.MonkeyPatch, gone: list[int]
) -> None:
    """The last credentials move into the gaps, and every proof still fits."""
    monkeypatch.setattr(models, "CHUNK", 2)
    judgments = [make_judgment() for _ in range(5)]
    with broken(signing, "place_chunk"), pytest.raises(Interrupted):
        mint(with_judgments(run, judgments))
    left = [one for number, one in enumerate(judgments) if number not in gone]
    [batch] = mint(with_judgments(run, left))
    assert batch.size == len(left) == len(rows(run))
    assert minted_judgments(run) == {one.judgment_id for one in left}
    with session_scope(run.engine, read_only=True) as session:
        assert work_repository.positions(session, batch.id) == list(range(len(left)))
    # It was checked, and so every credential, before it was released.
    assert all(row.released for row in rows(run))


def test_a_batch_whose_judgments_are_all_gone_disappears(run: Mint, make_judgment: Make) -> None:
    with broken(signing, "place_chunk"), pytest.raises(Interrupted):
        mint(with_judgments(run, [make_judgment()]))
    assert mint(again(run)) == []
    with session_scope(run.engine, read_only=True) as session:
        assert service.batches(session) == []


@pytest.mark.slow
def test_more_than_a_batch_holds_makes_further_batches(
    run: Mint, make_judgment: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "MAX_BATCH", 2)
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
    assert len(mint(again(ready))) == 1
    assert rows(run)[0].released


def test_a_chain_that_does_not_answer_our_verifier_is_asked_again_later(
    run: Mint, make_judgment: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE_S", 0.0)
    ready = with_judgments(run, [make_judgment()])
    with pytest.raises(SelfCheckUndecided):
        mint(replace(ready, node_url="http://127.0.0.1:9"))
    assert [row.released for row in rows(run)] == [False]
    [batch] = mint(again(ready))
    assert batch.resumed
    assert anchors_sent(run) == 1


def test_a_block_that_went_away_before_the_check_is_made_up_for(
    run: Mint, make_judgment: Make
) -> None:
    """The same signed bytes are sent once more, and the new block's time is what is told."""
    ready = with_judgments(run, [make_judgment()])
    before = ask_chain(run, "evm_snapshot")
    with broken(self_check, "check_delivered"), pytest.raises(Interrupted):
        mint(ready)
    assert ask_chain(run, "evm_revert", before)
    assert anchors_sent(run) == 0
    ask_chain(run, "evm_increaseTime", 60)
    [batch] = mint(again(ready))
    assert anchors_sent(run) == 1
    block = ask_chain(run, "eth_getTransactionReceipt", batch.transaction)["blockNumber"]
    time = int(ask_chain(run, "eth_getBlockByNumber", block, False)["timestamp"], 16)
    assert batch.anchored_at.timestamp() == time
    assert all(row.released for row in rows(run))


def test_a_released_anchor_that_is_lost_is_anchored_again(run: Mint, make_judgment: Make) -> None:
    before = ask_chain(run, "evm_snapshot")
    mint(with_judgments(run, [make_judgment()]))
    assert anchored.keep_anchored(run) == []
    assert ask_chain(run, "evm_revert", before)
    for _ in range(50):
        if not anchored.keep_anchored(run):
            break
    assert anchors_sent(run) == 1
    [row] = rows(run)
    assert delivered(run, row.id)


def test_a_credential_too_large_for_any_verifier_is_not_released(
    run: Mint, make_judgment: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is signed and anchored well, but nobody would read its file."""
    monkeypatch.setattr(intake, "MAX_FILE_BYTES", 1_000)
    with pytest.raises(SelfCheckFailed, match="Too large"):
        mint(with_judgments(run, [make_judgment()]))
    assert [row.released for row in rows(run)] == [False]


def test_a_judgment_that_vanished_ends_the_attempt(run: Mint, make_judgment: Make) -> None:
    judgment = make_judgment()
    ready = with_judgments(run, [judgment])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Listed, "views", lambda *_: [])
        with pytest.raises(MintedElsewhere):
            mint(ready)
    assert [batch.size for batch in mint(again(ready))] == [1]


def test_a_credential_withdrawn_before_release_does_not_hold_back_the_others(
    run: Mint, make_judgment: Make
) -> None:
    ready = with_judgments(run, [make_judgment(), make_judgment()])
    with broken(anchored, "_record", after=True), pytest.raises(Interrupted):
        mint(ready)
    first = rows(run)[0].id
    with session_scope(run.engine) as session:
        status.revoke(session, first, "why", run.publisher, run.clock())
    assert len(mint(again(ready))) == 1
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
