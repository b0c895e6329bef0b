"""Compares the bits of every operator: code for any processor, code chosen at run time, a build for a newer level.

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


def digests(package: Path, cpu: str = "") -> dict[str, str]:
    """Digest of the values of each operator, computed by the package in a folder with this BTCORE_CPU."""
    path = os.pathsep.join([str(package), str(ROOT / "tests")])
    command = [sys.executable, str(ROOT / "tests" / "operators" / "digests.py")]
    environment = {**os.environ, "PYTHONPATH": path, "BTCORE_CPU": cpu}
    done = subprocess.run(command, cwd=package, env=environment, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found.pop("level") == (cpu or "avx2"), "other code was measured"
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
        first = digests(plain, "baseline")
        others = [digests(plain), digests(built(folder / LEVEL, LEVEL))]
    differing = sorted(op for op in first if any(first[op] != other[op] for other in others))
    found = f"{', '.join(differing)} differ" if differing else "same bits"
    print(f"{len(first)} operators, plain, chosen at run time, and {LEVEL}: {found}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
