"""Runs the command ``issuer`` with its plug pulled at chosen points. For tests, never installed.

    python cut_off.py

reads orders from standard input, one JSON object a line, and answers on standard output:

    {"start": {"arguments": […], "points": […], "chunk": 7, "variables": {…}, "out": path}}
        -> {"started": process id}, and once it has ended
        -> {"ended": process id, "code": as subprocess says it}

Each command is a fork of this process, so that what takes long to import is imported once; apart
from that it is a process like any other. ``chunk`` is how many positions a chunk has. A point is

    before:module:name:n    the process is killed as its n-th call of that function begins
    after:module:name:n     … as it ends, with what it returns lost
    during:module:name:n    … some milliseconds after it began, wherever it is then
    slow:module:name:ms     every call of it takes that much longer
    fail:module:name:n      its n-th call raises an error of ours

where name may be ``Class.method``.
"""

import importlib
import json
import os
import select
import signal
import sys
import threading
import time
import traceback
from functools import wraps
from itertools import count

DURING_S = 0.02
LOOK_S = 0.01
WARM = [
    "dbos",
    "eth_account",
    "issuer.cli",
    "psycopg",
    "issuer.anchoring.did_documents",
    "issuer.commands.access",
    "issuer.commands.anchoring",
    "issuer.commands.minting",
    "issuer.competency.service",
    "issuer.identity.service",
    "issuer.migrations",
    "issuer.minting.self_check",
    "issuer.minting.service",
    "issuer.minting.worker",
    "rich.progress",
    "verifier.verify",
]


def pull_the_plug():
    """What kill -9 does."""
    os.kill(os.getpid(), signal.SIGKILL)


def cut(whole, when, number):
    """The function, with the point in it."""
    calls = count(1)

    @wraps(whole)
    def wrapped(*arguments, **named):
        if when == "slow":
            time.sleep(number / 1000)
            return whole(*arguments, **named)
        here = next(calls) == number
        if here and when == "fail":
            errors = importlib.import_module("issuer.minting.errors")
            raise errors.SelfCheckFailed("Broken for a test.", "Mend it.")
        if here and when == "before":
            pull_the_plug()
        if here and when == "during":
            threading.Timer(DURING_S, pull_the_plug).start()
        result = whole(*arguments, **named)
        if here and when == "during":
            time.sleep(DURING_S)
        if here and when == "after":
            pull_the_plug()
        return result

    return wrapped


def patch(points, chunk):
    """Put the points where they belong."""
    importlib.import_module("issuer.minting.models").CHUNK = chunk
    for point in points:
        when, module, name, number = point.split(":")
        owner = importlib.import_module(module)
        *path, last = name.split(".")
        for part in path:
            owner = getattr(owner, part)
        setattr(owner, last, cut(getattr(owner, last), when, int(number)))


def be_the_command(order):
    """The fork: with its own group, output and environment. Never returns."""
    code = 70
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number, name in ((1, "out"), (2, "err")):
            handle = os.open(f"{order['out']}.{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(handle, number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.update(order["variables"])
        patch(order["points"], order["chunk"])
        try:
            importlib.import_module("issuer.cli").main(order["arguments"])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:
            traceback.print_exc()
            raise
        sys.stdout.flush()
        sys.stderr.flush()
        # What a process does at its end: threads that are no daemons are waited for.
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()
    finally:
        os._exit(code)


def say(answer):
    """One line."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def serve():
    """Start what is ordered and tell what ended, until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for module in WARM:
        importlib.import_module(module)
    running = set()
    waiting = b""
    while True:
        for process in list(running):
            found, status = os.waitpid(process, os.WNOHANG)
            if found:
                running.discard(process)
                say({"ended": process, "code": os.waitstatus_to_exitcode(status)})
        if not select.select([0], [], [], LOOK_S)[0]:
            continue
        received = os.read(0, 65536)
        if not received:
            break
        *lines, waiting = (waiting + received).split(b"\n")
        for line in lines:
            process = os.fork()
            if process == 0:
                be_the_command(json.loads(line)["start"])
            running.add(process)
            say({"started": process})
    for process in running:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


if __name__ == "__main__":
    serve()
