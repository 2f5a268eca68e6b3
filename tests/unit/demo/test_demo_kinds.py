"""The closing table: a kind that is missing, or not verified, ends the road."""

import io

import pytest
from rich.console import Console

from demo.errors import NotAsExpected
from demo.kinds import CONFIRMED, RULE_KINDS, Shown, check_kinds, example_of
from demo.results import SchoolResult
from demo.sample.generate import RULES
from demo.tables import show_kinds
from issuer.competency.rule_reader import read_rules
from issuer.competency.rules import Combine, DecidedBy, Method

RULE_SET = read_rules(RULES.read_bytes(), RULES.name)
WHOLE = [
    Shown(kind, rule, "Amara Abara", "FK.1", "Advanced", f"urn:uuid:{rule}", "VERIFIED")
    for rule, kind in RULE_KINDS.items()
]
DUE = list(RULE_KINDS.values())


def judgment(rule, *, learner="A", mastered=True, state="decided", superseded_by=None):
    return {
        "rule": f"{rule}, version 1",
        "learner": learner,
        "mastered": mastered,
        "state": state,
        "superseded_by": superseded_by,
    }


def test_every_kind_of_rule_is_in_the_table():
    rules = {rule.name: rule for rule, _ in RULE_SET.assignments}
    assert set(RULE_KINDS) <= set(rules)
    shown = [rules[name] for name in (*RULE_KINDS, "beyond-school")]
    assert {rule.method for rule in shown} == set(Method)
    assert {rule.decided_by for rule in shown} == set(DecidedBy)
    assert {rule.combine for rule in shown} >= {Combine.ADJUDICATE, Combine.LOWER}
    assert any(rule.raters > 1 for rule in shown)
    assert any(rule.least_kappa for rule in shown)
    assert any(rule.level for rule in shown)
    assert any(rule.exclude_formative for rule in shown)
    assert any(rule.observed_from for rule in shown)
    assert any(rule.kinds_required for rule in shown)
    assert any(rule.settings_required for rule in shown)
    assert any(rule.members_required for rule in shown)


def test_a_whole_table_is_as_expected():
    check_kinds(WHOLE, DUE, every_credential=True)


@pytest.mark.parametrize("missing", list(range(len(WHOLE))))
def test_a_kind_that_is_missing_fails(missing):
    rows = WHOLE[:missing] + WHOLE[missing + 1 :]
    with pytest.raises(NotAsExpected, match=f"lacks: {WHOLE[missing].kind}"):
        check_kinds(rows, DUE, every_credential=False)


def test_what_the_verifier_does_not_confirm_fails():
    for verdict in ("REFUSED", "UNDECIDED", "NOT CONFIRMED"):
        rows = [*WHOLE[1:], Shown(DUE[0], "r", outcome="urn:uuid:1", verdict=verdict)]
        with pytest.raises(NotAsExpected, match=f"says {verdict}"):
            check_kinds(rows, DUE, every_credential=False)
    check_kinds([*WHOLE, Shown("Endorsed", verdict=CONFIRMED)], DUE, every_credential=True)


def test_a_kind_without_a_credential_fails_only_where_the_school_is_whole():
    rows = [*WHOLE[1:], Shown(DUE[0], "r", outcome="Two pieces are missing.")]
    check_kinds(rows, DUE, every_credential=False)
    with pytest.raises(NotAsExpected, match="no credential for"):
        check_kinds(rows, DUE, every_credential=True)


def test_example_is_of_the_featured_learner_and_mastered():
    rows = [
        judgment("r", learner="A", mastered=False),
        judgment("r", learner="B"),
        judgment("r", learner="A", superseded_by="x"),
        judgment("other", learner="A"),
    ]
    assert example_of("r", rows, "A") is rows[1]
    mine = judgment("r", learner="A")
    assert example_of("r", [*rows, mine], "A") is mine
    waiting = judgment("r", learner="A", state="proposed")
    assert example_of("r", [*rows, waiting], "A") is rows[1]


def test_a_rule_that_judged_nothing_fails():
    with pytest.raises(NotAsExpected, match="knowledge-held"):
        example_of("knowledge-held", [judgment("knowledge-held", superseded_by="x")], "A")


def test_table_prints_every_row_and_reads_nothing_as_markup():
    result = SchoolResult(
        *("S", "did:web:s", "F", 1, 1, 1, {}, 1, "ab", "0x1", 1, 1),
        anchored_at=None,
        shown=[*WHOLE, Shown("[bold]Odd", learner="[red]A", outcome="Why not: [x]")],
    )
    out = Console(width=120, record=True, file=io.StringIO())
    show_kinds(out, result)
    text = out.export_text()
    assert all(row.kind in text and row.outcome in text for row in result.shown)
    assert "[red]A" in text
