"""One document of each kind, with every member that its standard has."""

import json

import pytest

VC2 = "https://www.w3.org/ns/credentials/v2"
OB3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CLR2 = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
SCHOOL = "https://school.example"
TIMES = {"validFrom": "2026-06-01T12:00:00Z", "validUntil": "2036-06-01T12:00:00+02:00"}
JWS = "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl"

IMAGE = {"id": f"{SCHOOL}/logo.png", "type": "Image", "caption": "An owl"}
IDENTIFIER = {"type": "IdentifierEntry", "identifier": "0815", "identifierType": "sourcedId"}
ENDORSEMENT = {
    "@context": [VC2, OB3, EXTENSIONS],
    "id": "urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-5a3f3f0e0b01",
    "type": ["VerifiableCredential", "EndorsementCredential"],
    "name": "The network vouches for the school",
    "description": "Visited in spring.",
    "issuer": {"id": "did:web:network.example", "type": ["Profile"], "name": "A network"},
    **TIMES,
    "awardedDate": "2026-05-01T12:00:00Z",
    "credentialSubject": {
        "id": "did:web:school.example",
        "type": ["EndorsementSubject"],
        "endorsementComment": "It teaches what it says.",
    },
}
PROFILE = {
    "id": "did:web:school.example",
    "type": ["Profile"],
    "name": "A school",
    "url": SCHOOL,
    "phone": "+49 30 1234",
    "description": "By the lake",
    "endorsement": [ENDORSEMENT],
    "endorsementJwt": [JWS],
    "image": IMAGE,
    "email": "office@school.example",
    "address": {
        "type": ["Address"],
        "addressCountry": "Germany",
        "addressCountryCode": "DE",
        "addressRegion": "BE",
        "addressLocality": "Berlin",
        "streetAddress": "Seestraße 1",
        "postOfficeBoxNumber": "12",
        "postalCode": "13347",
        "geo": {"type": "GeoCoordinates", "latitude": 52.55, "longitude": 13},
    },
    "otherIdentifier": [IDENTIFIER],
    "official": "Head of school",
    "parentOrg": {"id": "did:web:network.example", "type": ["Profile"]},
    "familyName": "Noether",
    "givenName": "Emmy",
    "additionalName": "Amalie",
    "patronymicName": "Maxovna",
    "honorificPrefix": "Dr",
    "honorificSuffix": "habil.",
    "familyNamePrefix": "von",
    "dateOfBirth": "1882-03-23",
}
ALIGNMENT = {
    "type": ["Alignment"],
    "targetName": "Weighs evidence",
    "targetUrl": f"{SCHOOL}/ims/case/v1p1/CFItems/1",
    "targetCode": "OT.1.2",
    "targetDescription": "Which source to trust",
    "targetFramework": "Thinking",
    "targetType": "CFItem",
}
ACHIEVEMENT = {
    "id": f"{SCHOOL}/achievements/1",
    "type": ["Achievement"],
    "name": "Weighs evidence",
    "description": "Compares sources.",
    "criteria": {"id": f"{SCHOOL}/criteria/1", "narrative": "At least 3."},
    "achievementType": "Competency",
    "alignment": [ALIGNMENT],
    "creator": {"id": "did:web:network.example", "type": ["Profile"], "name": "A network"},
    "creditsAvailable": 1.5,
    "endorsement": [ENDORSEMENT],
    "endorsementJwt": [JWS],
    "fieldOfStudy": "History",
    "humanCode": "H-1",
    "image": IMAGE,
    "inLanguage": "en-US",
    "otherIdentifier": [IDENTIFIER],
    "related": [
        {
            "id": f"{SCHOOL}/achievements/0",
            "type": ["Related"],
            "inLanguage": "de",
            "version": "1",
        }
    ],
    "resultDescription": [
        {
            "id": f"{SCHOOL}/achievements/1#level",
            "type": ["ResultDescription"],
            "name": "Level",
            "resultType": "RubricCriterionLevel",
            "alignment": [ALIGNMENT],
            "allowedValue": ["Beginning", "Proficient"],
            "requiredLevel": f"{SCHOOL}/achievements/1#3",
            "requiredValue": "3",
            "valueMin": "1",
            "valueMax": "4",
            "rubricCriterionLevel": [
                {
                    "id": f"{SCHOOL}/achievements/1#3",
                    "type": ["RubricCriterionLevel"],
                    "name": "Proficient",
                    "description": "Alone",
                    "level": "3",
                    "points": "3",
                    "alignment": [ALIGNMENT],
                }
            ],
        }
    ],
    "specialization": "Sources",
    "tag": ["history"],
    "version": "2",
}
BADGE = {
    "@context": [VC2, OB3, EXTENSIONS],
    "id": "urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-5a3f3f0e0a01",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": "Weighs evidence",
    "description": "A badge",
    "image": IMAGE,
    "issuer": PROFILE,
    **TIMES,
    "awardedDate": "2026-05-30T12:00:00Z",
    "credentialSubject": {
        "id": "urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-5a3f3f0e0a02",
        "type": ["AchievementSubject"],
        "achievement": ACHIEVEMENT,
        "activityStartDate": "2026-01-10T08:00:00Z",
        "activityEndDate": "2026-05-10T08:00:00Z",
        "creditsEarned": 1,
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": "sha256$0123",
                "identityType": "emailAddress",
                "salt": "s",
            }
        ],
        "image": IMAGE,
        "licenseNumber": "77",
        "narrative": "In three essays",
        "result": [
            {
                "type": ["Result"],
                "resultDescription": f"{SCHOOL}/achievements/1#level",
                "achievedLevel": f"{SCHOOL}/achievements/1#3",
                "status": "Completed",
                "value": "3",
                "alignment": [ALIGNMENT],
            }
        ],
        "role": "Author",
        "source": {"id": "did:web:museum.example", "type": ["Profile"]},
        "term": "Spring",
    },
    "endorsement": [ENDORSEMENT],
    "endorsementJwt": [JWS],
    "evidence": [
        {
            "id": f"{SCHOOL}/essay/1",
            "type": ["Evidence"],
            "name": "Essay",
            "narrative": "3 of 4",
            "description": "On the fall of Rome",
            "genre": "Essay",
            "audience": "The class",
        }
    ],
    "credentialSchema": [{"id": f"{SCHOOL}/s", "type": "1EdTechJsonSchemaValidator2019"}],
    "credentialStatus": {
        "id": f"{SCHOOL}/status/1#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": f"{SCHOOL}/status/1",
    },
    "refreshService": {"id": f"{SCHOOL}/refresh", "type": "1EdTechCredentialRefresh"},
    "termsOfUse": [{"id": f"{SCHOOL}/terms", "type": "https://school.example/terms#Policy"}],
}
CLR = {
    "@context": [VC2, CLR2, OB3, EXTENSIONS],
    "id": "urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-5a3f3f0e0c01",
    "type": ["VerifiableCredential", "ClrCredential"],
    "name": "Transcript",
    "description": "All of it",
    "image": IMAGE,
    "partial": False,
    "issuer": {"id": "did:web:school.example", "type": ["Profile"], "name": "A school"},
    **TIMES,
    "awardedDate": "2026-05-30T12:00:00Z",
    "credentialSubject": {
        "id": "urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-5a3f3f0e0a02",
        "type": ["ClrSubject"],
        "identifier": BADGE["credentialSubject"]["identifier"],
        "achievement": [ACHIEVEMENT],
        "verifiableCredential": [BADGE],
        "association": [
            {
                "type": "Association",
                "associationType": "isChildOf",
                "sourceId": f"{SCHOOL}/achievements/1",
                "targetId": f"{SCHOOL}/achievements/0",
            }
        ],
    },
    "endorsement": [ENDORSEMENT],
    "endorsementJwt": [JWS],
}
STATUS_LIST = {
    "@context": [VC2],
    "id": f"{SCHOOL}/status/1",
    "type": ["VerifiableCredential", "BitstringStatusListCredential"],
    "issuer": "did:web:school.example",
    **TIMES,
    "credentialSubject": {
        "id": f"{SCHOOL}/status/1#list",
        "type": "BitstringStatusList",
        "statusPurpose": "revocation",
        "encodedList": "uH4sIAAAAAAAAA",
        "ttl": 300000,
    },
}
CREDENTIAL = {
    "@context": [VC2],
    "type": ["VerifiableCredential"],
    "issuer": "did:web:school.example",
    "credentialSubject": {"id": "did:example:subject"},
}
PRESENTATION = {
    "@context": [VC2],
    "type": ["VerifiablePresentation"],
    "verifiableCredential": [CREDENTIAL],
}


def whole(document):
    """A copy in which no two places share an object, as where it was read from a file."""
    return json.loads(json.dumps(document))


DOCUMENTS = {
    "achievement_credential": BADGE,
    "bitstring_status_list_credential": STATUS_LIST,
    "clr_credential": CLR,
    "endorsement_credential": ENDORSEMENT,
    "profile": PROFILE,
    "verifiable_credential": CREDENTIAL,
    "verifiable_presentation": PRESENTATION,
}


@pytest.fixture(scope="session")
def documents():
    """By kind; not to be changed."""
    return whole(DOCUMENTS)


@pytest.fixture
def credential():
    """The least that a credential can be."""
    return whole(CREDENTIAL)


@pytest.fixture
def full_badge():
    """A badge with every member that Open Badges 3.0.3 has."""
    return whole(BADGE)


@pytest.fixture
def transcript():
    """A transcript with every member that CLR 2.0.1 has."""
    return whole(CLR)


@pytest.fixture
def status_list():
    """A status list."""
    return whole(STATUS_LIST)
