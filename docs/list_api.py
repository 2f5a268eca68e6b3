"""Write docs/openapi.json, and the table of calls in docs/api.md.

`make docs` runs it; a test holds both equal to what this writes. They come from the app itself, as
its /openapi.json does.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from issuer import db
from issuer.api.app import PREFIX
from issuer.app import create_app
from issuer.settings import make

FOLDER = Path(__file__).parent
PAGE = FOLDER / "api.md"
DESCRIPTION = FOLDER / "openapi.json"
BEGIN = "<!-- calls: written by `make docs` -->\n"
END = "<!-- end of calls -->\n"
TITLE = "Touchstone: issuer"


def described() -> dict[str, Any]:
    """The description that a school's site gives of itself, of a school without a name."""
    with tempfile.TemporaryDirectory() as folder:
        said = {"home": Path(folder), "name": "A school", "base_url": "https://school.example"}
        settings = make(said | {"did": "did:web:school.example"})
        engine = db.engine(settings.database)
        try:
            made: dict[str, Any] = create_app(settings, engine=engine).openapi()
        finally:
            engine.dispose()
    made["info"]["title"] = TITLE
    return made


def table(made: dict[str, Any]) -> str:
    """Every call of the API: what it does, and the scopes that open it."""
    rows = ["| call | what it does | scopes |", "|---|---|---|"]
    for path, item in made["paths"].items():
        if path.startswith(PREFIX):
            rows += [
                f"| `{method.upper()} {path.removeprefix(PREFIX)}` | {one['summary']} | "
                f"{', '.join(scope for need in one['security'] for scope in need['apiToken'])} |"
                for method, one in item.items()
            ]
    return "\n".join(rows) + "\n"


def page(text: str, made: dict[str, Any]) -> str:
    """docs/api.md with the table of today."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table(made)}{END}{after}"


def description(made: dict[str, Any]) -> str:
    """docs/openapi.json."""
    return json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    found = described()
    DESCRIPTION.write_text(description(found), encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")
