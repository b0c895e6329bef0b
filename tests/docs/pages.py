"""The pages of the documentation: their code, their links and the paths they name."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "btcore/_core/README.md")),
        *(ROOT / "docs").rglob("*.md"),
    ]
)
BLOCK = re.compile(r"^( *)```([^\n]*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")


def named(path: Path) -> str:
    """A page's path from the root of the repository."""
    return path.relative_to(ROOT).as_posix()


def text_of(page: Path) -> str:
    """What stands on a page."""
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    """Contents of the blocks whose fence says exactly `language`."""
    return [body for _, info, body in BLOCK.findall(text_of(page)) if info.strip() == language]


def prose(page: Path) -> str:
    """A page without its blocks."""
    return BLOCK.sub("", text_of(page))


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def table(page: Path, heading: str) -> list[str]:
    """First cells of the table under a heading, without back-quotes and arguments in brackets."""
    section = re.split(rf"^#+ {re.escape(heading)}$", text_of(page), maxsplit=1, flags=re.MULTILINE)[1]
    section = re.split(r"^#", section, maxsplit=1, flags=re.MULTILINE)[0]
    rows = re.findall(r"^\| (`[^|]*?) \|", section, re.MULTILINE)
    return [name for row in rows for name in CODE.findall(re.sub(r"\([^)]*\)", "", row))]
