"""Builds the core for a newer processor level and compares the bits of every operator with those of the plain build.

    python tools/levels.py                      builds both
    python tools/levels.py --wheel FILE         takes the plain build from a wheel for this Python

Needs Cython, NumPy and setuptools. Exits with 1 where bits differ; says so and exits with 0 where this processor cannot
run the newer level.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEVEL = "x86-64-v3"  # AVX2, and fused multiply-add, which no build may use
NEEDED = {"avx2", "bmi2", "fma"}


def runs_here() -> bool:
    """Whether this processor has what the newer level needs."""
    path = Path("/proc/cpuinfo")
    return path.exists() and set(path.read_text().split()) >= NEEDED


def built(folder: Path, level: str) -> Path:
    """The package, built for a level ("": the plain one) into a folder."""
    command = [sys.executable, "setup.py", "--quiet", "build", "--build-lib", str(folder)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "BTCORE_ARCH": level}, check=True)
    return folder


def unpacked(wheel: Path, folder: Path) -> Path:
    """The package of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def digests(package: Path) -> dict[str, str]:
    """Digest of the values of each operator, computed by the package in a folder."""
    path = os.pathsep.join([str(package), str(ROOT / "tests")])
    command = [sys.executable, str(ROOT / "tests" / "operators" / "digests.py")]
    done = subprocess.run(
        command, cwd=package, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert Path(found.pop("btcore")).is_relative_to(package), "another btcore was measured"
    return dict(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheel", type=Path, help="the plain build")
    wheel = parser.parse_args().wheel
    if not runs_here():
        print(f"this processor cannot run {LEVEL}: nothing compared")
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve()
        plain = unpacked(wheel, folder / "plain") if wheel else built(folder / "plain", "")
        first, second = digests(plain), digests(built(folder / LEVEL, LEVEL))
    differing = sorted(op for op in first if first[op] != second[op])
    print(
        f"{len(first)} operators, plain and {LEVEL}: {', '.join(differing) + ' differ' if differing else 'same bits'}"
    )
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
