"""What /metrics tells, to whom, and that no stranger can write into it."""

import shutil
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from issuer.commands.metrics import serve_metrics
from issuer.db import engine as make_engine
from issuer.settings import Settings
from issuer.web.metrics import Reading, SiteMetrics, Source

Issuer = Callable[..., Any]


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Name and label values to value."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_was_minted_is_counted(issuer: Issuer, minted: Path, open_site: Any) -> None:
    credentials = len(issuer("credentials", "--json", "--home", minted).rows)
    with open_site(minted) as client:
        client.get("/issuer")
        found = samples(client.get("/metrics").text)
    for stage in ("reserved", "signed", "released"):
        assert found["touchstone_issuer_credentials_total", stage] == credentials
    assert found["touchstone_issuer_batches", "released"] == 1
    assert found["touchstone_issuer_batches", "opened"] == 0
    assert found["touchstone_issuer_chunks_waiting", "signing"] == 0
    assert found["touchstone_issuer_anchors", "confirmed"] >= 1
    assert found["touchstone_issuer_oldest_unconfirmed_anchor_age_seconds",] == 0
    assert found["touchstone_issuer_status_lists",] == 1
    assert found["touchstone_issuer_status_list_left_seconds",] > 3600
    assert found["touchstone_issuer_database_up",] == 1
    assert found["touchstone_issuer_http_requests_total", "GET", "/issuer", "200"] == 1


def test_what_waits_to_be_minted_is_counted(issuer: Issuer, judged: Path, open_site: Any) -> None:
    with open_site(judged) as client:
        found = samples(client.get("/metrics").text)
    assert found["touchstone_issuer_credentials_total", "released"] == 0
    assert ("touchstone_issuer_status_list_left_seconds",) not in found


def test_strangers_do_not_make_labels(minted: Path, open_site: Any) -> None:
    with open_site(minted) as client:
        for number in range(20):
            client.get(f"/amina-okafor-{number}?x={number}")
            client.request(f"AMINA{number}", "/issuer")
        text = client.get("/metrics").text
    assert "mina" not in text.lower().replace("terminal", "")
    counted = [key for key in samples(text) if key[0] == "touchstone_issuer_http_requests_total"]
    assert len(counted) == 2
    assert ("touchstone_issuer_http_requests_total", "GET", "unmatched", "404") in counted


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Host": "school.example"},
    ],
)
def test_who_comes_through_a_proxy_is_not_this_machine(
    minted: Path, open_site: Any, headers: dict[str, str]
) -> None:
    with open_site(minted) as client:
        assert client.get("/metrics").status_code == 200
        answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["code"] == "metrics.closed"
    assert "touchstone_issuer_" not in answer.text


def test_with_a_token_only_who_brings_it(
    minted: Path, open_site: Any, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("TOUCHSTONE_METRICS_TOKEN", "a-token-of-the-metrics")
    with open_site(minted) as client:

        def ask(**headers: str) -> httpx.Response:
            return client.get("/metrics", headers=headers)

        for refused in (
            ask(),
            ask(Authorization="Bearer another"),
            ask(Authorization="Basic a-token-of-the-metrics"),
            ask(Authorization="Bearer"),
        ):
            assert refused.status_code == 401
            assert refused.json()["code"] == "metrics.refused"
            assert refused.headers["www-authenticate"].startswith("Bearer")
        given = {"Authorization": "Bearer a-token-of-the-metrics", "X-Forwarded-For": "203.0.113.9"}
        assert ask(**given).status_code == 200


def test_asking_often_reads_seldom() -> None:
    asked: list[int] = []
    now = [100.0]

    def read() -> list[Reading]:
        asked.append(1)
        if len(asked) == 3:
            raise ConnectionError
        return [Reading("things", "Things.", len(asked))]

    metrics = SiteMetrics([Source("database", read, kept_seconds=10, clock=lambda: now[0])])
    assert samples(metrics.text().decode())["touchstone_issuer_things",] == 1
    assert samples(metrics.text().decode())["touchstone_issuer_things",] == 1
    now[0] += 10
    assert samples(metrics.text().decode())["touchstone_issuer_things",] == 2
    now[0] += 10
    found = samples(metrics.text().decode())
    assert found["touchstone_issuer_database_up",] == 0
    assert ("touchstone_issuer_things",) not in found
    now[0] += 10
    assert samples(metrics.text().decode())["touchstone_issuer_things",] == 4


def test_a_worker_tells_them_too_and_how_the_chain_stands(minted: Path, node: Any) -> None:
    settings = Settings.load(minted, insecure_loopback=True)
    engine = make_engine(settings.database, must_exist=True)
    url = node({"eth_chainId": "0x1"})
    with serve_metrics(settings, engine, 0, node_url=url) as port:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            found = samples(answer.read().decode())
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/else")
    engine.dispose()
    assert found["touchstone_issuer_batches", "released"] == 1
    assert found["touchstone_issuer_chain_up",] == 0, "the node is of another chain"


def test_the_chains_head_and_the_balance_are_told(
    issuer: Issuer, minted: Path, open_site: Any
) -> None:
    from issuer.identity.node import open_node  # noqa: PLC0415

    settings = Settings.load(minted, insecure_loopback=True)
    with open_node(settings) as chain, open_site(minted, node_url=chain.url) as client:
        found = samples(client.get("/metrics").text)
    assert found["touchstone_issuer_chain_up",] == 1
    assert found["touchstone_issuer_anchor_account_balance_wei",] > 10**18
    assert found["touchstone_issuer_anchor_account_unknown_transactions",] == 0
    assert found["touchstone_issuer_chain_head_age_seconds",] < 24 * 3600


@pytest.mark.slow
def test_a_database_older_than_the_chain_is_seen(
    issuer: Issuer, judged: Path, tmp_path: Path, open_site: Any
) -> None:
    """Restored from a copy that was made before the last anchor."""
    from issuer.identity.node import open_node  # noqa: PLC0415

    shutil.copytree(judged, tmp_path / "backup")
    assert issuer("mint", "--home", judged).code == 0
    shutil.copytree(judged / "chain", tmp_path / "backup" / "chain", dirs_exist_ok=True)
    settings = Settings.load(tmp_path / "backup", insecure_loopback=True)
    with (
        open_node(settings) as chain,
        open_site(tmp_path / "backup", node_url=chain.url) as client,
    ):
        found = samples(client.get("/metrics").text)
    assert found["touchstone_issuer_anchor_account_unknown_transactions",] >= 1
