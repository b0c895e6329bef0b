"""Commands of btcore that pages show work as they are written."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from docs.pages import PAGES, ROOT, blocks

from btcore.cli import app

PREFIX = ".venv/bin/btcore "
COMMANDS = [line for page in PAGES for block in blocks(page, "sh") for line in block.splitlines() if PREFIX in line]


@pytest.mark.parametrize("command", COMMANDS)
def test_commands(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(app, shlex.split(command.removeprefix(PREFIX)))
    assert ended.exit_code == 0, ended.output


def test_there_are_commands() -> None:
    assert len(COMMANDS) >= 2
