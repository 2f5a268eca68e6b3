"""Versions of a framework side by side: what was said before a newer package took its place.

The framework itself is kept in rows; a version that was replaced is kept whole, as one package.
A judgment names the CompetencyVersion that it was made under, so that what is minted from it says
the wording of that time.
"""

import json
import zlib
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlmodel import Session

from credentials.json_types import JsonObject
from issuer.competency import version_repository as versions
from issuer.competency.case_export import export_package, framework_named, package_text
from issuer.competency.errors import UnknownFrameworkVersion
from issuer.competency.frameworks import Frameworks
from issuer.competency.models import CompetencyVersion, Framework, FrameworkVersion
from issuer.competency.views import CompetencyView, FrameworkVersionView

_NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://touchstone.example/competency-version")
_IDENTIFIERS: Final = ("id", "framework_id")


def framework_versions(session: Session, framework_id: UUID) -> list[FrameworkVersionView]:
    """All versions of a framework, the oldest first; the last is the one that holds.

    Raises:
        UnknownFramework: there is none with this identifier.
    """
    now = framework_named(session, framework_id)
    past = [
        FrameworkVersionView(row.number, row.version, row.last_change, row.imported_at, row.digest)
        for row in versions.past_versions(session, framework_id)
    ]
    version, last_change = _said_of_itself(now)
    present = FrameworkVersionView(
        now.version_number, version, last_change, now.imported_at, now.digest
    )
    return [*past, present]


def export_version(session: Session, framework_id: UUID, number: int | None = None) -> JsonObject:
    """A version of a framework, as imported.

    Args:
        session: reads only.
        framework_id: identifier of the CFDocument.
        number: 1 is the first that was imported; None is the one that holds.

    Raises:
        UnknownFramework: there is none with this identifier.
        UnknownFrameworkVersion: it has no version of this number.
    """
    framework = framework_named(session, framework_id)
    if number is None or number == framework.version_number:
        return export_package(session, framework_id)
    row = versions.past_version(session, framework_id, number)
    if row is None:
        raise UnknownFrameworkVersion(
            f"{framework.title} has no version {number}.",
            f"Choose one from 1 to {framework.version_number}.",
        )
    package: JsonObject = json.loads(zlib.decompress(row.package))
    return package


def replace_version(session: Session, framework: Framework, now: datetime) -> None:
    """Keep a framework whole, and what was judged in it, before a newer package is taken in."""
    _pin(session, framework)
    version, last_change = _said_of_itself(framework)
    packer = zlib.compressobj()
    pieces = [packer.compress(text.encode("utf-8")) for text in package_text(session, framework)]
    versions.add_past_version(
        session,
        FrameworkVersion(
            framework_id=framework.id,
            number=framework.version_number,
            digest=framework.digest,
            version=version,
            last_change=last_change,
            imported_at=framework.imported_at,
            replaced_at=now,
            package=b"".join([*pieces, packer.flush()]),
        ),
    )
    framework.version_number += 1


def _pin(session: Session, framework: Framework) -> None:
    """Judgments that name no version get the one that has held until now.

    These are judgments of before versions were kept.
    """
    unpinned = versions.unpinned_competencies(session, framework.id)
    if unpinned:
        present = PresentVersions(session, Frameworks(session, [framework.id]))
        pinned = {key: present.of(key) for key in unpinned}
        present.keep()
        versions.pin_judgments(session, pinned)


class PresentVersions:
    """Competencies as they are worded now, for judgments that are made now."""

    def __init__(self, session: Session, frameworks: Frameworks) -> None:
        self._session = session
        self._frameworks = frameworks
        self._known = versions.known_versions(session)
        self._new: list[dict[str, Any]] = []

    def of(self, competency_id: UUID) -> UUID:
        """The CompetencyVersion to name; it is there once ``keep`` was called."""
        framework_id = self._frameworks.rows[competency_id].framework_id
        digest = self._frameworks.frameworks[framework_id].digest
        identifier = uuid5(_NAMESPACE, f"{competency_id}\x1f{digest.hex()}")
        if identifier not in self._known:
            self._known.add(identifier)
            self._new.append(_row(identifier, digest, self._frameworks.view(competency_id)))
        return identifier

    def keep(self) -> None:
        """Keep those that were asked for and are not kept yet."""
        versions.add_versions(self._session, self._new)
        self._new = []


def version_views(session: Session, ids: Iterable[UUID]) -> dict[UUID, CompetencyView]:
    """Competencies as they were worded when they were judged, by CompetencyVersion."""
    return {row.id: _view(row) for row in versions.competency_versions(session, ids)}


def _row(identifier: UUID, digest: bytes, view: CompetencyView) -> dict[str, Any]:
    document = asdict(view)
    for name in _IDENTIFIERS:
        del document[name]
    return {
        "id": identifier,
        "competency_id": view.id,
        "framework_digest": digest,
        "document": document | {"framework_id": str(view.framework_id)},
    }


def _view(row: CompetencyVersion) -> CompetencyView:
    document = dict(row.document)
    framework_id = UUID(document.pop("framework_id"))
    path = tuple(document.pop("path"))
    return CompetencyView(id=row.competency_id, framework_id=framework_id, path=path, **document)


def _said_of_itself(framework: Framework) -> tuple[str, str]:
    """version and lastChangeDateTime of the CFDocument; '' where there is none."""
    said = (framework.extra.get("version"), framework.extra.get("lastChangeDateTime"))
    version, last_change = (one if isinstance(one, str) else "" for one in said)
    return version, last_change
