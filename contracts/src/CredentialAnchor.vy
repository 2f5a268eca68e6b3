# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title CredentialAnchor
@custom:contract-name CredentialAnchor
@license Apache-2.0
@author Touchstone
@notice Keeps, for every sender and every 32-byte Merkle root, the time of the block in which that
        sender anchored that root. Anybody may anchor; what an anchor is worth depends only on who
        sent it. Nobody owns this contract, nothing in it can be changed, stopped or taken back,
        and it holds no money.
@dev    Calldata is told apart by its length alone, never by its first four bytes:

          32 bytes -> a Merkle root, anchored for `msg.sender` (Blockcerts verifiers need the
                      calldata of the transaction to be the root and nothing else);
          68 bytes -> `anchoredAt(address,bytes32)` in the Solidity ABI, read-only;
          others   -> reverts.

        An ordinary external getter would not do: the compiler's dispatcher looks at the first four
        bytes before anything else and reverts when the rest is too short, so that one root in
        2**32 could never be anchored. Here a root that begins with the getter's selector is a root
        like any other. The getter's declaration stands in interfaces/ICredentialAnchor.vyi, whose
        ABI is published together with this file's.

        Reading: `anchoredAt(issuer, root)` is 0 for "never". A block's time is never 0.
        Proving: the time lies in storage slot keccak256(keccak256(0 || issuer) || root), both
        operands left-padded to 32 bytes (the slot of `anchored_at` is 0; slot before key).
"""


# @notice Calldata of an anchoring transaction: the root, in bytes.
_ROOT_SIZE: constant(uint256) = 32


# @notice Calldata of `anchoredAt(address,bytes32)`: selector and two words, in bytes.
_GETTER_SIZE: constant(uint256) = 68


# @notice Selector of the one read-only function.
_GETTER_SELECTOR: constant(bytes4) = method_id("anchoredAt(address,bytes32)", output_type=bytes4)


# @notice issuer -> root -> time of the block that anchored it, in seconds since 1970; 0 for never.
anchored_at: HashMap[address, HashMap[bytes32, uint256]]


# @notice `issuer` anchored `root`. The time is the time of the block that holds this event.
# @param issuer The account that sent the root.
# @param root The Merkle root of a batch.
event Anchored:
    issuer: indexed(address)
    root: indexed(bytes32)


@deploy
def __init__():
    """
    @notice Nothing to set up: no owner, no parameters.
    @dev    It stands here so that creation with value reverts: money could never leave again.
    """
    pass


@external
@raw_return
def __default__() -> Bytes[32]:
    """
    @notice Anchors the 32-byte root that is the whole calldata, or answers
            `anchoredAt(address,bytes32)`. Value sent along reverts.
    @dev    Not payable, so the compiler rejects any value first.
    @return bytes Nothing after anchoring; one uint256 word, a time in seconds, for `anchoredAt`.
    """
    if len(msg.data) == _ROOT_SIZE:
        self._anchor(convert(slice(msg.data, 0, 32), bytes32))
        return b""
    return self._answer_anchored_at()


@internal
def _anchor(root: bytes32):
    """
    @notice Records the block's time for (sender, root).
    @dev    A second anchoring would move the time forward, so it reverts: the first time stands.
    @param root The Merkle root.
    """
    assert self.anchored_at[msg.sender][root] == 0, "CredentialAnchor: already anchored"
    self.anchored_at[msg.sender][root] = block.timestamp
    log Anchored(issuer=msg.sender, root=root)


@internal
@view
def _answer_anchored_at() -> Bytes[32]:
    """
    @notice Answers calldata that is exactly one `anchoredAt(address,bytes32)` call.
    @return bytes The time as one word; 0 for a root that this issuer never anchored.
    """
    assert len(msg.data) == _GETTER_SIZE, "CredentialAnchor: calldata is not a 32-byte root"
    assert convert(slice(msg.data, 0, 4), bytes4) == _GETTER_SELECTOR, "CredentialAnchor: unknown function"
    issuer: address = empty(address)
    root: bytes32 = empty(bytes32)
    issuer, root = abi_decode(slice(msg.data, 4, 64), (address, bytes32))
    return abi_encode(self.anchored_at[issuer][root])
