"""What a credential names decides which addresses are asked: none of them may be private."""

import ipaddress
import ssl
from functools import partial

import httpx
import pytest

from verifier import verify
from verifier.errors import (
    AddressRefused,
    DocumentMissing,
    DocumentTooLarge,
    HostUnreachable,
    TooManyRedirects,
)
from verifier.fetch.dids import DidDocuments
from verifier.fetch.documents import PublishedDocuments
from verifier.fetch.http import HttpDoor, is_public
from verifier.patience import patient
from verifier.policy import Verdict, decide
from verifier.ports import Ports
from verifier.verify import verify_credential

CONTEXT = ssl.create_default_context()
PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",  # noqa: S104
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
]


@pytest.mark.parametrize("text", PRIVATE)
def test_private_addresses_are_not_public(text):
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text", ["93.184.215.14", "2606:2800:21f:cb07::1", "64:ff9b::5db8:d70e", "::ffff:93.184.215.14"]
)
def test_public_addresses_are(text):
    assert is_public(ipaddress.ip_address(text))


class NoTransport:
    """Nothing may get as far as a connection."""

    def handle_request(self, request):
        raise AssertionError(f"a connection to {request.url}")


def door(resolve, **more):
    made = HttpDoor(resolve=resolve, ssl_context=CONTEXT, **more)
    made.close()
    made._transport = NoTransport()
    return made


@pytest.mark.parametrize(
    ("address", "insecure"),
    [(text, False) for text in PRIVATE]
    + [(text, True) for text in PRIVATE if not ipaddress.ip_address(text).is_loopback],
)
def test_a_name_that_leads_into_a_private_network_is_not_opened(address, insecure):
    with pytest.raises(AddressRefused, match="private networks"):
        door(lambda *_: [address], insecure_loopback=insecure).get(
            "https://innocent.example/x", max_bytes=10
        )


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    with pytest.raises(AddressRefused):
        door(lambda *_: ["93.184.215.14", "10.0.0.1"]).get("https://a.example/", max_bytes=10)


@pytest.mark.parametrize(
    "url",
    [
        "http://school.example/",
        "http://127.0.0.1/",
        "https://user:secret@school.example/",
        "file:///etc/passwd",
        "ftp://school.example/",
        "gopher://school.example/",
        "//school.example/",
        "https://",
        "",
        "https://school.example/" + "a" * 3000,
        "https://[::1",
        "https://a b.example/",
        "data:text/plain,hello",
    ],
)
def test_other_addresses_are_refused(url):
    def resolve(*_):
        raise AssertionError("asked for the address of a refused URL")

    with pytest.raises(AddressRefused):
        door(resolve).get(url, max_bytes=10)


def test_a_name_without_address_is_unreachable():
    def resolve(*_):
        raise OSError("no such host")

    with pytest.raises(HostUnreachable):
        door(resolve).get("https://school.example/", max_bytes=10)


class Scripted:
    """A transport that answers with scripted responses and notes where it was sent."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.seen = []

    def handle_request(self, request):
        self.seen.append(request)
        status, headers, body = self.answers.pop(0)
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


PUBLIC = {"a.example": "93.184.215.14", "b.example": "93.184.215.15", "evil.example": "10.0.0.1"}


def scripted(*answers):
    made = door(lambda host, _port: [PUBLIC[host]])
    made._transport = Scripted(*answers)
    return made


def redirect(to, status=302):
    return status, {"location": to}, b""


def test_the_connection_goes_to_the_address_that_was_checked():
    made = scripted((200, {}, b"{}"))
    made.get("https://a.example:8443/x?y#z", max_bytes=10)
    (request,) = made._transport.seen
    assert request.url.host == "93.184.215.14"
    assert request.headers["host"] == "a.example:8443"
    assert request.extensions["sni_hostname"] == "a.example"
    assert "cookie" not in request.headers
    assert "authorization" not in request.headers
    assert str(request.url).endswith("/x?y")


def test_redirects_are_followed_a_little():
    made = scripted(redirect("https://b.example/"), redirect("/z"), (200, {}, b"ok"))
    assert made.get("https://a.example/", max_bytes=10) == b"ok"
    assert [str(it.url.host) for it in made._transport.seen] == [
        "93.184.215.14",
        "93.184.215.15",
        "93.184.215.15",
    ]


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/",
        "https://10.0.0.1/",
        "http://b.example/",
        "http://127.0.0.1/",
        "file:///etc/passwd",
        "https://u:p@b.example/",
    ],
)
def test_redirects_are_checked_like_the_first_address(to):
    made = scripted(redirect(to))
    made._resolve = lambda host, _port: [PUBLIC.get(host, host)]
    with pytest.raises(AddressRefused):
        made.get("https://a.example/", max_bytes=10)
    assert len(made._transport.seen) == 1


def test_redirects_do_not_go_on_for_ever():
    made = scripted(*[redirect("https://a.example/")] * 9)
    with pytest.raises(TooManyRedirects):
        made.get("https://a.example/", max_bytes=10)
    assert len(made._transport.seen) == 4


@pytest.mark.parametrize("status", [400, 404, 410])
def test_no_such_document(status):
    with pytest.raises(DocumentMissing):
        scripted((status, {}, b"")).get("https://a.example/", max_bytes=10)


@pytest.mark.parametrize("status", [401, 403, 429, 500, 502, 503])
def test_trouble_at_the_host(status):
    with pytest.raises(HostUnreachable):
        scripted((status, {}, b"")).get("https://a.example/", max_bytes=10)


def test_a_document_larger_than_the_limit():
    assert scripted((200, {}, b"x" * 10)).get("https://a.example/", max_bytes=10) == b"x" * 10
    with pytest.raises(DocumentTooLarge):
        scripted((200, {}, b"x" * 11)).get("https://a.example/", max_bytes=10)


@pytest.mark.parametrize(
    "did",
    [
        "did:web:127.0.0.1",
        "did:web:localhost%3A8000",
        "did:web:169.254.169.254",
        "did:web:10.0.0.1%3A80",
        "did:web:2130706433",
        "did:web:0x7f.1",
    ],
)
def test_a_did_web_into_a_private_network_is_never_opened(school, world, did):
    """The credential is well signed by its own lights; its issuer just cannot be asked."""

    def resolve(host, _port):
        numbers = {"2130706433": "127.0.0.1", "0x7f.1": "127.0.0.1"}
        return [numbers.get(host, host)]

    documents = PublishedDocuments(door(resolve))
    ports = Ports(lambda: world.now, DidDocuments(documents), documents, world)
    document = school.unsigned()
    document["issuer"]["id"] = did
    signed = school.sign(document, method=f"{did}#key-1")
    report = verify_credential(signed, ports)
    assert decide(report).verdict is Verdict.UNDECIDED
    assert report.facts == {}
    assert report.headline == "We could not confirm the school's key"
    assert {it.code for it in report.of("proof")} <= {"proof.key-not-asked", "proof.key-not-read"}


def test_a_status_list_in_a_private_network_is_never_opened(school, world):
    documents = PublishedDocuments(door(lambda host, _port: [host]))
    document = school.unsigned()
    document["credentialStatus"]["statusListCredential"] = "https://169.254.169.254/latest"
    ports = Ports(lambda: world.now, world, documents, world)
    report = verify_credential(school.sign(document), ports)
    assert decide(report).verdict is Verdict.UNDECIDED
    assert report.of("status")[0].details["cause"] == "fetch.address-refused"


def test_silent_hosts_wear_our_patience_out_once(school, world, monkeypatch):
    """Sixteen proofs of sixteen silent hosts: two are waited for, the others are not asked."""
    seconds = [0.0]
    fetch = world.fetch

    def silent(url, *, max_bytes):
        seconds[0] += 10.0
        return fetch(url, max_bytes=max_bytes)

    monkeypatch.setattr(world, "fetch", silent)
    monkeypatch.setattr(verify, "patient", partial(patient, now=lambda: seconds[0]))
    credential = school.issue(anchored=False)
    hosts = [f"silent{number}.example" for number in range(15)]
    world.down.update(hosts)
    others = [
        {**credential["proof"], "verificationMethod": f"did:web:{host}#key-1"} for host in hosts
    ]
    credential["proof"] = [*others, credential["proof"]]
    world.fetched.clear()
    report = verify.verify_credential(credential, world.ports())
    assert decide(report).verdict is Verdict.UNDECIDED
    assert len(world.fetched) == 2


def test_all_records_of_a_presentation_share_our_patience(school, world, simulator, monkeypatch):
    shared = []
    monkeypatch.setattr(verify, "patient", lambda ports: shared.append(ports) or patient(ports))
    document = simulator.Learner().present([school.issue(), school.issue()])
    verify.verify_presentation(document, world.ports())
    assert len(shared) == 1
