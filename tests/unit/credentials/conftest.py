"""A badge as the issuer makes them, without status and proof."""

import copy

import pytest

_BASE = "https://school.example/achievements/1"
_BADGE = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ],
    "id": "urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-5a3f3f0e0a01",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": "did:web:school.example", "type": ["Profile"], "name": "A school"},
    "name": "Weighs evidence",
    "validFrom": "2026-06-01T12:00:00Z",
    "credentialSubject": {
        "id": "urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-5a3f3f0e0a02",
        "type": ["AchievementSubject"],
        "achievement": {
            "id": _BASE,
            "type": ["Achievement"],
            "name": "Weighs evidence",
            "description": "Compares sources and says which one to trust.",
            "criteria": {"narrative": "The highest of all pieces of evidence is at least 3."},
            "alignment": [
                {
                    "type": ["Alignment"],
                    "targetName": "Weighs evidence",
                    "targetUrl": "https://school.example/ims/case/v1p1/CFItems/1",
                    "targetCode": "OT.1.2",
                    "targetType": "CFItem",
                }
            ],
            "resultDescription": [
                {
                    "id": f"{_BASE}#level",
                    "type": ["ResultDescription"],
                    "name": "Level",
                    "resultType": "RubricCriterionLevel",
                    "requiredLevel": f"{_BASE}#3",
                    "rubricCriterionLevel": [
                        {
                            "id": f"{_BASE}#{n}",
                            "type": ["RubricCriterionLevel"],
                            "name": name,
                            "points": str(n),
                        }
                        for n, name in enumerate(["Beginning", "Developing", "Proficient"], 1)
                    ],
                }
            ],
        },
        "result": [
            {
                "type": ["Result"],
                "resultDescription": f"{_BASE}#level",
                "achievedLevel": f"{_BASE}#3",
            }
        ],
    },
    "evidence": [{"type": ["Evidence"], "name": "Essay", "narrative": "3 of 4"}],
}


@pytest.fixture(scope="session")
def whole_badge():
    return _BADGE


@pytest.fixture
def badge(whole_badge):
    return copy.deepcopy(whole_badge)
