"""The edge of the command line: exit codes, sentences, passphrases; never a traceback."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer import cli
from issuer.commands.errors import PassphraseFileUnreadable
from issuer.commands.invocation import Invocation
from issuer.errors import ImportProblem, ImportProblems
from issuer.settings_errors import NoPassphrase
from schemas.errors import TouchstoneError

Capture = pytest.CaptureFixture[str]


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Every command fails with this error."""

    def fail(_self: Invocation) -> None:
        raise error

    monkeypatch.setattr(Invocation, "settings", fail)


def test_help_is_no_error(capfd: Capture) -> None:
    assert cli.run(["--help"]) == 0
    assert "mint" in capfd.readouterr().out
    assert cli.run(["import", "case", "--help"]) == 0


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["revoke"], ["revoke", "id"], ["import"], ["--home"], ["serve", "--port", "x"]],
)
def test_wrong_use_has_its_own_exit_code(arguments: list[str], capfd: Capture) -> None:
    assert cli.run(arguments) == 2
    assert "Traceback" not in capfd.readouterr().err


def test_an_error_is_its_code_its_sentence_and_its_remedy(
    monkeypatch: pytest.MonkeyPatch, capfd: Capture
) -> None:
    failing(monkeypatch, TouchstoneError("It is shut.", "Open it."))
    assert cli.run(["batches"]) == 1
    out, err = capfd.readouterr()
    assert (out, err) == ("", "error[touchstone.error]: It is shut. Open it.\n")


def test_every_problem_of_an_import_is_printed(
    monkeypatch: pytest.MonkeyPatch, capfd: Capture
) -> None:
    problems = [
        ImportProblem("oneroster.bad-value", "users.csv", line, "email", "It is no address.")
        for line in (3, 4)
    ]
    failing(monkeypatch, ImportProblems(problems))
    assert cli.run(["batches"]) == 1
    err = capfd.readouterr().err
    assert "users.csv, line 3, column email" in err
    assert "users.csv, line 4, column email" in err
    assert err.splitlines()[-1].startswith("error[oneroster.bad-value]: 2 problems")


def test_an_only_problem_is_told_once_and_its_code_too(
    monkeypatch: pytest.MonkeyPatch, capfd: Capture
) -> None:
    problem = ImportProblem("case.cycle", "f.json", None, "/CFItems/3", "It is its own child.")
    failing(monkeypatch, ImportProblems([problem]))
    assert cli.run(["batches"]) == 1
    assert capfd.readouterr().err == (
        "error[case.cycle]: f.json, /CFItems/3: It is its own child. "
        "Nothing was imported. Correct the file and import it again.\n"
    )


def test_a_fault_of_ours_shows_no_traceback_and_no_data(
    monkeypatch: pytest.MonkeyPatch, capfd: Capture
) -> None:
    failing(monkeypatch, ZeroDivisionError("a secret"))
    assert cli.run(["batches"]) == 1
    err = capfd.readouterr().err
    assert err.startswith("error[internal.fault]")
    assert "ZeroDivisionError" in err
    assert "secret" not in err
    assert "Traceback" not in err


def test_global_options_may_stand_anywhere() -> None:
    before = cli._global_options_first(["--home", "h", "mint", "--json"])
    after = cli._global_options_first(["mint", "--json", "--home", "h"])
    assert before == after == ["--home", "h", "mint", "--json"]
    assert cli._global_options_first(["a", "--home=h", "--insecure-loopback"]) == [
        "--home=h",
        "--insecure-loopback",
        "a",
    ]
    assert cli._global_options_first(["export", "--", "--home", "x"]) == [
        "export",
        "--",
        "--home",
        "x",
    ]


@given(st.lists(st.sampled_from(["--home", "--home=x", "--", "a", "--insecure-loopback"])))
def test_no_argument_is_lost(arguments: list[str]) -> None:
    assert sorted(cli._global_options_first(arguments)) == sorted(arguments)


def test_the_passphrase_comes_from_the_file_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "passphrase"
    path.write_text("from the file \n")
    monkeypatch.setenv("TOUCHSTONE_PASSPHRASE", "from the environment")
    assert Invocation(tmp_path, False, path).passphrase() == "from the file "
    assert Invocation(tmp_path, False, None).passphrase() == "from the environment"


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe", b"x" * 5_000])
def test_a_passphrase_file_without_a_passphrase_is_named(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "passphrase"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PassphraseFileUnreadable, match="passphrase"):
        Invocation(tmp_path, False, path).passphrase()


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no /dev/zero here")
def test_a_passphrase_file_without_an_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PassphraseFileUnreadable, match=r"4,096"):
        Invocation(tmp_path, False, Path("/dev/zero")).passphrase()


def test_without_a_terminal_nobody_is_asked(tmp_path: Path) -> None:
    invocation = Invocation(tmp_path, False, None)
    with pytest.raises(NoPassphrase, match="passphrase"):
        invocation.passphrase()
    assert invocation.passphrase_or_none() is None
