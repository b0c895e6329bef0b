"""Links lead somewhere, and the files that pages name are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docs.pages import CODE, LINK, PAGES, ROOT, anchors, named, prose, text_of

# A path with a folder of the repository, perhaps with a part after a colon (examples/trend.py:trend).
NAMED = re.compile(r"^(?:btcore|tests|docs|bench|tools|examples|\.ci|\.github)/[\w./-]+")
TEST = re.compile(r"^test_\w+$")
MODULES = ("btcore/_core", "btcore", "tests/reference", "tests/properties", "tests/golden", "bench")
FILE = re.compile(r"^\w[\w-]*\.(?:py|pyx|pxd|pyi|h|toml|md|txt)$")
# Files of the reader and names that a recipe makes up.
NOT_OURS = {"strategy.py"}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links(page: Path) -> None:
    wrong = []
    for target in LINK.findall(prose(page)):
        if target.startswith(("https://", "http://")):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        if not path.exists() or (anchor and anchor not in anchors(path)):
            wrong.append(target)
    assert not wrong


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_paths_exist(page: Path) -> None:
    found = [match[0].rstrip("/.") for word in CODE.findall(prose(page)) if (match := NAMED.match(word))]
    assert not [path for path in found if not (ROOT / path).exists()]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_file_names_exist(page: Path) -> None:
    known = {
        path.name for folder in ("btcore", "tests", "docs", "bench", "tools") for path in (ROOT / folder).rglob("*.*")
    }
    known |= {path.name for path in ROOT.glob("*")}
    found = {word for word in CODE.findall(prose(page)) if FILE.match(word)}
    assert found - known - NOT_OURS == set()


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_tests_that_are_named_exist(page: Path) -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    found = {word for word in CODE.findall(prose(page)) if TEST.match(word)}
    assert not [name for name in found if f"def {name}(" not in sources]


def test_every_page_is_reachable_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        targets = [target.partition("#")[0] for target in LINK.findall(text_of(page))]
        waiting += [(page.parent / name).resolve() for name in targets if name and not name.startswith("http")]
    assert set(PAGES) <= reached
