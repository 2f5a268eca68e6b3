"""A TCP proxy on loopback that delays, cuts, drips and garbles what the server answers."""

import random
import socket
import threading
from collections.abc import Callable

_PIECE = 65_536


class TcpProxy:
    """Passes connections on to a port of this machine; use it as a context manager.

    Attributes:
        port: where it listens.
        delay_s: seconds before the answer's first byte.
        drip_s: seconds between single bytes of the answer; 0 sends them at once.
        cut_after: bytes of the answer after which the connection is closed; None for never.
        garble: changes the answer's bytes.
        passed: bytes of answers that were passed on.
    """

    def __init__(self, target_port: int) -> None:
        self.delay_s = 0.0
        self.drip_s = 0.0
        self.cut_after: int | None = None
        self.garble: Callable[[bytes], bytes] | None = None
        self.passed = 0
        self._target = ("127.0.0.1", target_port)
        self._ended = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(0.05)
        self.port = self._server.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "TcpProxy":
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(5)
        self._server.close()

    def behave(self, **faults: object) -> None:
        """Have these faults from now on, and no others."""
        self.delay_s, self.drip_s, self.cut_after, self.garble = 0.0, 0.0, None, None
        for name, value in faults.items():
            setattr(self, name, value)

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                client, _ = self._server.accept()
            except TimeoutError:
                continue
            thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            try:
                with socket.create_connection(self._target, 5) as server:
                    self._exchange(client, server)
            except OSError:
                return  # one side has gone; the other learns it by the closing

    def _exchange(self, client: socket.socket, server: socket.socket) -> None:
        client.settimeout(0.05)
        server.settimeout(0.05)
        sent = 0
        while not self._ended.is_set():
            for source, into in ((client, server), (server, client)):
                try:
                    piece = source.recv(_PIECE)
                except TimeoutError:
                    continue
                if not piece:
                    return
                if source is client:
                    into.sendall(piece)
                elif (sent := self._answer(into, piece, sent)) < 0:
                    return

    def _answer(self, client: socket.socket, piece: bytes, sent: int) -> int:
        """Pass a piece of the answer on; -1 where the connection is to be cut."""
        if sent == 0 and self._ended.wait(self.delay_s):
            return -1
        if self.garble is not None:
            piece = self.garble(piece)
        left = len(piece) if self.cut_after is None else max(self.cut_after - sent, 0)
        for part in [piece[:left]] if not self.drip_s else _single(piece[:left]):
            if self.drip_s and self._ended.wait(self.drip_s):
                return -1
            client.sendall(part)
            self.passed += len(part)
        return -1 if left < len(piece) else sent + len(piece)


def _single(piece: bytes) -> list[bytes]:
    return [piece[index : index + 1] for index in range(len(piece))]


def noise(seed: int) -> Callable[[bytes], bytes]:
    """Changes one byte in eight of a body, the same ones for the same seed."""
    chance = random.Random(seed)

    def garble(piece: bytes) -> bytes:
        head, found, body = piece.partition(b"\r\n\r\n")
        bent = bytearray(body if found else piece)
        for index in chance.sample(range(len(bent)), -(-len(bent) // 8)):
            bent[index] = chance.choice([one for one in b'0189afx"{}:,' if one != bent[index]])
        return head + found + bytes(bent) if found else bytes(bent)

    return garble
