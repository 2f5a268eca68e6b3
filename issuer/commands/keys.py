"""``issuer keys``: the school's signing keys and its Ethereum account, in time."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from issuer.commands.errors import KeyKindUnknown, MomentUnreadable
from issuer.commands.invocation import of
from issuer.commands.output import JsonOption, aside, show

if TYPE_CHECKING:
    from issuer.commands.key_changes import KeyBook
    from keys.kinds import KeyKind

NEW_KINDS: Final = ("P-256", "P-384")
"""Kinds of further keys: what mints is always Ed25519."""
RESTART: Final = (
    "note: `issuer serve` signs the VC-API's credentials with the new key once it is started anew."
)

keys_app = typer.Typer(
    help="Signing keys and the Ethereum account: new ones, old ones, lost ones.",
    no_args_is_help=True,
)

SignerOption = Annotated[
    str,
    typer.Option(
        "--signer",
        help="Where the new key is made: file:PATH, or pkcs11:token=…;object=… (RFC 7512); "
        "an encrypted file beside the others if absent.",
    ),
]
KeystoreOption = Annotated[
    Path | None,
    typer.Option(help="web3 keystore of the new account, with the same passphrase."),
]


def register(app: typer.Typer) -> None:
    """Add this group of commands; ``issuer key`` is its older name."""
    app.add_typer(keys_app, name="keys")
    app.add_typer(keys_app, name="key", hidden=True)


@keys_app.command("list")
def list_keys(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the keys and accounts: since when, until when, and where they are kept."""
    from issuer.db import session_scope  # noqa: PLC0415 - as below: kept out of --help
    from issuer.identity import service as identity  # noqa: PLC0415
    from keys.public_key import PublicKey  # noqa: PLC0415

    invocation = of(context)
    engine = invocation.engine(invocation.settings())
    with session_scope(engine, read_only=True) as session:
        keys, accounts = identity.keys_and_accounts(session)
        rows: list[dict[str, Any]] = [
            {
                "name": key.fragment,
                "kind": PublicKey.from_multikey(key.multikey).kind.value,
                **_times(key),
                "kept_in": key.signer_uri,
                "public": key.multikey,
            }
            for key in keys
        ]
        rows += [
            {
                "name": account.fragment,
                "kind": "Ethereum",
                **_times(account),
                "kept_in": account.keystore,
                "public": account.address,
            }
            for account in accounts
        ]
    show(rows, as_json=as_json, empty="This school has no key yet.", hide=["reason"])


def _times(row: Any) -> dict[str, Any]:
    return {
        "since": row.created_at,
        "until": row.retired_at,
        "in_other_hands_since": row.revoked_at,
        "reason": row.reason,
    }


@keys_app.command("versions")
def list_versions(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the versions of the DID document, and where each is anchored."""
    from issuer.db import session_scope  # noqa: PLC0415
    from issuer.identity import service as identity  # noqa: PLC0415

    invocation = of(context)
    engine = invocation.engine(invocation.settings())
    with session_scope(engine, read_only=True) as session:
        rows = [
            {
                "version": one.version,
                "created": one.created_at,
                "sha256": one.sha256,
                "transaction": one.anchor_transaction,
                "anchored": one.anchored_at,
            }
            for one in identity.did_document_versions(session)
        ]
    show(rows, as_json=as_json, empty="No DID document is published yet.")


@keys_app.command("add")
def add_key(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="P-256 or P-384.")],
    signer: SignerOption = "",
) -> None:
    """Make a further signing key and publish it in the DID document.

    Profiles of the VC-API that need such a key are offered from the next start on.
    """
    if kind not in NEW_KINDS:
        raise KeyKindUnknown(f"No key of the kind {kind[:40]!r} is made here.", "P-256 or P-384.")
    book = _book(context)
    fragment = book.add(_kind(kind), signer)
    typer.echo(f"{book.settings.did}#{fragment} signs with {kind}.")


@keys_app.command("rotate")
def rotate(
    context: typer.Context,
    kind: Annotated[str, typer.Option(help="Ed25519 (which mints), P-256 or P-384.")] = "Ed25519",
    signer: SignerOption = "",
) -> None:
    """Make a new signing key; the old one is retired, and what it signed in its time stands."""
    chosen = _kind(kind)
    book = _book(context)
    old, new = book.rotate(chosen, signer)
    typer.echo(f"{new} signs from now on. {old} is retired: what is anchored already stands.")
    aside(RESTART)


@keys_app.command("rotate-account")
def rotate_account(context: typer.Context, keystore: KeystoreOption = None) -> None:
    """Make or take a new Ethereum account; what the old one anchored in its time stands."""
    old, new = _book(context).rotate_account(keystore)
    typer.echo(f"{new} anchors from now on. {old} is retired: what it anchored stands.")


@keys_app.command("compromised")
def compromised(
    context: typer.Context,
    *,
    name: Annotated[str, typer.Argument(help="key-1, ethereum-1, …: see `issuer keys list`.")],
    since: Annotated[
        str,
        typer.Option(
            help="The first moment at which others may have had it: 2026-05-01T00:00:00Z."
        ),
    ],
    reason: Annotated[str, typer.Option(help="Why; kept here, never published.")] = "",
    signer: SignerOption = "",
    keystore: KeystoreOption = None,
) -> None:
    """Say since when a key or account may be in other hands.

    What was anchored before stands, everything after falls, for every reader. If it is in use, a
    new one takes its place at once. It cannot be taken back.
    """
    moment = _moment(since)
    book = _book(context)
    found = book.compromised(name, moment, reason, uri=signer, keystore=keystore)
    typer.echo(
        f"{found} counts as in other hands since {moment:%Y-%m-%d %H:%M:%S} UTC: what was "
        "anchored before stands, what came after is refused."
    )
    aside(RESTART)


@keys_app.command("anchor")
def anchor(context: typer.Context) -> None:
    """Anchor the versions of the DID document that stand on no chain yet."""
    numbers = _book(context).anchor()
    if not numbers:
        typer.echo("Every version of the DID document is anchored.")
    for number in numbers:
        typer.echo(f"Version {number} of the DID document is anchored.")


def _kind(text: str) -> "KeyKind":
    from keys.kinds import KeyKind  # noqa: PLC0415

    if text not in {"Ed25519", *NEW_KINDS}:
        kinds = "Ed25519, P-256 or P-384."
        raise KeyKindUnknown(f"No key of the kind {text[:40]!r} is made here.", kinds)
    return KeyKind(text)


def _moment(text: str) -> datetime:
    from credentials.proofs.data_integrity import parse_date_time_stamp  # noqa: PLC0415

    try:
        moment = parse_date_time_stamp(text)
    except ValueError:
        raise MomentUnreadable(
            f"--since {text[:40]!r} is no moment with a time zone.",
            "Write it like 2026-05-01T00:00:00Z.",
        ) from None
    return moment.astimezone(UTC).replace(microsecond=0)


def _book(context: typer.Context) -> "KeyBook":
    from issuer.commands.key_changes import KeyBook  # noqa: PLC0415

    invocation = of(context)
    settings = invocation.settings()
    engine = invocation.engine(settings)
    now = datetime.now(UTC).replace(microsecond=0)
    return KeyBook(settings, engine, invocation.passphrase(), now, _announce)


def _announce(sentence: str) -> None:
    typer.echo(sentence, err=sentence.startswith("note:"))
