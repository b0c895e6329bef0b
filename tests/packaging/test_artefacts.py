"""The files people download: what the wheel and the sdist hold, and how large they are.

BTCORE_WHEEL (or tox's TOX_PACKAGE) and BTCORE_SDIST name them.
"""

from __future__ import annotations

import os
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 1_000_000
WHEEL = os.environ.get("BTCORE_WHEEL") or os.environ.get("TOX_PACKAGE") or ""
SDIST = os.environ.get("BTCORE_SDIST") or ""

needs_wheel = pytest.mark.skipif(not WHEEL.endswith(".whl"), reason="BTCORE_WHEEL names no wheel")
needs_sdist = pytest.mark.skipif(not SDIST, reason="BTCORE_SDIST names no sdist")


def sources(*patterns):
    """Files under btcore/ in the source tree, as relative paths with slashes."""
    return {path.relative_to(ROOT).as_posix() for pattern in patterns for path in (ROOT / "btcore").rglob(pattern)}


@pytest.fixture(scope="module")
def wheel_files():
    with zipfile.ZipFile(WHEEL) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    return {name for name in names if not name.split("/")[0].endswith(".dist-info")}


@needs_wheel
@pytest.mark.skipif(os.environ.get("BTCORE_DEBUG") == "1", reason="a debug build holds the symbols of its C code")
def test_wheel_is_small():
    assert Path(WHEEL).stat().st_size <= 5 * MEGABYTE


@needs_wheel
def test_wheel_holds_the_package_and_nothing_else(wheel_files):
    binaries = {name for name in wheel_files if name.endswith((".so", ".pyd"))}
    assert wheel_files - binaries == sources("*.py", "*.pyi", "py.typed")
    assert {name.split(".")[0] for name in binaries} == {path.removesuffix(".pyx") for path in sources("*.pyx")}


@needs_sdist
def test_sdist_holds_every_source():
    with tarfile.open(SDIST) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    expected = sources("*.py", "*.pyi", "*.pyx", "*.pxd", "*.h", "py.typed")
    expected |= {"setup.py", "pyproject.toml", "tox.ini", "LICENSE", "README.md", "CHANGELOG.md", "tests/conftest.py"}
    assert expected - names == set()
    assert not [name for name in names if name.endswith((".c", ".so", ".pyd", ".pyc"))]
