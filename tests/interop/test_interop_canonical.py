"""RDFC-1.0 held to rdf-canonize, on graphs full of blank nodes and on presentations."""

import copy
import json
import random
import subprocess
from pathlib import Path

import pytest

from credentials.canonical import expanded_quads
from credentials.rdfc import canonical_nquads

HERE = Path(__file__).parent
CASES = 400


def _written(quads):
    return "".join(f"{s} {p} {o} {g} .\n" if g else f"{s} {p} {o} .\n" for s, p, o, g in quads)


def _peer(cases):
    done = subprocess.run(
        ["node", str(HERE / "canonize.mjs")],
        input="\n".join(json.dumps(_written(case)) for case in cases),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _random_graph(pick):
    def node():
        return f"_:x{pick.randint(0, 4)}"

    return [
        (
            pick.choice([node(), "<urn:a>"]),
            pick.choice(["<urn:p>", "<urn:q>"]),
            pick.choice([node(), "<urn:b>", '"one"', '"eins"@de', '"a\\tb"']),
            pick.choice(["", "", "<urn:g>", "_:x0", "_:x1"]),
        )
        for _ in range(pick.randint(1, 12))
    ]


def test_graphs_full_of_blank_nodes_have_one_canonical_form():
    pick = random.Random(2026)  # the same graphs on every run
    cases = [_random_graph(pick) for _ in range(CASES)]
    assert [canonical_nquads(case) for case in cases] == _peer(cases)


BADGE = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ],
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"type": ["Profile"], "name": "A school"},
    "credentialSubject": {
        "type": ["AchievementSubject"],
        "achievement": {
            "type": ["Achievement"],
            "name": "Weighs evidence",
            "criteria": {"narrative": "The highest of all is at least 3."},
        },
        "result": [{"type": ["Result"], "value": "3"}, {"type": ["Result"], "value": "4"}],
    },
    "evidence": [{"type": ["Evidence"], "name": "Essay"}, {"type": ["Evidence"], "name": "Talk"}],
}


@pytest.mark.parametrize("alike", [True, False])
def test_presentations_of_alike_badges_have_one_canonical_form(alike):
    badges = [copy.deepcopy(BADGE) for _ in range(3)]
    if not alike:
        for number, badge in enumerate(badges):
            badge["id"] = f"urn:uuid:{number}"
    presentation = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": badges,
    }
    quads = expanded_quads(presentation)
    assert _peer([quads]) == [canonical_nquads(quads)]
    assert _peer([quads[:-1]]) != [canonical_nquads(quads)]
