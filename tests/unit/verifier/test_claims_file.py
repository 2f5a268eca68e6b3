"""Claims files in JSON and TOML, and what is wrong with others."""

import json
from datetime import UTC, datetime

import pytest

from verifier.claims_file import MAX_CLAIMS, Claim, read_claims
from verifier.errors import ClaimsInvalid


def read(tmp_path, content, name="claims.json"):
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return read_claims(path)


def test_both_forms(tmp_path):
    whole = {
        "competency": "OT.1.2",
        "at_least": "Proficient",
        "by": "2026-06",
        "issuer": "school.example",
        "accredited_by": "The network",
    }
    toml = "[[claims]]\n" + "\n".join(f'{name} = "{value}"' for name, value in whole.items())
    expected = [
        Claim(
            "OT.1.2",
            "Proficient",
            datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC),
            "school.example",
            "The network",
        )
    ]
    assert read(tmp_path, [whole]) == expected
    assert read(tmp_path, {"claims": [whole]}) == expected
    assert read(tmp_path, toml, "claims.toml") == expected
    assert expected[0].words() == (
        "OT.1.2, at Proficient or above, by 2026-06-30, from school.example, "
        "from a school accredited by The network"
    )


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("2026", (2026, 12, 31, 23, 59, 59)),
        ("2024-02", (2024, 2, 29, 23, 59, 59)),
        ("2026-02-03", (2026, 2, 3, 23, 59, 59)),
        ("2026-02-03T04:05:06Z", (2026, 2, 3, 4, 5, 6)),
        ("2026-02-03T04:05:06+02:00", (2026, 2, 3, 2, 5, 6)),
    ],
)
def test_dates(tmp_path, by, expected):
    (claim,) = read(tmp_path, [{"competency": "a", "by": by}])
    assert claim.by == datetime(*expected, tzinfo=UTC)


def test_dates_of_toml(tmp_path):
    (claim,) = read(tmp_path, '[[claims]]\ncompetency = "a"\nby = 2026-06-30\n', "c.toml")
    assert claim.by == datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "content",
    [
        "no json",
        "[" * 10_000,
        [],
        {},
        {"claims": {}},
        {"claims": [], "more": 1},
        ["OT.1.2"],
        [{}],
        [{"competency": ""}],
        [{"competency": 5}],
        [{"competency": "a", "atleast": 3}],
        [{"competency": "a", "at_least": True}],
        [{"competency": "a", "at_least": []}],
        [{"competency": "a", "at_least": float("nan")}],
        [{"competency": "a", "at_least": float("inf")}],
        [{"competency": "a", "by": "soon"}],
        [{"competency": "a", "by": "2026-13"}],
        [{"competency": "a", "by": "2026-02-30"}],
        [{"competency": "a", "by": "2026-02-03T04:05:06"}],
        [{"competency": "a", "issuer": 5}],
        [{"competency": "a"}] * (MAX_CLAIMS + 1),
    ],
)
def test_what_cannot_be_understood_is_refused(tmp_path, content):
    with pytest.raises(ClaimsInvalid) as caught:
        read(tmp_path, content)
    assert "claims.json" in caught.value.sentence


def test_the_claim_is_named(tmp_path):
    with pytest.raises(ClaimsInvalid, match="claim 2"):
        read(tmp_path, [{"competency": "a"}, {"competency": 5}])


def test_no_such_file(tmp_path):
    with pytest.raises(ClaimsInvalid):
        read_claims(tmp_path / "none.json")
