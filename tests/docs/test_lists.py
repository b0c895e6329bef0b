"""Lists in the pages are those of the code: layers, compiled files, statistics, trade fields, arguments, names."""

from __future__ import annotations

import inspect
import re
import tomllib

from docs.pages import CODE, ROOT, blocks, prose, table

import btcore as bt
from btcore import indicators
from btcore._core.types import TRADE_DTYPE
from btcore.rules import Rules

ARCHITECTURE = ROOT / "docs" / "architecture.md"
STRATEGIES = ROOT / "docs" / "strategies.md"
CORE = ROOT / "btcore" / "_core"


def layer_rows() -> list[tuple[set[str], str]]:
    """(modules, status) of each row of the table of layers."""
    section = ARCHITECTURE.read_text(encoding="utf-8").split("\n## Layers\n")[1].split("\n## ")[0]
    cells = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return [(set(CODE.findall(row[0])), row[-1].strip()) for row in cells]


def test_layers_are_those_of_the_contract() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        (contract,) = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    expected = [set(re.findall(r"\w+", layer)) for layer in contract["layers"]]
    assert [modules for modules, _ in layer_rows()] == expected


def test_layers_that_are_here() -> None:
    exists = {path.stem for path in (ROOT / "btcore").iterdir()}
    for modules, status in layer_rows():
        here = modules if status == "here" else set(CODE.findall(status))
        assert modules & exists == here


def test_compiled_files_are_in_the_design_note() -> None:
    listed = set()
    for name in table(CORE / "README.md", "Files"):
        stem, _, suffixes = name.partition(".")
        listed |= {f"{stem}.{suffix.strip('.')}" for suffix in suffixes.split("/")}
    assert listed == {path.name for pattern in ("*.pyx", "*.pxd", "*.h") for path in CORE.glob(pattern)}


def test_statistics() -> None:
    stats = bt.simulate([], bt.synthetic_candles(10)).stats
    assert table(STRATEGIES, "Statistics") == list(stats)


def test_trade_fields() -> None:
    assert table(STRATEGIES, "Trades") == list(TRADE_DTYPE.names)


def test_indicators() -> None:
    functions = {name for name in indicators.__all__ if inspect.isfunction(getattr(indicators, name))}
    assert set(table(STRATEGIES, "Indicators")) == functions


def test_arguments() -> None:
    assert set(table(STRATEGIES, "Strategy")) == set(inspect.signature(bt.Strategy).parameters)
    assert set(table(STRATEGIES, "Costs")) == set(inspect.signature(bt.Costs).parameters)
    assert set(table(STRATEGIES, "Rules")) == set(inspect.signature(Rules).parameters)


def test_every_reason_is_explained() -> None:
    words = set(re.findall(r"\b[A-Z][A-Z_]+\b", prose(STRATEGIES)))
    names = {code.name for codes in (bt.ExitReason, bt.RejectReason, bt.EntryKind) for code in codes}
    assert names - words == set()


def test_public_names_in_pages_exist() -> None:
    for page in (
        ROOT / "README.md",
        STRATEGIES,
        ROOT / "docs" / "indicators.md",
        ROOT / "docs" / "quick-start.md",
        ROOT / "docs" / "candles.md",
        ROOT / "docs" / "walk-forward.md",
    ):
        text = prose(page) + "".join(blocks(page, "python")) + "".join(blocks(page, "python fragment"))
        assert not [name for name in re.findall(r"\bbt\.(\w+)", text) if not hasattr(bt, name)]
