"""The anchor contract from outside: deploy it, recognise it, ask it."""

from contracts.artifacts import credential_anchor
from contracts.credential_anchor import anchored_at_calldata
from contracts.errors import ChainBadAnswer
from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.confirmation import await_receipt
from issuer.anchoring.errors import LowBalance, NoCode, OtherCode, Reverted
from issuer.anchoring.ethereum import EthereumClient, Fees

WEI = 10**18
"""Wei in an ether."""
GAS_MARGIN = 1.1
"""Of the estimate; what is not used is not paid."""
DEPLOY_TIMEOUT_S = 300.0
_WORD = 32


def check_contract(client: EthereumClient, address: str) -> None:
    """Raise unless our anchor contract, exactly, lies at the address.

    Raises:
        NoCode: nothing lies there.
        OtherCode: another contract lies there.
    """
    code = client.code(address)
    if not code:
        raise NoCode(
            f"There is no contract at {address} on chain {client.chain_id}.",
            "Correct the contract's address in the settings, or deploy the contract.",
        )
    if code != credential_anchor().runtime:
        raise OtherCode(
            f"The contract at {address} on chain {client.chain_id} is not our CredentialAnchor.",
            "Correct the contract's address in the settings, or deploy the contract.",
        )


def anchored_at(client: EthereumClient, contract: str, sender: str, root: bytes) -> int:
    """When the sender anchored the root, in seconds since 1970; 0 for never."""
    answer = client.call(contract, anchored_at_calldata(sender, root))
    if len(answer) != _WORD:
        raise ChainBadAnswer(f"The contract at {contract} does not answer anchoredAt.")
    return int.from_bytes(answer, "big")


def deploy_contract(
    client: EthereumClient, account: EthereumAccount, *, timeout_s: float = DEPLOY_TIMEOUT_S
) -> str:
    """Deploy the anchor contract and wait until a block has it.

    Returns:
        The contract's address, with checksum capitals.

    Raises:
        LowBalance: the account cannot pay for it; nothing was sent.
        Reverted: creation failed.
        NotConfirmed: no block has it within ``timeout_s``.
    """
    client.check_chain()
    fees, code = client.fees(), credential_anchor().bytecode
    gas = gas_limit(client.estimate_gas(account.address, None, code))
    check_balance(client, account.address, gas, fees)
    nonce = client.transaction_count(account.address, pending=True)
    signed = account.sign(
        transaction(client.chain_id, nonce, to=None, data=code, gas=gas, fees=fees)
    )
    client.send_raw(signed.raw, signed.tx_hash)
    receipt = await_receipt(client, signed.tx_hash, timeout_s=timeout_s)
    if not receipt.succeeded or receipt.contract_address is None:
        raise Reverted(f"The creation of the contract, {signed.tx_hash}, failed.")
    check_contract(client, receipt.contract_address)
    return receipt.contract_address


def transaction(
    chain_id: int, nonce: int, *, to: str | None, data: bytes, gas: int, fees: Fees
) -> dict[str, object]:
    """An EIP-1559 transaction without value, by JSON-RPC member names; ``to`` None creates."""
    unsigned: dict[str, object] = {
        "type": 2,
        "chainId": chain_id,
        "nonce": nonce,
        "value": 0,
        "data": data,
        "gas": gas,
        "maxFeePerGas": fees.max_fee_per_gas,
        "maxPriorityFeePerGas": fees.max_priority_fee_per_gas,
    }
    return unsigned if to is None else unsigned | {"to": to}


def gas_limit(estimate: int) -> int:
    """The gas to allow, given the node's estimate."""
    return int(estimate * GAS_MARGIN)


def check_balance(client: EthereumClient, address: str, gas: int, fees: Fees) -> int:
    """The address's balance in wei; raises LowBalance if it cannot pay for so much gas."""
    needed, held = gas * fees.max_fee_per_gas, client.balance(address)
    if held < needed:
        raise LowBalance(
            f"The Ethereum account {address} holds {held / WEI:.6f} ether on chain "
            f"{client.chain_id}, and the next transaction may cost {needed / WEI:.6f}.",
            "Send ether to that account, then try again.",
            details={"address": address, "held_wei": held, "needed_wei": needed},
        )
    return held
