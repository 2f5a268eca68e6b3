"""kill -9 at every point of minting, then the command again: nothing lost, nothing twice."""

import json
import signal

import pytest

STAGES, PIPELINE = "issuer.minting.stages", "issuer.minting.pipeline"
ANCHORED, WORKFLOWS = "issuer.minting.anchored", "issuer.minting.workflows"
SIGNING, CLIENT = "issuer.minting.signing", "issuer.anchoring.ethereum"
ANCHORING, ENGINE = "issuer.anchoring.service", "issuer.workflow.engine"

QUICK = [
    f"after:{WORKFLOWS}:enqueue:3",
    f"after:{SIGNING}:store_chunk:2",
    f"before:{CLIENT}:EthereumClient.send_raw:1",
    f"after:{CLIENT}:EthereumClient.send_raw:1",
    f"after:{STAGES}:check:2",
]
SLOW = [
    f"before:{PIPELINE}:reserve:1",
    f"during:{PIPELINE}:reserve:1",
    f"after:{PIPELINE}:reserve:1",
    f"after:{PIPELINE}:reserve_new:1",
    f"before:{PIPELINE}:begin:1",
    f"after:{PIPELINE}:begin:1",
    f"during:{ENGINE}:_prepare:1",
    f"after:{ENGINE}:_launch:1",
    f"before:{ENGINE}:enqueue:1",
    f"after:{ENGINE}:enqueue:1",
    f"before:{WORKFLOWS}:_mint_batch:1",
    f"after:{WORKFLOWS}:_noted:2",
    f"after:{WORKFLOWS}:enqueue:1",
    f"before:{STAGES}:sign:1",
    f"during:{STAGES}:sign:1",
    f"after:{STAGES}:sign:2",
    f"after:{SIGNING}:place_chunk:1",
    f"after:{SIGNING}:prepare_chunk:2",
    f"before:{SIGNING}:store_chunk:1",
    f"after:{WORKFLOWS}:_wait:1",
    f"before:{STAGES}:build_tree:1",
    f"during:{STAGES}:build_tree:1",
    f"after:{STAGES}:store_tree:1",
    f"after:{STAGES}:build_tree:1",
    f"before:{ANCHORED}:prepare:1",
    f"during:{ANCHORED}:prepare:1",
    f"after:{ANCHORING}:prepare_anchor:1",
    f"after:{ANCHORED}:prepare:1",
    f"before:{ANCHORED}:confirm:1",
    f"during:{ANCHORED}:confirm:1",
    f"before:{ANCHORED}:_record:1",
    f"after:{ANCHORED}:_record:1",
    f"after:{ANCHORED}:confirm:1",
    f"before:{STAGES}:check:1",
    f"during:{STAGES}:check:1",
    f"before:{STAGES}:_mark_checked:2",
    f"after:{STAGES}:_mark_checked:1",
    f"after:{WORKFLOWS}:_wait:2",
    f"before:{STAGES}:_release:1",
    f"after:{STAGES}:_release:1",
]
RELEASED = [f"after:{STAGES}:release:1", f"after:{WORKFLOWS}:_mint_batch:1"]
"""What happens after the batch is released has nothing left to do."""


ON_BOTH = pytest.mark.parametrize("school", ["sqlite", "postgres"], indirect=True)


def killed(school, point):
    """The command, killed at a point."""
    command = school.mint(point)
    assert command.code == -signal.SIGKILL, (point, command.out, command.err)
    assert "Traceback" not in command.err


def run_again(school):
    """The command once more; what it said."""
    command = school.mint()
    assert command.code == 0, command.err
    assert "Traceback" not in command.err
    school.check_minted_once()
    return json.loads(command.out)


@pytest.mark.slow
@pytest.mark.parametrize("school", ["sqlite"], indirect=True)
def test_killed_again_and_again(school):
    """Each run dies at a later point than the one before; the last has nothing left to do."""
    for point in QUICK:
        killed(school, point)
    [batch] = run_again(school)
    assert batch["resumed"]
    assert run_again(school) == []


@pytest.mark.slow
@ON_BOTH
@pytest.mark.parametrize("point", QUICK + SLOW)
def test_killed_anywhere(school, point):
    killed(school, point)
    [batch] = run_again(school)
    assert batch["credentials"] == school.mastered


@pytest.mark.slow
@ON_BOTH
@pytest.mark.parametrize("point", RELEASED)
def test_killed_after_the_release(school, point):
    killed(school, point)
    assert run_again(school) == []


@pytest.mark.slow
@ON_BOTH
def test_a_run_that_nothing_disturbs(school):
    [batch] = run_again(school)
    assert not batch["resumed"]
    assert run_again(school) == []
