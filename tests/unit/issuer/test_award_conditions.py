"""What contracts are asked, and what their answers mean: nothing of a person, nothing guessed."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from contracts.errors import ChainBadAnswer
from contracts.words import selector, word_of_address, word_of_number
from issuer.anchoring.errors import NoCode, WrongChain
from issuer.awards.definitions import NETWORK, Condition, Returns
from issuer.awards.world import SchoolChain
from issuer.settings import make

ACCOUNT = "0x000000000000000000000000000000000000dEaD"
CONTRACT = "0x0000000000000000000000000000000000000001"


@dataclass
class Client:
    """A node that answers one thing."""

    answer: bytes = word_of_number(1)
    there: bytes = b"\x01"
    chain_id: int = 1
    asked: list[tuple[str, bytes]] = field(default_factory=list)

    def code(self, _address: str) -> bytes:
        return self.there

    def call(self, to: str, data: bytes) -> bytes:
        self.asked.append((to, data))
        return self.answer


@pytest.fixture
def settings(tmp_path: Any) -> Any:
    values = {"home": tmp_path, "name": "N", "base_url": "https://a.example"}
    return make(values | {"did": "did:web:a.example"})


def condition(**more: Any) -> Condition:
    values: dict[str, Any] = {
        "chain_id": 1,
        "contract": CONTRACT,
        "function": "paid(address,uint256)",
        "arguments": ("{school.account}", "7"),
        "returns": Returns.BOOL,
        "equals": "true",
    }
    return Condition(**(values | more))


def test_a_view_is_asked_with_the_schools_own_account(settings: Any) -> None:
    client: Any = Client()
    assert SchoolChain(settings, client).holds(condition(), ACCOUNT)
    words = word_of_address(ACCOUNT) + word_of_number(7)
    assert client.asked == [(CONTRACT, selector("paid(address,uint256)") + words)]


@pytest.mark.parametrize(
    ("returns", "equals", "answer", "holds"),
    [
        (Returns.BOOL, "true", word_of_number(0), False),
        (Returns.UINT256, "12", word_of_number(12), True),
        (Returns.UINT256, "12", word_of_number(13), False),
        (Returns.ADDRESS, ACCOUNT, word_of_address(ACCOUNT), True),
        (Returns.BYTES32, "0x" + "ab" * 32, b"\xab" * 32, True),
    ],
)
def test_an_answer_is_compared_as_its_type(
    settings: Any, returns: Returns, equals: str, answer: bytes, holds: bool
) -> None:
    client: Any = Client(answer)
    asked = condition(function="f()", arguments=(), returns=returns, equals=equals)
    assert SchoolChain(settings, client).holds(asked, "") is holds


@pytest.mark.parametrize("answer", [b"", b"\x01", word_of_number(2), word_of_number(1) * 2])
def test_an_answer_of_another_type_is_no_answer(settings: Any, answer: bytes) -> None:
    client: Any = Client(answer)
    with pytest.raises(ChainBadAnswer):
        SchoolChain(settings, client).holds(condition(), ACCOUNT)


def test_what_cannot_be_asked_is_said(settings: Any) -> None:
    client: Any = Client()
    with pytest.raises(WrongChain):
        SchoolChain(settings, client).holds(condition(chain_id=2), ACCOUNT)
    client.there = b""
    with pytest.raises(NoCode):
        SchoolChain(settings, client).holds(condition(), ACCOUNT)
    with pytest.raises(NoCode):
        SchoolChain(settings, client).accredits(NETWORK, "did:web:b.example")
