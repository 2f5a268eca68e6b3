"""A bundle: one learner's credentials with all that it takes to check them offline.

docs/bundles.md says what each member is for. This is the one description of the format: who writes
bundles and who reads them both use it, and schemas/json/bundle.json is made from it.
"""
# ruff: noqa: N815 - the members are written as in JSON

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from credentials.errors import Problem, StructureInvalid

TYPE = "TouchstoneBundle"
VERSION = 1
MEDIA_TYPE = "application/vnd.touchstone.bundle+json"
MAX_BYTES = 32 * 1024 * 1024
"""Largest bundle that is read, in bytes."""
MAX_CREDENTIALS = 1_000
MAX_BLOCKS = 16
MAX_CONTRACTS = 16
MAX_ANCHORS = 1_064
"""Of one contract, and of a bundle: each credential's, each document's."""
MAX_DOCUMENTS = 64
MAX_NODES = 65
"""Nodes of one proof: a key has 64 nibbles, and a leaf follows the last of them."""
MAX_NODE_BYTES = 600
"""A trie's largest node, a branch with 16 children, has 532 bytes."""
MAX_HEADER_BYTES = 2_048
"""Block headers have about 600 bytes today."""
MAX_TRANSACTION_BYTES = 1_024
"""A transaction that anchors has about 150 bytes."""

_HEX_START = 2
_DIGITS_A_BYTE = 2


def _data(max_bytes: int) -> Any:
    """How bytes are written: ``0x`` and hexadecimal digits in lower case."""
    longest = _HEX_START + _DIGITS_A_BYTE * max_bytes
    return Field(pattern="^0x([0-9a-f]{2})+$", max_length=longest)


Node = Annotated[str, _data(MAX_NODE_BYTES)]
Nodes = Annotated[list[Node], Field(max_length=MAX_NODES)]
Address = Annotated[str, Field(pattern="^0x[0-9a-f]{40}$")]
Name = Annotated[str, Field(min_length=1, max_length=2_048)]


class _Members(BaseModel):
    """An object with these members and no others, none of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class AnchorProof(_Members):
    """One root in the contract's storage: who wrote it, by which transaction, and when."""

    transaction: Annotated[str, _data(MAX_TRANSACTION_BYTES)]
    """The signed transaction that anchored (EIP-2718): its hash, sender and root follow from it."""
    storageProof: Nodes
    """Trie nodes from the contract's storage root to the slot of (sender, root) (EIP-1186)."""


class ContractProof(_Members):
    """The anchor contract in a block's state, and the anchors in it."""

    address: Address
    accountProof: Nodes
    """Trie nodes from the block's state root to the contract's account (EIP-1186)."""
    anchors: Annotated[list[AnchorProof], Field(min_length=1, max_length=MAX_ANCHORS)]


class BlockProof(_Members):
    """A block, and what its state proves."""

    header: Annotated[str, _data(MAX_HEADER_BYTES)]
    """RLP of the whole header: its Keccak-256 is the block's hash."""
    contracts: Annotated[list[ContractProof], Field(max_length=MAX_CONTRACTS)]


class PublishedCopy(_Members):
    """What stood at an address of the school when the bundle was made."""

    url: Name
    content: str
    """The text, character by character."""


class Bundle(_Members):
    """A bundle without any statement on whether it can be relied on."""

    type: Literal["TouchstoneBundle"]
    version: Literal[1]
    created: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
    issuer: Name
    """The DID of the school, which every credential names as its issuer."""
    subject: Name
    """The person, as every credential names it (``credentialSubject.id``)."""
    credentials: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MAX_CREDENTIALS)]
    didDocuments: Annotated[list[str], Field(min_length=1, max_length=MAX_DOCUMENTS)]
    """Texts of the school's DID document, oldest first, the last the newest: their SHA-256 is what
    was anchored."""
    documents: Annotated[list[PublishedCopy], Field(max_length=MAX_DOCUMENTS)]
    """Issuer profile and status lists."""
    blocks: Annotated[list[BlockProof], Field(max_length=MAX_BLOCKS)]
    proof: dict[str, Any]
    """The school's signature over all the rest (eddsa-jcs-2022)."""


def read_bundle(document: object) -> Bundle:
    """The members of a bundle, checked for form.

    Raises:
        StructureInvalid: a member is missing, unknown, or of another form; names the first few.
    """
    try:
        return Bundle.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        problems = [Problem("/" + "/".join(map(str, it["loc"])), it["msg"]) for it in found[:10]]
        raise StructureInvalid(problems) from None
