"""The benchmarks' scripts that need nothing but the test extra still work, with the btcore that is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"
TESTS = ("test_compare.py", "test_research.py")


@pytest.mark.skipif(sys.platform == "win32", reason="a symbolic link needs rights there")
@pytest.mark.parametrize("name", TESTS)
def test_bench(tmp_path: Path, name: str) -> None:
    """bench/ is linked into an empty folder: a source tree beside it would stand before the installed package."""
    (tmp_path / "bench").symlink_to(BENCH)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--benchmark-disable", f"bench/{name}"]
    options = ["--rootdir", str(BENCH.parent), "-c", str(BENCH.parent / "pyproject.toml")]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "BTCORE_"))}
    done = subprocess.run(
        [*command, *options], check=False, cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
