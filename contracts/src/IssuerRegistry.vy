# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title IssuerRegistry
@custom:contract-name IssuerRegistry
@license Apache-2.0
@author Touchstone
@notice Where a network of schools says which issuers it accredits: which DID may issue, from which
        accounts it anchors, from when, until when; and when and why an accreditation was revoked.
        Only the network's account writes. The past is never rewritten: what `isAccredited` answers
        for a time before the current block, it answers for ever.
@dev    `didHash` is SHA-256 of the DID's UTF-8 bytes, the DID exactly as credentials name it, without
        path, query or fragment. (SHA-256, because DIDs are compared off the chain, where it is
        everywhere; it also keeps a DID of any length in one word.)

        Why the past stands: an accreditation begins with its own block at the earliest, a
        revocation takes effect with its own block, and nothing that was written is written again.
        So an answer that was once proved from a block's state needs no newer one to be believed.
        The one moment that is open is the current block's own time: later transactions of the same
        block still count for it.

        A revocation ends everything that (didHash, anchor) was given before it, what has not yet
        begun included. Each accreditation remembers how many revocations its pair had when it was
        recorded (`revocations_before`); the revocation of that number, once there is one, ends it.

        The network's account can hand over to another, in two steps so that it cannot hand over to
        an account that nobody holds. It has no other power, there is no other owner, and nothing
        can be changed in the code, stopped or destroyed. The contract takes no money.

        Proving (eth_getProof). Vyper hashes slot before key; with k() = keccak256 of operands
        left-padded to 32 bytes, except didHash and indices, which are 32 bytes anyway:

          slot 0                               network
          slot 1                               next_network
          k(2 || didHash)                      anchor_count[didHash]
          k(k(3 || didHash) || index)          anchors[didHash][index]
          k(k(4 || didHash) || anchor)         accreditation_count[didHash][anchor]
          k(k(k(5 || didHash) || anchor) || index) + m   accreditations[didHash][anchor][index],
                                               m = 0 valid_from, 1 valid_until, 2 recorded_at,
                                               3 revocations_before
          k(k(6 || didHash) || anchor)         revocation_count[didHash][anchor]
          k(k(k(7 || didHash) || anchor) || index) + m   revocations[didHash][anchor][index],
                                               m = 0 time, 1 reason

        That (didHash, anchor) was accredited at time t is proved by one accreditation with
        valid_from <= t and (valid_until == 0 or t < valid_until), together with either
        revocation_count == revocations_before, or the revocation numbered revocations_before with
        t < time. contracts/issuer_registry.py computes every slot.
"""


# @notice How often one (didHash, anchor) can be accredited. Bounds the walk through its history;
#         a pair that has used it up goes on with a new account.
MAX_ACCREDITATIONS: constant(uint256) = 1024


# @notice One accreditation. Written once, whole.
struct Accreditation:
    # The first moment, in seconds since 1970.
    valid_from: uint256
    # The first moment after it; 0 for open.
    valid_until: uint256
    # The time of the block that recorded it.
    recorded_at: uint256
    # How many revocations its pair had then: the number of the one that can end this.
    revocations_before: uint256


# @notice One revocation. Written once, whole.
struct Revocation:
    # The time of its block; from then on what it revokes is not accredited.
    time: uint256
    # A short code in ASCII, zeros behind it.
    reason: bytes32


# @notice The account that writes.
network: public(address)


# @notice The account that was proposed to become the network's; zero for none.
next_network: address


# @notice didHash -> how many accounts were ever accredited for it.
anchor_count: HashMap[bytes32, uint256]


# @notice didHash -> index -> account, in the order in which they were first accredited.
anchors: HashMap[bytes32, HashMap[uint256, address]]


# @notice didHash -> account -> how many accreditations were recorded.
accreditation_count: HashMap[bytes32, HashMap[address, uint256]]


# @notice didHash -> account -> index -> accreditation, in the order of recording.
accreditations: HashMap[bytes32, HashMap[address, HashMap[uint256, Accreditation]]]


# @notice didHash -> account -> how many revocations were recorded.
revocation_count: HashMap[bytes32, HashMap[address, uint256]]


# @notice didHash -> account -> index -> revocation, in the order of recording.
revocations: HashMap[bytes32, HashMap[address, HashMap[uint256, Revocation]]]


# @notice The network accredited an issuer.
# @param didHash SHA-256 of the issuer's DID.
# @param anchor The account from which the issuer anchors.
# @param index The number of this accreditation among those of the pair, from 0.
# @param validFrom The first moment, in seconds since 1970.
# @param validUntil The first moment after it; 0 for open.
event Accredited:
    didHash: indexed(bytes32)
    anchor: indexed(address)
    index: uint256
    validFrom: uint256
    validUntil: uint256


# @notice The network revoked everything that the pair had been given; from this block on.
# @param didHash SHA-256 of the issuer's DID.
# @param anchor The account.
# @param reason A short code in ASCII, zeros behind it.
event Revoked:
    didHash: indexed(bytes32)
    anchor: indexed(address)
    reason: bytes32


# @notice The network proposed to hand over; nothing has changed yet.
# @param network The account that writes.
# @param nextNetwork The account that may accept; zero if a proposal was taken back.
event NetworkProposed:
    network: indexed(address)
    nextNetwork: indexed(address)


# @notice Another account writes from now on.
# @param formerNetwork The account before; zero when the contract was created.
# @param network The account that writes.
event NetworkChanged:
    formerNetwork: indexed(address)
    network: indexed(address)


@deploy
def __init__(network: address):
    """
    @notice Sets the account that writes. Whoever deploys has no power by that.
    @param network The network's account.
    """
    assert network != empty(address), "IssuerRegistry: network is the zero address"
    self.network = network
    log NetworkChanged(formerNetwork=empty(address), network=network)


@external
def accredit(didHash: bytes32, anchor: address, validFrom: uint256, validUntil: uint256):
    """
    @notice Accredits an issuer for one of its accounts. To renew, accredit again: accreditations
            may overlap, and each stays on record.
    @param didHash SHA-256 of the issuer's DID.
    @param anchor The account from which the issuer anchors.
    @param validFrom The first moment, in seconds since 1970; 0 for this block's time. Not earlier
           than this block: the past is not rewritten.
    @param validUntil The first moment after it; 0 for open.
    """
    self._check_network()
    assert didHash != empty(bytes32), "IssuerRegistry: DID hash is zero"
    assert anchor != empty(address), "IssuerRegistry: anchor is the zero address"
    begin: uint256 = validFrom
    if begin == 0:
        begin = block.timestamp
    assert begin >= block.timestamp, "IssuerRegistry: begins in the past"
    assert validUntil == 0 or validUntil > begin, "IssuerRegistry: ends before it begins"
    index: uint256 = self._append(didHash, anchor, begin, validUntil)
    log Accredited(
        didHash=didHash, anchor=anchor, index=index, validFrom=begin, validUntil=validUntil
    )


@external
def revoke(didHash: bytes32, anchor: address, reason: bytes32):
    """
    @notice Revokes, from this block's time on, everything that the pair was given so far, also what
            has not yet begun. The pair can be accredited anew.
    @param didHash SHA-256 of the issuer's DID.
    @param anchor The account.
    @param reason A short code in ASCII, zeros behind it; not empty.
    """
    self._check_network()
    assert reason != empty(bytes32), "IssuerRegistry: no reason given"
    assert self._has_time_left(didHash, anchor), "IssuerRegistry: nothing to revoke"
    number: uint256 = self.revocation_count[didHash][anchor]
    self.revocations[didHash][anchor][number] = Revocation(time=block.timestamp, reason=reason)
    self.revocation_count[didHash][anchor] = number + 1
    log Revoked(didHash=didHash, anchor=anchor, reason=reason)


@external
def proposeNetwork(nextNetwork: address):
    """
    @notice First step of a handover. Until the other account accepts, nothing changes, and another
            proposal replaces this one.
    @param nextNetwork The account that may accept; zero takes a proposal back.
    """
    self._check_network()
    self.next_network = nextNetwork
    log NetworkProposed(network=msg.sender, nextNetwork=nextNetwork)


@external
def acceptNetwork():
    """
    @notice Second step of a handover, by the account that was proposed.
    """
    assert msg.sender == self.next_network, "IssuerRegistry: caller was not proposed"
    former: address = self.network
    self.network = msg.sender
    self.next_network = empty(address)
    log NetworkChanged(formerNetwork=former, network=msg.sender)


@external
@view
def isAccredited(didHash: bytes32, anchor: address, time: uint256) -> bool:
    """
    @notice Whether the network accredited this issuer with this account at a time. For a time
            before the current block's the answer never changes; for a later one it is what is
            known so far.
    @param didHash SHA-256 of the issuer's DID.
    @param anchor The account from which it anchored.
    @param time The moment asked about, in seconds since 1970: for a credential, that of its anchor.
    @return bool True if an accreditation covers that moment and no revocation had ended it.
    """
    count: uint256 = self.accreditation_count[didHash][anchor]
    for index: uint256 in range(count, bound=MAX_ACCREDITATIONS):
        given: Accreditation = self.accreditations[didHash][anchor][index]
        if given.valid_from <= time and (given.valid_until == 0 or time < given.valid_until):
            ended: Revocation = self.revocations[didHash][anchor][given.revocations_before]
            if ended.time == 0 or time < ended.time:
                return True
    return False


@external
@view
def nextNetwork() -> address:
    """
    @notice The account that may accept a handover.
    @return address The account; zero if none is proposed.
    """
    return self.next_network


@external
@view
def anchorCount(didHash: bytes32) -> uint256:
    """
    @notice How many accounts were ever accredited for an issuer.
    @param didHash SHA-256 of the issuer's DID.
    @return uint256 The number; 0 for an issuer that the network never accredited.
    """
    return self.anchor_count[didHash]


@external
@view
def anchorAt(didHash: bytes32, index: uint256) -> address:
    """
    @notice One of the accounts that were ever accredited for an issuer, whether they still are or not.
    @param didHash SHA-256 of the issuer's DID.
    @param index From 0, in the order in which they were first accredited.
    @return address The account.
    """
    assert index < self.anchor_count[didHash], "IssuerRegistry: no such anchor"
    return self.anchors[didHash][index]


@external
@view
def accreditationCount(didHash: bytes32, anchor: address) -> uint256:
    """
    @notice How many accreditations were recorded for a pair.
    @param didHash SHA-256 of the issuer's DID.
    @param anchor The account.
    @return uint256 The number.
    """
    return self.accreditation_count[didHash][anchor]


@external
@view
def accreditation(
    didHash: bytes32, anchor: address, index: uint256
) -> (uint256, uint256, uint256, uint256, bytes32):
    """
    @notice One accreditation, with the revocation that ended it.
    @param didHash SHA-256 of the issuer's DID.
    @param anchor The account.
    @param index From 0, in the order of recording.
    @return uint256 validFrom: the first moment, in seconds since 1970.
    @return uint256 validUntil: the first moment after it; 0 for open.
    @return uint256 recordedAt: the time of the block that recorded it.
    @return uint256 revokedAt: the time of the block that revoked it; 0 for never.
    @return bytes32 reason: why it was revoked; zero if it was not.
    """
    assert index < self.accreditation_count[didHash][anchor], "IssuerRegistry: no such accreditation"
    given: Accreditation = self.accreditations[didHash][anchor][index]
    ended: Revocation = self.revocations[didHash][anchor][given.revocations_before]
    return given.valid_from, given.valid_until, given.recorded_at, ended.time, ended.reason


@internal
@view
def _check_network():
    """
    @notice Lets nobody but the network pass.
    """
    assert msg.sender == self.network, "IssuerRegistry: caller is not the network"


@internal
def _append(didHash: bytes32, anchor: address, begin: uint256, end: uint256) -> uint256:
    """
    @notice Records an accreditation behind those that are there.
    @param didHash SHA-256 of the issuer's DID.
    @param anchor The account.
    @param begin The first moment.
    @param end The first moment after it; 0 for open.
    @return uint256 Its number.
    """
    index: uint256 = self.accreditation_count[didHash][anchor]
    assert index < MAX_ACCREDITATIONS, "IssuerRegistry: too many accreditations"
    if index == 0:
        known: uint256 = self.anchor_count[didHash]
        self.anchors[didHash][known] = anchor
        self.anchor_count[didHash] = known + 1
    self.accreditations[didHash][anchor][index] = Accreditation(
        valid_from=begin,
        valid_until=end,
        recorded_at=block.timestamp,
        revocations_before=self.revocation_count[didHash][anchor],
    )
    self.accreditation_count[didHash][anchor] = index + 1
    return index


@internal
@view
def _has_time_left(didHash: bytes32, anchor: address) -> bool:
    """
    @notice Whether any accreditation of the pair is neither revoked nor over.
    @param didHash SHA-256 of the issuer's DID.
    @param anchor The account.
    @return bool True if revoking would change anything.
    """
    revoked: uint256 = self.revocation_count[didHash][anchor]
    count: uint256 = self.accreditation_count[didHash][anchor]
    for back: uint256 in range(count, bound=MAX_ACCREDITATIONS):
        given: Accreditation = self.accreditations[didHash][anchor][count - 1 - back]
        if given.revocations_before != revoked:
            break
        if given.valid_until == 0 or given.valid_until > block.timestamp:
            return True
    return False
