"""Memory does not grow with the number of results that are imported."""

import tracemalloc
from pathlib import Path

import pytest
from benchmarks.results_import import measure

SMALL, LARGE = 5_000, 20_000
MIB = 1 << 20


def peak(folder: Path, results: int) -> int:
    """Bytes that Python held at once while it imported so many results."""
    folder.mkdir()
    tracemalloc.start()
    try:
        measure(folder, results, again=False)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_four_times_the_results_need_no_more_memory(tmp_path: Path) -> None:
    peak(tmp_path / "warm", 1_000)  # what is loaded once is not counted
    small = peak(tmp_path / "small", SMALL)
    large = peak(tmp_path / "large", LARGE)
    assert large < small + 2 * MIB, (small / MIB, large / MIB)
