"""No byte of a bundle can be changed: it is then refused, left open, or no bundle any more."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credentials.proofs.unsecured import canonical_json
from keys.signers.file import FileSigner
from schemas.errors import TouchstoneError
from verifier.policy import Verdict

patient = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def small(school):
    """A bundle of one credential."""
    return school.bundle([school.issue()])


@pytest.fixture
def verdict(small, school, reader):
    """A function: the verdict on a changed bundle; None if it is none."""
    someone = reader(small, school)

    def of(data):
        try:
            return someone.check(data)[1].verdict
        except TouchstoneError:
            return None

    assert of(small) is Verdict.VERIFIED
    return of


def _flip_a_byte(verdict, small, data):
    at = data.draw(st.integers(0, len(small) - 1))
    changed = bytearray(small)
    changed[at] ^= data.draw(st.integers(1, 255))
    assert verdict(bytes(changed)) is not Verdict.VERIFIED


def _digits_of(text):
    return "0123456789abcdef" if text.startswith("0x") else "aZ09 -"


def _flip_a_value(verdict, small, data):
    """A character of a value becomes another: what is left is JSON, canonical, and a bundle."""
    document = json.loads(small)
    places = list(_texts(document))
    holder, member = data.draw(st.sampled_from(places))
    text = holder[member]
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from([it for it in _digits_of(text) if it != text[at]]))
    holder[member] = text[:at] + letter + text[at + 1 :]
    assert verdict(canonical_json(document)) is not Verdict.VERIFIED


def _drop_a_member(verdict, small, data):
    document = json.loads(small)
    holder, member = data.draw(st.sampled_from(list(_places(document))))
    del holder[member]
    assert verdict(canonical_json(document)) is not Verdict.VERIFIED


def _cut(verdict, small, data):
    start = data.draw(st.integers(0, len(small)))
    end = data.draw(st.integers(start, len(small)))
    if start < end:
        assert verdict(small[:start] + small[end:]) is not Verdict.VERIFIED


def _places(node):
    steps = node.items() if isinstance(node, dict) else enumerate(node)
    for member, value in list(steps):
        yield node, member
        if isinstance(value, dict | list):
            yield from _places(value)


def _texts(node):
    return ((it, member) for it, member in _places(node) if it[member] and type(it[member]) is str)


CHANGES = [_flip_a_byte, _flip_a_value, _drop_a_member, _cut]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change(change, small, verdict):
    @settings(patient, max_examples=25)
    @given(st.data())
    def run(data):
        change(verdict, small, data)

    run()


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_many_changes(change, small, verdict):
    @settings(patient, max_examples=2_000)
    @given(st.data())
    def run(data):
        change(verdict, small, data)

    run()


def _signed_again(verdict, small, data, school):
    """What the school itself signed may be anything, and is still answered in order."""
    places = list(_texts(json.loads(small)))
    number = data.draw(st.integers(0, len(places) - 1))
    letter = data.draw(st.sampled_from("0aZ:/#\u00e9"))

    def change(document):
        holder, member = list(_texts(document))[number]
        at = data.draw(st.integers(0, len(holder[member]) - 1))
        holder[member] = holder[member][:at] + letter + holder[member][at + 1 :]

    try:
        changed = school.sealed_again(small, change)
    except (TouchstoneError, ValueError):
        return
    verdict(changed)


def test_a_change_by_the_school_itself_breaks_nothing(small, school, verdict):
    @settings(patient, max_examples=40)
    @given(st.data())
    def run(data):
        _signed_again(verdict, small, data, school)

    run()


def test_every_text_of_it_signed_anew_by_a_stranger(small, school, verdict):
    """A stranger's signature over a changed bundle is worth nothing, whatever was changed."""
    stranger = FileSigner.generate()
    for number in range(0, len(list(_texts(json.loads(small)))), 7):

        def change(document, number=number):
            holder, member = list(_texts(document))[number]
            holder[member] += "0"

        try:
            changed = school.sealed_again(small, change, stranger)
        except (TouchstoneError, ValueError):
            continue
        assert verdict(changed) is not Verdict.VERIFIED
