"""Exported files have safe names, whole contents, and an owner."""

import json
import stat
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.minting.errors import ExportBlocked
from issuer.minting.export import file_name, write


def document(name: str = "Modelling with functions") -> dict[str, object]:
    """A credential as far as exporting looks."""
    return {"id": f"urn:uuid:{uuid4()}", "name": name, "proof": []}


@given(st.text(max_size=300))
def test_no_name_leaves_the_directory(name: str) -> None:
    made = file_name(document(name))
    assert Path(made).name == made
    assert made.endswith(".json")
    assert not made.startswith((".", "-"))
    assert len(made) <= 80
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")


def test_each_credential_is_a_file_of_its_owner(tmp_path: Path) -> None:
    documents = [document(), document()]
    written = write(documents, tmp_path / "made" / "here")
    assert len({one.path for one in written}) == 2
    assert [json.loads(one.path.read_text()) for one in written] == documents
    assert written[0].path.name.startswith("modelling-with-functions-")
    assert {stat.S_IMODE(one.path.stat().st_mode) for one in written} == {0o600}
    assert len(list((tmp_path / "made" / "here").iterdir())) == 2, "nothing else is written"


def test_exporting_again_replaces_only_its_own_files(tmp_path: Path) -> None:
    one = document()
    (tmp_path / "notes.txt").write_text("mine")
    write([one], tmp_path)
    write([one], tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(ExportBlocked, match="file"):
        write([document()], blocked)
