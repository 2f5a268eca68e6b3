"""The outbound door against real servers on this machine."""

import datetime as dt
import http.server
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from verifier.errors import AddressRefused, DocumentMalformed, DocumentTooLarge, HostUnreachable
from verifier.fetch.cache import TimedCache
from verifier.fetch.documents import PublishedDocuments
from verifier.fetch.http import HttpDoor, HttpLimits

CONTEXT = ssl.create_default_context()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        if self.path == "/drip":
            self.drip()
            return
        body = b"x" * 100 if self.path == "/long" else b'{"ok": true}'
        self.send_response(302 if self.path == "/away" else 200)
        if self.path == "/packed":
            self.send_header("Content-Encoding", "gzip")
        if self.path == "/away":
            self.send_header("Location", "https://school.example/")
        self.send_header("Set-Cookie", "a=b")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def drip(self):
        """One byte of the headers at a time, for ever."""
        try:
            for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 1000:
                self.wfile.write(bytes([letter]))
                self.wfile.flush()
                time.sleep(0.02)
        except OSError:
            return

    def log_message(self, *args):
        return


@pytest.fixture
def serve():
    """Start servers; stop them at the end."""
    running = []

    def start(context=None):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.seen = []
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((server, thread))
        return server

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def open_door():
    doors = []

    def build(**more):
        more.setdefault("ssl_context", CONTEXT)
        doors.append(HttpDoor(insecure_loopback=True, **more))
        return doors[-1]

    yield build
    for door in doors:
        door.close()


def address(server, path="/", scheme="http", host="127.0.0.1"):
    return f"{scheme}://{host}:{server.server_address[1]}{path}"


def test_a_document_is_fetched(serve, open_door):
    server, door = serve(), open_door()
    assert door.get(address(server, "/a?b#c"), max_bytes=100) == b'{"ok": true}'
    assert door.get(address(server, "/a", host="localhost"), max_bytes=100) == b'{"ok": true}'
    (path, headers), (_, again) = server.seen
    assert path == "/a?b"
    assert headers["Host"] == f"127.0.0.1:{server.server_address[1]}"
    assert again["Host"].startswith("localhost:")
    assert "Cookie" not in again


def test_without_the_switch_this_machine_is_not_asked(serve):
    server = serve()
    door = HttpDoor(ssl_context=CONTEXT)
    for scheme in ("http", "https"):
        for host in ("127.0.0.1", "localhost"):
            with pytest.raises(AddressRefused):
                door.get(address(server, scheme=scheme, host=host), max_bytes=100)
    door.close()
    assert server.seen == []


def test_the_switch_opens_http_to_this_machine_only(serve, open_door):
    with pytest.raises(AddressRefused, match="https"):
        open_door().get(address(serve(), host="school.example"), max_bytes=100)


def test_a_redirect_from_this_machine_is_checked(serve, open_door):
    door = open_door(resolve=lambda host, _: ["127.0.0.1"] if host == "127.0.0.1" else ["10.0.0.1"])
    with pytest.raises(AddressRefused):
        door.get(address(serve(), "/away"), max_bytes=100)


def test_a_document_that_is_too_large(serve, open_door):
    server, door = serve(), open_door()
    assert len(door.get(address(server, "/long"), max_bytes=100)) == 100
    with pytest.raises(DocumentTooLarge):
        door.get(address(server, "/long"), max_bytes=99)


def test_a_packed_document_is_refused(serve, open_door):
    with pytest.raises(DocumentMalformed):
        open_door().get(address(serve(), "/packed"), max_bytes=100)


def test_a_host_that_drips_is_cut_off(serve, open_door):
    door = open_door(limits=HttpLimits(seconds=0.3))
    begin = time.monotonic()
    with pytest.raises(HostUnreachable):
        door.get(address(serve(), "/drip"), max_bytes=100)
    assert time.monotonic() - begin < 3


def test_a_closed_port_is_unreachable(serve, open_door):
    server = serve()
    url = address(server)
    server.shutdown()
    server.server_close()
    with pytest.raises(HostUnreachable):
        open_door().get(url, max_bytes=100)


@pytest.fixture
def certificate(tmp_path):
    """A self-signed certificate for school.example, as files and as a client context."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "school.example")])
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=3))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("school.example")]), False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(pem + secret)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    client = ssl.create_default_context(cadata=pem.decode())
    return server, client


def test_the_certificate_is_that_of_the_name_and_not_of_the_address(serve, open_door, certificate):
    server_context, client_context = certificate
    server = serve(server_context)
    door = open_door(ssl_context=client_context, resolve=lambda *_: ["127.0.0.1"])
    url = address(server, scheme="https", host="school.example")
    assert door.get(url, max_bytes=100) == b'{"ok": true}'
    assert server.seen[0][1]["Host"] == f"school.example:{server.server_address[1]}"
    with pytest.raises(HostUnreachable):
        door.get(address(server, scheme="https", host="other.example"), max_bytes=100)


def test_the_name_is_looked_up_once_and_kept(serve, open_door, certificate):
    """A name that changes its address between check and use (DNS rebinding) changes nothing."""
    server_context, client_context = certificate
    server = serve(server_context)
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    door = open_door(ssl_context=client_context, resolve=lambda *_: next(answers))
    url = address(server, scheme="https", host="school.example")
    assert door.get(url, max_bytes=100) == b'{"ok": true}'
    with pytest.raises(AddressRefused):
        door.get(url, max_bytes=100)


def test_documents_are_kept_for_a_while(serve, open_door):
    server = serve()
    documents = PublishedDocuments(open_door())
    for _ in range(3):
        documents.fetch(address(server), max_bytes=100)
    assert len(server.seen) == 1


def test_the_cache_forgets():
    now = [0.0]
    cache = TimedCache(seconds=10, max_entries=2, max_weight=10, weigh=len, now=lambda: now[0])
    made = []

    def get(key, value="ab"):
        return cache.get(key, lambda: made.append(key) or value)

    get("a"), get("a")
    assert made == ["a"]
    now[0] = 10.0
    get("a")
    assert made == ["a", "a"]
    get("b"), get("c"), get("a")
    assert made == ["a", "a", "b", "c", "a"]
    get("large", "x" * 11)
    assert get("large", "x" * 11) == "x" * 11
    assert made[-2:] == ["large", "large"]


def test_errors_are_not_kept():
    cache = TimedCache(seconds=10)

    def fail():
        raise HostUnreachable("no")

    with pytest.raises(HostUnreachable):
        cache.get("a", fail)
    assert cache.get("a", lambda: 5) == 5
