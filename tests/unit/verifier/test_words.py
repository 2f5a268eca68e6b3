"""The words of findings, and which finding gives the headline."""

import re

from hypothesis import given
from hypothesis import strategies as st

from verifier.checks import NAMES
from verifier.report import Outcome, Tone
from verifier.words import COPY, confirmed, finding, gravest, plain

OTHER = {"bundle", "check", "presentation", "verifier"}


def test_every_code_begins_with_its_check():
    assert {code.split(".")[0] for code in COPY} <= NAMES | OTHER


def test_tones_and_outcomes_agree():
    for code, words in COPY.items():
        if words.tone is Tone.BAD:
            assert words.outcome is Outcome.FAILED, code
        if words.outcome is Outcome.UNDETERMINED:
            assert words.tone in {Tone.OPEN, Tone.NOTE}, code
        if words.tone is Tone.GOOD:
            assert words.outcome in {Outcome.PASSED, Outcome.NOT_APPLICABLE}, code


def test_every_trouble_says_what_to_do():
    for code, words in COPY.items():
        if words.tone in {Tone.BAD, Tone.OPEN}:
            assert words.remedy, code


def test_no_bare_words_of_failure():
    for words in COPY.values():
        text = f"{words.headline} {words.sentence}".lower()
        assert not re.search(r"\b(invalid|failed|error|immutable|blockchain-verified)\b", text)


def test_the_gravest_finding_gives_the_headline():
    codes = ["trust.no-registry", "anchor.not-read", "status.withdrawn", "proof.passed"]
    found = [finding(code.split(".")[0], code) for code in codes]
    assert gravest(found).code == "status.withdrawn"
    assert gravest(found[:2]).code == "anchor.not-read"
    assert gravest([found[0], found[3]]).code == "trust.no-registry"
    assert gravest([found[3]]) is None


def test_ties_go_by_the_order_of_the_table():
    withdrawn, wrong = finding("status", "status.withdrawn"), finding("anchor", "anchor.wrong")
    assert gravest([wrong, withdrawn]) is withdrawn


def test_confirmed():
    headline, sentence = confirmed("Sample School", "2026-06-01 (UTC)")
    assert headline == "Confirmed: Sample School awarded this, and it stands today"
    assert sentence.startswith("Signed by the school, anchored on 2026-06-01 (UTC)")


@given(st.text(alphabet=st.characters(), max_size=600))
def test_text_from_outside_stays_one_short_line(text):
    shown = plain(text)
    assert len(shown) <= 200
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", shown)


@given(st.text(max_size=60))
def test_values_are_never_read_as_placeholders(text):
    found = finding("issuer", "issuer.passed", host=text + "{issuer}{0}")
    assert "…" not in found.sentence or "…" in text or len(text) > 150
