"""What of a bundle can be relied on, given what its reader trusts.

Whoever writes a bundle can put anything into it: a DID document of his own for any school's name,
an account of his own, a root that this account anchored, and a contract of his own whose code is
ours and whose memory was filled when it was made. So nothing in it speaks for itself:

* a block counts if the reader trusts its hash;
* a contract counts if the reader, or this program's list, knows its address: the code alone does
  not say what the contract was made with;
* a DID document counts if the reader knows its SHA-256, or if an account that the reader's
  registry lists for the school anchored it, in such a contract, by such a block;
* an account counts if the registry lists it for the school, or such a DID document does.
"""

import hashlib
from datetime import datetime, timedelta

from credentials.json_types import JsonObject
from credentials.models.bundle import Bundle
from credentials.proofs.data_integrity import format_date_time_stamp
from credentials.strict_json import loads
from keys.did import check_did_document
from keys.multibase import base64url_decode
from schemas.errors import TouchstoneError
from verifier.bundle.anchors import ProvenAnchor
from verifier.bundle.errors import BundleMalformed, BundleProofWrong, DidDocumentUnknown
from verifier.bundle.given import Given
from verifier.bundle.transactions import address_of
from verifier.errors import AnchorNotProven, NotAnchored
from verifier.json_access import objects
from verifier.ports import AnchorTransaction, RecognisedIssuer, TrustRegistry

CLOCK_SKEW = timedelta(minutes=5)
_COORDINATE_BYTES = 32


class Recognition:
    """A bundle seen with the eyes of one reader.

    Args:
        bundle: the bundle.
        anchors: what it proves.
        given: what the reader trusts.
        trust: the reader's registry, if there is one.
        now: the present moment.

    Raises:
        BundleMalformed: a DID document in it is not the school's, or not JSON.
        BundleProofWrong: its DID documents are not in the order in which they were anchored.
    """

    def __init__(
        self,
        bundle: Bundle,
        anchors: list[ProvenAnchor],
        given: Given,
        trust: TrustRegistry | None,
        now: datetime,
    ) -> None:
        self._given = given
        self._listed = _listed(trust, bundle.issuer, now)
        self._anchors = {(it.transaction.chain_id, it.transaction.hash): it for it in anchors}
        self.issuer = bundle.issuer
        self._texts = bundle.didDocuments
        self._documents = [_read(text, bundle.issuer) for text in bundle.didDocuments]
        self._known_since = [self._anchored_at(text) for text in bundle.didDocuments]
        _check_order(self._known_since)

    def did_document(self) -> JsonObject:
        """The school's newest DID document, with the keys that older ones had besides.

        Raises:
            DidDocumentUnknown: nothing that the reader gave vouches for one of them.
        """
        for text, since in zip(self._texts, self._known_since, strict=True):
            digest = _digest(text)
            pins = self._given.did_documents | self._listed.did_documents
            if since is None and digest not in pins:
                raise DidDocumentUnknown(
                    f"The bundle brings a DID document of {self.issuer} that nothing you gave "
                    f"vouches for. {self._why_unknown(digest)} Whoever wrote the bundle could "
                    "have written it.",
                    "Give a registry that lists the school's account, or compare with the school "
                    f"and give --did-document-sha256 {digest}.",
                )
        return _with_older_keys(self._documents, self._known_since)

    def anchor(self, chain_id: int, transaction: str) -> AnchorTransaction:
        """A proven anchor, as the chain itself would tell it.

        Its block is the one whose state proves it, and not the one that the transaction is in.

        Raises:
            AnchorNotProven: the bundle has no proof, or not by what the reader trusts.
            NotAnchored: the proof shows that it was not anchored.
        """
        found = self._anchors.get((chain_id, transaction.lower()))
        if found is None:
            raise AnchorNotProven("The bundle holds no proof of its anchor.", "Ask for another.")
        at = self._stands(found)
        if found.transaction.sender not in self._accounts():
            raise AnchorNotProven(
                f"Nothing you gave says that the account {found.transaction.sender} is the "
                "school's.",
                "Give a registry that lists it.",
            )
        return AnchorTransaction(
            input=found.transaction.root,
            sender=found.transaction.sender,
            to=found.transaction.to,
            succeeded=True,
            block_number=found.block.number,
            block_hash="0x" + found.block.hash.hex(),
            block_time=at,
            confirmations=1,
        )

    def _stands(self, anchor: ProvenAnchor) -> datetime:
        """When it was anchored, by a block and a contract that the reader trusts."""
        sent, header = anchor.transaction, anchor.block
        if not self._given.vouches_for(header, sent.chain_id):
            raise AnchorNotProven(
                f"Its proof leads to {header.name}, which is none that you trust.",
                f"Get the hash of block {header.number} of chain {sent.chain_id} from somebody "
                "you trust, and compare.",
            )
        known = self._given.knows_contract(sent.chain_id, sent.to)
        if not known and (sent.chain_id, sent.to) not in self._listed.anchor_contracts:
            raise AnchorNotProven(
                f"Nobody vouches for the contract at {sent.to}: its code is the right one, but "
                "whoever made it could have filled its memory beforehand.",
                "Give a list that names it, or --anchor-contract if you know it.",
            )
        if anchor.at is None:
            raise NotAnchored(f"the account had not written it by block {header.number}.")
        return anchor.at

    def _accounts(self) -> frozenset[str]:
        """The accounts that the registry, or a DID document that counts, names as the school's."""
        try:
            return self._listed.anchor_accounts | _accounts_of(self.did_document())
        except DidDocumentUnknown:
            return self._listed.anchor_accounts

    def _anchored_at(self, text: str) -> datetime | None:
        """Since when this text is known to be the school's, by an account that is listed."""
        digest = _digest(text)
        moments = [
            self._stands(anchor)
            for anchor in self._anchors.values()
            if anchor.transaction.root.hex() == digest and self._doubt(anchor) is None
        ]
        return min(moments, default=None)

    def _doubt(self, anchor: ProvenAnchor) -> TouchstoneError | None:
        """Why a DID document's anchor says nothing; None if it vouches for the document."""
        if anchor.transaction.sender not in self._listed.anchor_accounts:
            return AnchorNotProven(
                f"It was anchored by {anchor.transaction.sender}, and no registry that you gave "
                "lists this account as the school's."
            )
        try:
            self._stands(anchor)
        except (AnchorNotProven, NotAnchored) as error:
            return error
        return None

    def _why_unknown(self, digest: str) -> str:
        for anchor in self._anchors.values():
            if anchor.transaction.root.hex() == digest:
                doubt = self._doubt(anchor)
                return doubt.sentence[:1].upper() + doubt.sentence[1:] if doubt else ""
        return "It was not anchored."


def _listed(trust: TrustRegistry | None, did: str, now: datetime) -> RecognisedIssuer:
    """What the registry says about the school; an entry that vouches for nothing, if nothing."""
    nothing = RecognisedIssuer(did, "")
    try:
        found = trust.find(did) if trust is not None else None
    except TouchstoneError:
        return nothing  # that it is silent is said by the check "trust"
    return found if found is not None and found.is_listed_at(now) else nothing


def _read(text: str, issuer: str) -> JsonObject:
    try:
        document = loads(text.encode("utf-8"))
        check_did_document(document, issuer)
    except (TouchstoneError, UnicodeEncodeError) as error:
        raise BundleMalformed("It brings a DID document that is not the school's.") from error
    return document


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _check_order(moments: list[datetime | None]) -> None:
    """The last document is the newest: an older one in its place could hide that a key ended."""
    known = [moment for moment in moments if moment is not None]
    if known != sorted(known):
        raise BundleProofWrong("Its DID documents are not in the order in which they were written.")


def _with_older_keys(documents: list[JsonObject], moments: list[datetime | None]) -> JsonObject:
    """The newest document, and what it left out with the moment from which it did.

    Our own DID documents keep every key for ever; others drop a key when it has ended. What a key
    signed before it was dropped stands (verifier.key_times), if the chain says when that was.
    """
    newest = documents[-1]
    if len(documents) == 1:
        return newest
    methods = list(objects(newest.get("verificationMethod")))
    purpose = list(newest.get("assertionMethod") or [])
    present = {method.get("id") for method in methods}
    for place in range(len(documents) - 2, -1, -1):
        dropped_at, older = moments[place + 1], documents[place]
        for method in objects(older.get("verificationMethod")):
            if method.get("id") in present or dropped_at is None:
                continue
            present.add(method.get("id"))
            methods.append({"expires": format_date_time_stamp(dropped_at), **method})
            purpose += [it for it in older.get("assertionMethod") or [] if it == method.get("id")]
    return {**newest, "verificationMethod": methods, "assertionMethod": purpose}


def _accounts_of(document: JsonObject) -> frozenset[str]:
    """The Ethereum accounts whose public keys a DID document lists."""
    found = set()
    for method in objects(document.get("verificationMethod")):
        jwk = method.get("publicKeyJwk")
        if isinstance(jwk, dict) and jwk.get("crv") == "secp256k1":
            try:
                point = [base64url_decode(f"u{jwk[name]}") for name in ("x", "y")]
            except (TouchstoneError, LookupError):
                continue
            if [len(part) for part in point] == [_COORDINATE_BYTES] * 2:
                found.add(address_of(b"".join(point)))
    return frozenset(found)
