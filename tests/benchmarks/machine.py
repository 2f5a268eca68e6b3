"""What a benchmark ran on, so that its figures can be read later."""

import os
import platform
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path


def describe() -> dict[str, str | int]:
    """Processor, cores, versions and date of this run."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "cpu": cpu_model(),
        "cores": os.cpu_count() or 1,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "node": _output(["node", "--version"]).removeprefix("v"),
    }


def cpu_model() -> str:
    """The processor's name as the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return (
        _output(["sysctl", "-n", "machdep.cpu.brand_string"]) or platform.processor() or "unknown"
    )


def pin_to_one_core() -> bool:
    """Keep this process, and those it starts, on one core; False where the system cannot."""
    if not hasattr(os, "sched_setaffinity"):
        return False
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    return True


def check_room(directory: Path, needed: int) -> None:
    """End the program if the disk has no room for so many bytes."""
    free = shutil.disk_usage(directory).free
    if free < needed:
        sys.exit(
            f"{directory} has {free / 1e9:.0f} GB free; this run needs {needed / 1e9:.0f} GB. "
            "Name another place with --directory, or fewer credentials with --counts."
        )


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
