"""What the objects of CASE 1.1 may hold (1EdTech CASE 1.1, information model), as data.

CASE 1.0 has the same objects without ``extensions`` and a few members; its servers put what they
have besides in line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

TEXT: Final = "text"
TEXTS: Final = "texts"
NUMBER: Final = "number"
INTEGER: Final = "integer"
MOMENT: Final = "moment"
LINK: Final = "link"
LINKS: Final = "links"
NODE: Final = "node"
"""A LinkGenURI: an end of an association, whose identifier need not be a GUID."""
OPEN: Final = "open"
"""An object that may hold anything."""
OPENS: Final = "opens"
EXTENSIONS: Final = "extensions"


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of CASE object.

    Args:
        members: the kind of value of each member; a Shape is an object, a tuple of one an array
            of such objects.
        required: members that have to be there, and what stands for one that is missing: the name
            of another member, ``@time``, ``@uri``, or ''.
        implied: members that say where the object is kept, which the package itself says in 1.1.
        extended_by: the kind of ``extensions``: OPEN, or OPENS for an array of objects.
    """

    members: "Mapping[str, str | Shape | tuple[Shape]]"
    required: Mapping[str, str] = field(default_factory=dict)
    implied: frozenset[str] = frozenset()
    extended_by: str = OPEN


_BASE: Final = {"identifier": TEXT, "uri": TEXT, "lastChangeDateTime": MOMENT}
_TITLED: Final = {**_BASE, "title": TEXT, "description": TEXT}
_SUBJECT: Final = {"subject": TEXTS, "subjectURI": LINKS}
_STANDING: Final = {
    "language": TEXT,
    "statusStartDate": TEXT,
    "statusEndDate": TEXT,
    "licenseURI": LINK,
    "notes": TEXT,
}
_CHANGED: Final = {"lastChangeDateTime": "@time"}

DOCUMENT: Final = Shape(
    {
        **_BASE,
        **_SUBJECT,
        **_STANDING,
        "frameworkType": TEXT,
        "caseVersion": TEXT,
        "creator": TEXT,
        "title": TEXT,
        "officialSourceURL": TEXT,
        "publisher": TEXT,
        "description": TEXT,
        "version": TEXT,
        "adoptionStatus": TEXT,
    },
    _CHANGED,
    implied=frozenset({"CFPackageURI"}),
)
ITEM: Final = Shape(
    {
        **_BASE,
        **_SUBJECT,
        **_STANDING,
        "fullStatement": TEXT,
        "alternativeLabel": TEXT,
        "CFItemType": TEXT,
        "humanCodingScheme": TEXT,
        "listEnumeration": TEXT,
        "abbreviatedStatement": TEXT,
        "conceptKeywords": TEXTS,
        "conceptKeywordsURI": LINK,
        "educationLevel": TEXTS,
        "CFItemTypeURI": LINK,
    },
    _CHANGED,
    implied=frozenset({"CFDocumentURI"}),
)
ASSOCIATION: Final = Shape(
    {
        **_BASE,
        "associationType": TEXT,
        "sequenceNumber": INTEGER,
        "originNodeURI": NODE,
        "destinationNodeURI": NODE,
        "CFAssociationGroupingURI": LINK,
        "notes": TEXT,
    },
    _CHANGED,
    implied=frozenset({"CFDocumentURI"}),
)
LEVEL: Final = Shape(
    {
        **_BASE,
        "description": TEXT,
        "quality": TEXT,
        "score": NUMBER,
        "feedback": TEXT,
        "position": INTEGER,
        "rubricCriterionId": TEXT,
    },
    {"uri": "@uri", "lastChangeDateTime": "@time"},
    extended_by=OPENS,
)
CRITERION: Final = Shape(
    {
        **_BASE,
        "category": TEXT,
        "description": TEXT,
        "CFItemURI": LINK,
        "weight": NUMBER,
        "position": INTEGER,
        "rubricId": TEXT,
        "CFRubricCriterionLevels": (LEVEL,),
    },
    {"uri": "@uri", "lastChangeDateTime": "@time"},
)
RUBRIC: Final = Shape(
    {**_TITLED, "CFRubricCriteria": (CRITERION,)}, {"uri": "@uri", "lastChangeDateTime": "@time"}
)
_NAMED: Final = {"uri": "@uri", "lastChangeDateTime": "@time", "title": "description"}
_PLACED: Final = {**_NAMED, "hierarchyCode": ""}
_GROUPING: Final = Shape(_TITLED, _NAMED)
_SUBJECT_SHAPE: Final = Shape({**_TITLED, "hierarchyCode": TEXT}, _PLACED)
_CONCEPT: Final = Shape({**_TITLED, "keywords": TEXT, "hierarchyCode": TEXT}, _PLACED)
_ITEM_TYPE: Final = Shape(
    {**_TITLED, "hierarchyCode": TEXT, "typeCode": TEXT}, {**_PLACED, "description": "title"}
)
_LICENSE: Final = Shape({**_TITLED, "licenseText": TEXT}, {**_NAMED, "licenseText": ""})
DEFINITIONS: Final = Shape(
    {
        "CFConcepts": (_CONCEPT,),
        "CFSubjects": (_SUBJECT_SHAPE,),
        "CFLicenses": (_LICENSE,),
        "CFItemTypes": (_ITEM_TYPE,),
        "CFAssociationGroupings": (_GROUPING,),
    }
)
PACKAGE: Final = Shape(
    {
        "CFDocument": DOCUMENT,
        "CFItems": (ITEM,),
        "CFAssociations": (ASSOCIATION,),
        "CFDefinitions": DEFINITIONS,
        "CFRubrics": (RUBRIC,),
    }
)

_DOCUMENT_LINK: Final = {"CFDocumentURI": LINK}
LONE_DOCUMENT: Final = Shape({**DOCUMENT.members, "CFPackageURI": LINK}, _CHANGED)
"""A CFDocument outside its package."""
LONE_ITEM: Final = Shape({**ITEM.members, **_DOCUMENT_LINK}, _CHANGED)
"""A CFItem outside its package."""
LONE_ASSOCIATION: Final = Shape({**ASSOCIATION.members, **_DOCUMENT_LINK}, _CHANGED)
"""A CFAssociation outside its package."""
