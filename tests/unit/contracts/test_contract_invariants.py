"""Whatever anybody does, in any order: the contracts beside plain Python models of them."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contracts import issuer_registry as registry
from contracts.artifacts import credential_anchor, issuer_registry
from contracts.credential_anchor import anchored_at_calldata, storage_slot
from contracts.words import word_of_address, word_of_number

ACCOUNTS = st.integers(0, 3)
ROOTS = st.integers(0, 4).map(lambda number: bytes([number]) * 32)
GETTER = bytes.fromhex("f8c2919d")
DIDS = [registry.did_hash(f"did:web:school-{number}.example") for number in range(2)]
PAUSES = st.sampled_from([0, 1, 12, 3600])


class AnchorMachine(RuleBasedStateMachine):
    """CredentialAnchor is a map (sender, root) → time of which each entry is written once."""

    def __init__(self, evm, reverted) -> None:
        super().__init__()
        self.evm, self.reverted = evm, reverted
        self.senders = [evm.account(0x100 + number) for number in range(4)]
        self.contract = evm.deploy(self.senders[0], credential_anchor().bytecode)
        self.model: dict[tuple[str, bytes], int] = {}

    def attempt(self, who: int, data: bytes, value: int = 0) -> bool:
        try:
            self.evm.send(self.senders[who], self.contract, data, value)
        except self.reverted:
            return False
        return True

    @rule(pause=PAUSES)
    def time_passes(self, pause) -> None:
        self.evm.wait(pause)

    @rule(who=ACCOUNTS, root=ROOTS)
    def anchor(self, who, root) -> None:
        pair = self.senders[who], root
        assert self.attempt(who, root) == (pair not in self.model)
        self.model.setdefault(pair, self.evm.time)

    @rule(who=ACCOUNTS, root=ROOTS, value=st.integers(1, 10**18))
    def anchor_with_money(self, who, root, value) -> None:
        assert not self.attempt(who, root, value)

    @rule(who=ACCOUNTS, data=st.binary(max_size=200).filter(lambda data: len(data) != 32))
    def anything_else(self, who, data) -> None:
        assert not self.attempt(who, data)

    @rule(who=ACCOUNTS, size=st.sampled_from([0, 4, 31, 33, 36, 64, 67, 69]), root=ROOTS)
    def nearly_a_root_or_a_question(self, who, size, root) -> None:
        question = anchored_at_calldata(self.senders[who], root) + b"\0"
        assert not self.attempt(who, (root * 3)[:size])
        assert not self.attempt(who, question[:size])

    @rule(who=ACCOUNTS, root=ROOTS, selector=st.binary(min_size=4, max_size=4))
    def ask_with_another_selector(self, who, root, selector) -> None:
        question = anchored_at_calldata(self.senders[who], root)
        assert self.attempt(who, selector + question[4:]) == (selector == GETTER)

    @rule(who=ACCOUNTS, whose=ACCOUNTS, root=ROOTS)
    def ask_by_a_transaction(self, who, whose, root) -> None:
        assert self.attempt(who, anchored_at_calldata(self.senders[whose], root))

    @rule(who=ACCOUNTS, words=st.binary(min_size=64, max_size=64))
    def ask_nonsense(self, who, words) -> None:
        assert self.attempt(who, GETTER + words) == (words[:12] == bytes(12))

    @invariant()
    def every_first_time_stands_and_nothing_else_is_stored(self) -> None:
        slots = {
            int.from_bytes(storage_slot(*pair), "big"): time for pair, time in self.model.items()
        }
        assert self.evm.whole_storage(self.contract) == slots

    @invariant()
    def the_getter_says_the_same(self) -> None:
        for pair, time in self.model.items():
            answer = self.evm.call(self.contract, anchored_at_calldata(*pair))
            assert int.from_bytes(answer, "big") == time

    @invariant()
    def it_holds_no_money(self) -> None:
        assert self.evm.balance(self.contract) == 0


class RegistryMachine(RuleBasedStateMachine):
    """IssuerRegistry is two lists a pair, which only grow, and of which the past never changes."""

    def __init__(self, evm, reverted) -> None:
        super().__init__()
        self.evm, self.reverted = evm, reverted
        self.accounts = [evm.account(0x200 + number) for number in range(4)]
        self.network, self.proposed = self.accounts[0], None
        code = issuer_registry().bytecode + word_of_address(self.network)
        self.contract = evm.deploy(self.accounts[1], code)
        # By (DID, account): (begin, end or 0, recorded, revocations before), and (time, reason).
        self.given: dict[tuple[bytes, str], list[tuple[int, int, int, int]]] = {}
        self.revoked: dict[tuple[bytes, str], list[tuple[int, str]]] = {}
        self.answered: dict[tuple[tuple[bytes, str], int], bool] = {}

    def attempt(self, who: int, data: bytes, value: int = 0) -> bool:
        try:
            self.evm.send(self.accounts[who], self.contract, data, value)
        except self.reverted:
            return False
        return True

    def records(self, pair) -> list[tuple[int, int, int, int, str]]:
        """As the getter answers: begin, end, recorded, revoked or 0, reason."""
        ends = [*self.revoked.get(pair, []), (0, "")]
        return [(*one[:3], *ends[one[3]]) for one in self.given.get(pair, [])]

    def expected(self, pair, time: int) -> bool:
        return any(
            begin <= time and (end == 0 or time < end) and (revoked == 0 or time < revoked)
            for begin, end, _, revoked, _ in self.records(pair)
        )

    def asked(self, pair, time: int) -> bool:
        data = registry.is_accredited_calldata(*pair, datetime.fromtimestamp(time, tz=UTC))
        return registry.read_flag(self.evm.call(self.contract, data))

    def revoke_pair(self, who: int, pair, reason: str) -> None:
        open_ends = [end for _, end, _, revoked, _ in self.records(pair) if not revoked]
        to_end = any(end == 0 or end > self.evm.time for end in open_ends)
        allowed = self.accounts[who] == self.network and to_end
        assert self.attempt(who, registry.revoke_calldata(*pair, reason)) == allowed
        if allowed:
            self.revoked.setdefault(pair, []).append((self.evm.time, reason))

    @rule(pause=PAUSES)
    def time_passes(self, pause) -> None:
        self.evm.wait(pause)

    @rule(
        who=ACCOUNTS,
        did=st.sampled_from(DIDS),
        anchor=ACCOUNTS,
        begin=st.sampled_from([None, -1, 0, 1, 100, 7200]),
        length=st.sampled_from([None, -1, 0, 1, 50, 5000]),
    )
    def accredit(self, who, did, anchor, begin, length) -> None:
        self.give(who, (did, self.accounts[anchor]), begin, length)

    def give(self, who: int, pair, begin: int | None, length: int | None) -> None:
        now = self.evm.time
        first = now if begin is None else now + begin
        last = 0 if length is None else first + length
        data = registry.accredit_calldata(*pair, None, None)[:-64]
        data += word_of_number(0 if begin is None else first) + word_of_number(last)
        allowed = self.accounts[who] == self.network and first >= now and (not last or last > first)
        assert self.attempt(who, data) == allowed
        if allowed:
            era = len(self.revoked.get(pair, []))
            self.given.setdefault(pair, []).append((first, last, now, era))

    @rule(who=ACCOUNTS, did=st.sampled_from(DIDS), anchor=ACCOUNTS)
    def revoke(self, who, did, anchor) -> None:
        self.revoke_pair(who, (did, self.accounts[anchor]), "closed")

    @precondition(lambda self: self.given)
    @rule(which=st.integers(0, 100))
    def revoke_what_is_there(self, which) -> None:
        pair = list(self.given)[which % len(self.given)]
        self.revoke_pair(self.accounts.index(self.network), pair, "key-compromise")

    @precondition(lambda self: self.given)
    @rule(which=st.integers(0, 100), length=st.sampled_from([0, 50, 5000]))
    def accredit_what_is_there(self, which, length) -> None:
        did, anchor = list(self.given)[which % len(self.given)]
        who, where = self.accounts.index(self.network), self.accounts.index(anchor)
        self.give(who, (did, self.accounts[where]), None, length or None)

    @rule(who=ACCOUNTS, did=st.sampled_from(DIDS))
    def real_calls_with_money(self, who, did) -> None:
        account = self.accounts[who]
        for data in (
            registry.accredit_calldata(did, account, None, None),
            registry.revoke_calldata(did, account, "closed"),
            registry.propose_network_calldata(account),
            registry.accept_network_calldata(),
        ):
            for sender in range(len(self.accounts)):
                assert not self.attempt(sender, data, value=1)

    @rule(who=ACCOUNTS, new=ACCOUNTS)
    def propose(self, who, new) -> None:
        data = registry.propose_network_calldata(self.accounts[new])
        allowed = self.accounts[who] == self.network
        assert self.attempt(who, data) == allowed
        self.proposed = self.accounts[new] if allowed else self.proposed

    @rule(who=ACCOUNTS)
    def accept(self, who) -> None:
        allowed = self.accounts[who] == self.proposed
        assert self.attempt(who, registry.accept_network_calldata()) == allowed
        if allowed:
            self.network, self.proposed = self.proposed, None

    @rule(who=ACCOUNTS, data=st.binary(max_size=200), value=st.integers(0, 1))
    def anything_else(self, who, data, value) -> None:
        assert not self.attempt(who, data, value)

    @rule(
        did=st.sampled_from(DIDS),
        anchor=ACCOUNTS,
        offset=st.sampled_from([-3600, -13, -1, 0, 1, 99, 5000]),
    )
    def ask(self, did, anchor, offset) -> None:
        pair, time = (did, self.accounts[anchor]), self.evm.time + offset
        answer = self.asked(pair, time)
        assert answer == self.expected(pair, time)
        if offset < 0:
            self.answered[pair, time] = answer

    @precondition(lambda self: self.given)
    @rule(which=st.integers(0, 100))
    def ask_around_the_edges(self, which) -> None:
        pair = list(self.given)[which % len(self.given)]
        edges = {edge for *times, _ in self.records(pair) for edge in times if edge}
        for time in {edge + near for edge in edges for near in (-1, 0, 1)}:
            assert self.asked(pair, time) == self.expected(pair, time)

    @invariant()
    def what_was_answered_about_the_past_stands(self) -> None:
        for (pair, time), answer in self.answered.items():
            assert self.asked(pair, time) == answer

    @invariant()
    def the_getter_says_what_was_recorded(self) -> None:
        for pair in self.given:
            for index, (*numbers, reason) in enumerate(self.records(pair)):
                data = registry.accreditation_calldata(*pair, index)
                answer = self.evm.call(self.contract, data)
                assert answer[:128] == b"".join(word_of_number(number) for number in numbers)
                assert registry.reason_of_word(answer[128:]) == reason

    @invariant()
    def nothing_else_is_stored(self) -> None:
        """Every slot that is not zero, its place worked out by contracts.issuer_registry."""
        slots = {word_of_number(registry.NETWORK_SLOT): int(self.network, 16)}
        slots[word_of_number(registry.NEXT_NETWORK_SLOT)] = int(self.proposed or "0x0", 16)
        for did in DIDS:
            anchors = [anchor for known, anchor in self.given if known == did]
            slots[registry.anchor_count_slot(did)] = len(anchors)
            for index, anchor in enumerate(anchors):
                slots[registry.anchor_slot(did, index)] = int(anchor, 16)
        for pair, given in self.given.items():
            slots[registry.accreditation_count_slot(*pair)] = len(given)
            for index, values in enumerate(given):
                slots |= dict(zip(registry.accreditation_slots(*pair, index), values, strict=True))
        for pair, revoked in self.revoked.items():
            slots[registry.revocation_count_slot(*pair)] = len(revoked)
            for index, (time, reason) in enumerate(revoked):
                words = time, int.from_bytes(registry.word_of_reason(reason), "big")
                slots |= dict(zip(registry.revocation_slots(*pair, index), words, strict=True))
        expected = {int.from_bytes(slot, "big"): value for slot, value in slots.items() if value}
        assert self.evm.whole_storage(self.contract) == expected

    @invariant()
    def it_holds_no_money(self) -> None:
        assert self.evm.balance(self.contract) == 0


def run(machine, evm, reverted, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        lambda: machine(evm(), reverted),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("machine", [AnchorMachine, RegistryMachine])
def test_the_contract_is_its_model(machine, new_evm, reverted):
    run(machine, new_evm, reverted, examples=30, steps=30)


@pytest.mark.slow
@pytest.mark.parametrize("machine", [AnchorMachine, RegistryMachine])
def test_the_contract_is_its_model_for_long(machine, new_evm, reverted):
    run(machine, new_evm, reverted, examples=400, steps=60)
