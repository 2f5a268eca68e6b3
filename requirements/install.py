"""Set-up steps for the Makefile: one environment, one lock file, one npm folder at a time.

Standard library only, because it runs before anything is installed. Packages are fetched by uv,
which is itself installed by pip from a hash-locked file; where uv cannot be had or does not
succeed, pip does the same work more slowly. Which package index, proxy and certificates are used
is never decided here: pip's own settings hold, and are handed on to uv.

Usage: install.py venv DIR | lock FILE [--into DIR] | project | verifier-wheel | peers | npm DIR
       | compile
"""

import ast
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = Path("requirements")
RUNTIME_LOCK = Path("requirements.lock")
VENV = Path(".venv")
PEERS = Path(".peers")
VERIFIER_VENV = Path(".venv-verifier")
WHEELS = Path("build/wheels")
LEAST_PYTHON = (3, 11)
LEAST_NODE = 20

PIP_SETTING_IN_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
}
COMMA_SEPARATED = {"find-links"}
UV_OPTIONS = ("--compile-bytecode",)
"""As pip does by itself; where Python may write no .pyc files, each start would compile anew."""


Command = Sequence[str | Path]


class SetupProblem(Exception):
    """Something on this machine stops the set-up; the text says what and what to do."""


def say(sentence: str) -> None:
    """Print one line at once, also when the output is a pipe."""
    print(sentence, flush=True)


def timed(title: str, work: Callable[[], None]) -> None:
    """Say what is being done, do it, say how long it took."""
    say(f"  {title} …")
    started = time.monotonic()
    work()
    say(f"  {title}: {time.monotonic() - started:.1f} s")


def run(
    command: Command,
    *,
    into: Path = ROOT,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run a command quietly; only if it fails show what it said.

    Raises:
        SetupProblem: the command is missing or ended with an error.
    """
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=into,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise SetupProblem(f"{command[0]} could not be started: {error.strerror}.") from error
    if done.returncode != 0:
        shown = " ".join(Path(str(part)).name or str(part) for part in command[:5])
        raise SetupProblem(f"{without_passwords(done.stdout)}\n{shown} … did not succeed.")


def without_passwords(text: str) -> str:
    """The text with the user part of any address taken out."""
    return re.sub(r"(\w+://)[^/\s@]+@", r"\1***@", text)


def python_of(environment: Path) -> Path:
    """The interpreter of a virtual environment below the root."""
    return ROOT / environment / "bin" / "python"


# --- virtual environments -----------------------------------------------------------------------


def make_venv(directory: Path, *, with_pip: bool = True) -> None:
    """Make a virtual environment, or leave a usable one that stands there.

    Raises:
        SetupProblem: this Python was packaged without venv.
    """
    if is_usable(directory):
        return
    version = ".".join(map(str, sys.version_info[:3]))
    extra = [] if with_pip else ["--without-pip"]
    command: Command = [sys.executable, "-m", "venv", "--clear", *extra, directory]

    def create() -> None:
        try:
            run(command)
        except SetupProblem as problem:
            raise SetupProblem(
                f"{problem}\nThis Python cannot make a virtual environment. "
                "On Debian and Ubuntu the package python3-venv adds what is missing."
            ) from problem

    timed(f"Python {version} environment in {directory}", create)


def is_usable(directory: Path) -> bool:
    """Whether the environment runs and was made at this place (a moved one has stale scripts)."""
    interpreter = python_of(directory)
    if not interpreter.exists():
        return False
    too_old = f"import sys; sys.exit(sys.version_info < {LEAST_PYTHON})"
    asked = subprocess.run([interpreter, "-c", too_old], capture_output=True, check=False)
    activate = ROOT / directory / "bin" / "activate"
    at_home = activate.exists() and str(ROOT / directory) in activate.read_text("utf-8")
    return asked.returncode == 0 and at_home


# --- Python packages ----------------------------------------------------------------------------


def install_lock(lock: Path, environment: Path) -> None:
    """Install everything a lock file names, each file checked against its digest."""
    with_pip(
        f"Python packages of {lock} into {environment}",
        environment,
        ["--require-hashes", "--only-binary", ":all:", "-r", lock],
    )


def install_peers() -> None:
    """Put other people's programs for the benchmark into a folder where nothing else looks.

    Without what they depend on: they ask for versions that are published as sources only.
    """
    shutil.rmtree(ROOT / PEERS, ignore_errors=True)
    lock = LOCKS / "peers.lock"
    arguments: Command = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", lock]
    with_pip("Python programs to compare with", VENV, [*arguments, "--target", ROOT / PEERS])


def install_project() -> None:
    """Install this checkout so that edits take effect at once, with the commands it offers."""
    arguments: Command = ["--no-deps", "--no-build-isolation", "--editable", "."]
    with_pip("Touchstone itself, editable", VENV, arguments)


def install_verifier_wheel() -> None:
    """Build the verifier's own wheel and install it beside nothing but its own packages."""
    shutil.rmtree(ROOT / WHEELS, ignore_errors=True)

    def build() -> None:
        command: Command = [
            python_of(VENV),
            "-m",
            "hatchling",
            "build",
            "-t",
            "wheel",
            "-d",
            ROOT / WHEELS,
        ]
        run(command, into=ROOT / "verifier")

    timed("The verifier's wheel", build)
    (wheel,) = (ROOT / WHEELS).glob("*.whl")
    arguments: Command = ["--no-deps", "--no-index", "--force-reinstall", wheel]
    with_pip(f"The verifier alone into {VERIFIER_VENV}", VERIFIER_VENV, arguments)


def with_pip(title: str, environment: Path, arguments: Command) -> None:
    """`pip install` these arguments by uv, or by pip where uv does not succeed."""
    target = python_of(environment)

    def install() -> None:
        uv = find_uv()
        if uv and succeeds([uv, "pip", "install", *UV_OPTIONS, "--python", target, *arguments]):
            return
        pip: Command = [python_of(VENV), "-m", "pip", "--python", target, "install"]
        run([*pip, "--disable-pip-version-check", "--no-input", *arguments])

    timed(title, install)


def succeeds(uv_command: Command) -> bool:
    """Whether uv did it; if not, say what it said, for pip is about to try."""
    try:
        run(uv_command, environment=uv_env())
    except SetupProblem as problem:
        say(f"    uv did not succeed, pip takes over. It said: {last_line(problem)}")
        return False
    return True


def find_uv() -> Path | None:
    """uv inside the project's environment, installed there first if need be."""
    uv = python_of(VENV).with_name("uv")
    if not uv.exists():
        pip: Command = [
            python_of(VENV),
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
        ]
        arguments: Command = ["--no-deps", "--only-binary", ":all:", "--require-hashes"]
        try:
            run([*pip, *arguments, "-r", LOCKS / "uv.lock"])
        except SetupProblem as problem:
            say(f"    uv is not to be had here, pip takes over. It said: {last_line(problem)}")
    return uv if uv.exists() else None


def last_line(problem: SetupProblem) -> str:
    """The last line a failed command said before our own sentence."""
    lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
    return lines[-2] if len(lines) > 1 else lines[-1]


def uv_env() -> dict[str, str]:
    """pip's settings in uv's words. What the user told uv itself goes first.

    Taking the best match from all indexes is what pip does, and is safe here: every file has to
    match a digest of the lock file, whichever index offers it.
    """
    settings = {"UV_SYSTEM_CERTS": "1", "UV_INDEX_STRATEGY": "unsafe-best-match"}
    for name, value in pip_settings().items():
        if name in PIP_SETTING_IN_UV:
            text = value.replace("\n", " ").strip()
            joined = ",".join(text.split()) if name in COMMA_SEPARATED else text
            settings[PIP_SETTING_IN_UV[name]] = joined
    return {name: value for name, value in settings.items() if name not in os.environ}


def pip_settings() -> dict[str, str]:
    """What `pip config list` shows: files first, then the environment, the later one counts."""
    command: Command = [python_of(VENV), "-m", "pip", "config", "list"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in shown.stdout.splitlines():
        scope_and_name, _, value = line.partition("=")
        scope, _, name = scope_and_name.rpartition(".")
        if scope in found and value:
            found[scope][name] = str(ast.literal_eval(value))
    return {**found["global"], **found["install"], **found[":env:"]}


# --- npm packages -------------------------------------------------------------------------------


def install_npm(directory: Path) -> None:
    """`npm ci` without install scripts: exactly what the lock file names, nothing executed."""
    check_node()
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    shown = "." if directory == Path() else directory
    timed(f"npm packages of {shown}", lambda: run(["npm", "ci", *quiet], into=ROOT / directory))


def check_node() -> None:
    """Raise SetupProblem where Node.js or npm is missing or too old."""
    wanted = f"Touchstone needs Node.js {LEAST_NODE} or newer with npm"
    if not shutil.which("node") or not shutil.which("npm"):
        raise SetupProblem(f"{wanted}; none was found. It runs the local test chain.")
    asked = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.", asked.stdout)
    if not found or int(found[1]) < LEAST_NODE:
        raise SetupProblem(f"{wanted}; this is {asked.stdout.strip() or 'not runnable'}.")


# --- lock files ---------------------------------------------------------------------------------


def compile_locks(extra: Sequence[str]) -> None:
    """Write every Python lock file anew from its .in file; `--upgrade` takes newer versions.

    dev.lock comes first and holds for the others, so that all environments have equal versions.
    """
    uv = find_uv()
    if uv is None:
        raise SetupProblem("Lock files are made by uv, which could not be installed.")
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header"]
    silent = ["--no-emit-index-url", "--no-emit-find-links", "--quiet"]
    for name in ("dev", "runtime", "verifier", "uv"):
        same: Command = ["-c", LOCKS / "dev.lock"] if name in {"runtime", "verifier"} else []
        lock = RUNTIME_LOCK if name == "runtime" else LOCKS / f"{name}.lock"
        files: Command = [LOCKS / f"{name}.in", *same, "-o", lock]
        command: Command = [uv, "pip", "compile", *options, *silent, *extra, *files]
        timed(str(lock), partial(run, command, environment=uv_env()))


def main(arguments: Sequence[str]) -> int:
    """Run one step; the answer is the exit code."""
    try:
        match list(arguments):
            case ["venv", directory]:
                make_venv(Path(directory))
            case ["lock", lock]:
                install_lock(Path(lock), VENV)
            case ["lock", lock, "--into", directory]:
                make_venv(Path(directory), with_pip=False)
                install_lock(Path(lock), Path(directory))
            case ["project"]:
                install_project()
            case ["verifier-wheel"]:
                install_verifier_wheel()
            case ["peers"]:
                install_peers()
            case ["npm", directory]:
                install_npm(Path(directory))
            case ["compile", *extra]:
                compile_locks(extra)
            case _:
                say(__doc__ or "")
                return 3
    except SetupProblem as problem:
        print(f"\nSet-up stopped.\n{problem}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
