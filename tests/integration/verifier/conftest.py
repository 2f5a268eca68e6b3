"""The simulated school, and a server for our pages."""

import socket
import threading
import time

import httpx
import pytest
import uvicorn
from simulators import school as simulated


@pytest.fixture(scope="session")
def simulator():
    """tests/simulators/school.py as a module."""
    return simulated


@pytest.fixture
def world(simulator):
    """All hosts and the chain."""
    return simulator.World()


@pytest.fixture
def school(simulator, world):
    """A school that is in order."""
    return simulator.School(world)


@pytest.fixture
def serve_app():
    """Serve applications on free ports of this machine; a client for each."""
    running = []

    def start(app):
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        port = listener.getsockname()[1]
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
        running.append((server, thread, client, listener))
        return client

    yield start
    for server, thread, client, listener in running:
        client.close()
        server.should_exit = True
        thread.join()
        listener.close()
