"""What was installed: the wheel and not the source tree, one version, its metadata and entry point."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sysconfig
from pathlib import Path

import pytest

import btcore

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(btcore.__file__).resolve().parent

pytestmark = [
    pytest.mark.smoke,
    pytest.mark.skipif(os.environ.get("BTCORE_EXPECT_INSTALLED") != "1", reason="only for an installed wheel"),
]


def test_comes_from_site_packages():
    assert PACKAGE != ROOT / "btcore"
    assert PACKAGE.parent == Path(sysconfig.get_path("platlib")).resolve()


def test_compiled_modules_come_from_the_same_place():
    from btcore import _core

    folders = {Path(entry).resolve() for entry in _core.__path__}
    assert folders == {PACKAGE / "_core"}


def test_one_version():
    declared = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert declared is not None
    assert btcore.__version__ == importlib.metadata.version("btcore") == declared[1]


def test_changelog_knows_the_version():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(btcore.__version__)}\b", changes, re.MULTILINE)


def test_is_marked_as_typed():
    assert (PACKAGE / "py.typed").is_file()


def test_command_line_answers():
    script = Path(sysconfig.get_path("scripts")) / "btcore"
    done = subprocess.run([script, "--help"], capture_output=True, text=True, check=True)
    assert "demo" in done.stdout
