"""JSON Schemas (draft 2020-12) of the models, for programs that are not ours.

Use: python -m credentials.models.json_schemas [--check]   (writes schemas/json/*.json)

They say what a schema can say: the rest (levels that a result names, dates in order, digests,
words that a context defines) is in :mod:`credentials.models.checks` and ``.issuing``. Touchstone
itself checks with the models, never with these.
"""

import json
import sys
from pathlib import Path

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

import schemas
from credentials.json_types import JsonObject
from credentials.models.bundle import Bundle
from credentials.models.clr import ClrCredential
from credentials.models.credential import VerifiableCredential
from credentials.models.open_badge import AchievementCredential, EndorsementCredential, Profile
from credentials.models.presentation import VerifiablePresentation
from credentials.models.status import BitstringStatusListCredential

FOLDER = Path(schemas.__file__).parent / "json"
MODELS: dict[str, type[BaseModel]] = {
    "achievement_credential.json": AchievementCredential,
    "bitstring_status_list_credential.json": BitstringStatusListCredential,
    "bundle.json": Bundle,
    "clr_credential.json": ClrCredential,
    "endorsement_credential.json": EndorsementCredential,
    "profile.json": Profile,
    "verifiable_credential.json": VerifiableCredential,
    "verifiable_presentation.json": VerifiablePresentation,
}


class _Generator(GenerateJsonSchema):
    """Pydantic's, without the defaults: a missing member has none, and null is not one."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: object) -> bool:
        return False


def json_schema(name: str) -> JsonObject:
    """The JSON Schema that is kept in the file ``name``; its ``$id`` is that name."""
    model = MODELS[name].model_json_schema(schema_generator=_Generator)
    head = {"$schema": GenerateJsonSchema.schema_dialect, "$id": name}
    return {**head, **model}


def main(arguments: list[str]) -> int:
    """Write the files, or with --check compare them. Returns the exit code."""
    FOLDER.mkdir(exist_ok=True)
    different = []
    for name in MODELS:
        path = FOLDER / name
        text = json.dumps(json_schema(name), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        if "--check" not in arguments:
            path.write_text(text, "utf-8")
        elif not path.exists() or path.read_text("utf-8") != text:
            different.append(f"differs: schemas/json/{name}\n")
    sys.stderr.writelines(different)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
