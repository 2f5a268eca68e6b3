"""The command ``verifier``.

Exit codes of ``check``: 0 verified, 1 refused, 2 could not decide, 3 wrong use. Of several files
the worst counts. Exit codes of ``claims``: 0 all supported, 1 any contradicted, 2 any other answer,
3 wrong use.
"""

import json
import logging
import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from keys.insecure import InsecureLoopbackWarning
from schemas.errors import TouchstoneError
from schemas.logs import configure, log_fault
from verifier import console as view
from verifier.checks import CHECKS
from verifier.claims import Answer, answer_claims
from verifier.claims_file import read_claims
from verifier.errors import MixedPeople, SettingInvalid
from verifier.fetch.doors import now, open_ports
from verifier.policy import Policy, Verdict
from verifier.session import FileResult, check_files, check_folder, checked, worst
from verifier.settings import VerifierSettings, parse_rpc

VERIFIED, REFUSED, UNDECIDED, WRONG_USE = range(4)
INTERRUPTED = 130
_EXIT = {
    Verdict.VERIFIED: VERIFIED,
    Verdict.REFUSED: REFUSED,
    Verdict.UNDECIDED: UNDECIDED,
}
_NARROW = 100

app = typer.Typer(
    name="verifier",
    help="Check school credentials: what was checked, what was found, what to do.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
_result: list[int] = []

PolicyOption = Annotated[
    Path | None, typer.Option("--policy", help="TOML or JSON file: what you ask of a record.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
RpcOption = Annotated[
    list[str] | None,
    typer.Option("--rpc", metavar="CHAINID=URL", help="Where to read a chain; repeatable."),
]
RegistryOption = Annotated[
    Path | None, typer.Option("--registry", help="JSON file: the issuers a network recognises.")
]
OfflineOption = Annotated[
    bool,
    typer.Option("--offline", help="Check bundles, and ask nobody: no connection is opened."),
]
BlockHashOption = Annotated[
    list[str] | None,
    typer.Option(
        "--block-hash",
        metavar="[CHAINID=]HASH",
        help="Offline: a block hash you got from somebody you trust; repeatable.",
    ),
]
CheckpointsOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--checkpoints", metavar="FILE", help="Offline: file of trusted block hashes; repeatable."
    ),
]
AnchorContractOption = Annotated[
    list[str] | None,
    typer.Option(
        "--anchor-contract",
        metavar="[CHAINID=]ADDRESS",
        help="Offline: an anchor contract you know; repeatable.",
    ),
]
DidDocumentOption = Annotated[
    list[str] | None,
    typer.Option(
        "--did-document-sha256",
        metavar="HEX",
        help="Offline: digest of the school's DID document, compared with the school; repeatable.",
    ),
]
InsecureOption = Annotated[
    bool,
    typer.Option(
        "--insecure-loopback",
        help="Accept http and this machine's own addresses. For demonstrations only.",
    ),
]


@app.command()
def check(
    *,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", help="Credentials, and endorsements of them: JSON, or tokens."
        ),
    ],
    policy: PolicyOption = None,
    rpc: RpcOption = None,
    registry: RegistryOption = None,
    holder: Annotated[
        str | None, typer.Option("--holder", help="Id of the person whose record it should be.")
    ] = None,
    insecure_loopback: InsecureOption = False,
    offline: OfflineOption = False,
    block_hash: BlockHashOption = None,
    checkpoints: CheckpointsOption = None,
    anchor_contract: AnchorContractOption = None,
    did_document_sha256: DidDocumentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check credential files. Exit 0 verified, 1 refused, 2 could not decide, 3 wrong use.

    An endorsement of one of the credentials is shown with it and decides nothing. With --offline
    the files are bundles, and nothing outside of them is asked.
    """
    settings = replace(_settings(policy, rpc, registry, insecure_loopback), holder=holder)
    known: dict[str, list[Any]] = {
        "block_hashes": block_hash or [],
        "checkpoints": checkpoints or [],
        "contracts": anchor_contract or [],
        "did_documents": did_document_sha256 or [],
    }
    if offline:
        results = _check_offline(files, settings, known)
    elif any(known.values()):
        raise SettingInvalid("What you trust beforehand is asked offline only.", "Add --offline.")
    else:
        ports = open_ports(settings)
        results = check_files(files, ports, settings)
    verdict = worst(results)
    if as_json:
        _print_json({"verdict": verdict.value, "results": [it.to_json() for it in results]})
    else:
        view.show_results(_console(), results)
    _result.append(_EXIT[verdict])


def _check_offline(
    files: list[Path], settings: VerifierSettings, known: Mapping[str, list[Any]]
) -> list[FileResult]:
    """Check bundles by what the reader trusts beforehand; see verifier.bundle.given.read_given."""
    # Here, because checking one credential needs none of it.
    from verifier.bundle.checking import check_bundle_file, open_offline  # noqa: PLC0415
    from verifier.bundle.given import read_given  # noqa: PLC0415

    offline, moment = open_offline(settings, read_given(**known)), now()
    return [check_bundle_file(path, offline, moment) for path in files]


@app.command()
def claims(
    *,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="One learner's credentials.")],
    claims_file: Annotated[
        Path, typer.Option("--claims", help="JSON or TOML file: what is said about the learner.")
    ],
    policy: PolicyOption = None,
    rpc: RpcOption = None,
    registry: RegistryOption = None,
    insecure_loopback: InsecureOption = False,
    as_json: JsonOption = False,
) -> None:
    """Answer claims about a learner from the learner's credentials.

    The claims file is a list of {competency, at_least?, by?, issuer?, accredited_by?}:
    a code, address or name; a level's name or points; 2026-06-30, 2026-06 or 2026; a DID or host;
    a network.

    Exit 0 all supported, 1 any contradicted, 2 any not supported or not answered, 3 wrong use.
    """
    settings = _settings(policy, rpc, registry, insecure_loopback)
    asked = read_claims(claims_file)
    ports = open_ports(settings)
    results = check_folder(folder, ports, settings)
    replies = answer_claims(asked, checked(results), ports.trust)
    if as_json:
        _print_json(
            {
                "replies": [reply.to_json() for reply in replies],
                "results": [result.to_json() for result in results],
            }
        )
    else:
        view.show_replies(_console(), replies, results)
    _result.append(_exit_of({reply.answer for reply in replies}))


def _exit_of(answers: set[Answer]) -> int:
    if Answer.CONTRADICTED in answers:
        return REFUSED
    return VERIFIED if answers == {Answer.SUPPORTED} else UNDECIDED


@app.command()
def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8001,
    policy: PolicyOption = None,
    rpc: RpcOption = None,
    registry: RegistryOption = None,
    insecure_loopback: InsecureOption = False,
    log_json: Annotated[
        bool,
        typer.Option(
            "--log-json", help="Log JSON lines on standard error (or TOUCHSTONE_LOG=json)."
        ),
    ] = False,
) -> None:
    """Answer over HTTP: POST /credentials/verify, POST /presentations/verify, GET /health."""
    settings = _settings(policy, rpc, registry, insecure_loopback)
    # Here, because checking needs no server and does not wait for one to load.
    import uvicorn  # noqa: PLC0415

    from verifier.app import create_app  # noqa: PLC0415

    configure(as_json=log_json, default_level="info")
    application = create_app(settings)
    uvicorn.run(
        application,
        host=host,
        port=port,
        log_config=None,  # schemas.logs says what is written and how, the requests included
        access_log=False,
        server_header=False,
    )
    _result.append(VERIFIED)


@app.command()
def checks(as_json: JsonOption = False) -> None:
    """List the checks, in their order."""
    if as_json:
        rows = [{"name": it.name, "title": it.title, "help": it.help} for it in CHECKS]
        _print_json({"checks": rows})
    else:
        view.show_checks(_console())
    _result.append(VERIFIED)


def _settings(
    policy: Path | None, rpc: list[str] | None, registry: Path | None, insecure_loopback: bool
) -> VerifierSettings:
    """The environment's settings with the options of the command line over them."""
    base = VerifierSettings.from_environment()
    return replace(
        base,
        policy=Policy.from_file(policy) if policy else base.policy,
        rpc={**base.rpc, **parse_rpc(rpc or [])},
        registry=registry or base.registry,
        insecure_loopback=insecure_loopback or base.insecure_loopback,
    )


def _console() -> Console:
    """A console that does not squeeze tables where nobody set a width."""
    console = Console(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        return Console(highlight=False, width=max(console.width, _NARROW + 40))
    return console


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _show_warning(
    message: Warning | str, category: type[Warning], *_args: object, **_more: object
) -> None:
    code = "insecure-loopback" if issubclass(category, InsecureLoopbackWarning) else "notice"
    typer.echo(f"warning[{code}]: {message}", err=True)


def run(arguments: Sequence[str]) -> int:
    """Run one command; its exit code."""
    _result.clear()
    try:
        app(args=list(arguments), prog_name="verifier")
    except SystemExit as end:
        if end.code not in (None, 0):
            return INTERRUPTED if end.code == INTERRUPTED else WRONG_USE
    except MixedPeople as error:
        return _fail(error, REFUSED)
    except TouchstoneError as error:
        return _fail(error, WRONG_USE)
    except Exception as error:  # the last line of defence: a person never meets a traceback
        log_fault(logging.getLogger("verifier"), "command.fault", error)
        kind = type(error).__name__
        typer.echo(f"error[verifier.fault]: A fault of ours stopped this ({kind}).", err=True)
        return UNDECIDED
    return _result[-1] if _result else VERIFIED


def _fail(error: TouchstoneError, code: int) -> int:
    typer.echo(f"error[{error.code}]: {error}", err=True)
    return code


def main() -> None:
    """The console script."""
    warnings.showwarning = _show_warning
    configure()
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
