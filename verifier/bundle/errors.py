"""What can be wrong with a bundle, and with what its reader gave to check it by."""

from schemas.errors import Fault, TouchstoneError


class BundleMalformed(TouchstoneError):
    """A file is not a bundle, or not written in the one form that bundles have."""

    code = "bundle.malformed"


class BundleProofWrong(TouchstoneError):
    """A proof in a bundle does not prove what it stands for."""

    code = "bundle.proof-wrong"


class RlpInvalid(BundleProofWrong):
    """Bytes are not RLP in its one canonical form, or too many."""

    code = "bundle.rlp"


class HeaderInvalid(BundleProofWrong):
    """Bytes are not a block's header."""

    code = "bundle.header"


class TransactionInvalid(BundleProofWrong):
    """Bytes are not a signed transaction that anchors a root."""

    code = "bundle.transaction"


class TrieProofInvalid(BundleProofWrong):
    """Trie nodes do not lead from the root to the key, or some of them lead nowhere."""

    code = "bundle.trie"


class ContractInvalid(BundleProofWrong):
    """What lies at the contract's address is not our contract."""

    code = "bundle.contract"


class CheckpointsInvalid(TouchstoneError):
    """A file of trusted blocks is malformed, or contradicts the chain that it speaks of."""

    code = "checkpoints.invalid"
    fault = Fault.SETUP


class DidDocumentUnknown(TouchstoneError):
    """Nothing that the reader gave vouches for the DID document that a bundle brings."""

    code = "bundle.did-document-unknown"
    fault = Fault.SETUP


class NotInBundle(TouchstoneError):
    """A document that the check asks for is not in the bundle."""

    code = "bundle.document-missing"
    fault = Fault.SETUP
