"""Experiments in TOML: what stands in the file are the options of ``btcore batch`` by their names.

    name = "Averages"
    strategies = ["trend.py:trend"]
    data = "synthetic:500000"
    spread = 0.00005

    [grid]
    fast = "5:30:5"
    slow = [40, 50, 60]

Texts are what the command line takes; lists stand for repeated options and for commas. ``[grid]`` holds lists, or texts
as ``--grid`` takes them, ``[set]`` single values; a table inside, such as ``[grid.trend]``, is for one strategy.
Files to read are looked up from the folder of the TOML file.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from btcore.cli.parameters import grid_values

__all__ = ["GRID", "SET", "take_experiment"]

GRID, SET = "btcore.grid", "btcore.set"  # what of the file is no option, in Context.meta
NOT_IN_FILES = ("experiment", "show", "debug", "as_json")


def take_experiment(context: click.Context, _: click.Parameter, path: Path | None) -> Path | None:
    """A callback: the options in the file become the defaults of the command, its tables lie in ``context.meta``."""
    if path is None:
        return None
    content = _content(path)
    context.meta[GRID] = {k: _grid_values(path, k, v) for k, v in _flat(path, "grid", content.pop("grid", {})).items()}
    context.meta[SET] = _flat(path, "set", content.pop("set", {}))
    known = {_key(option): option for option in context.command.params if option.name not in NOT_IN_FILES}
    known.pop("grid", None)
    known.pop("set", None)
    defaults: dict[str, Any] = {"experiment_name": path.stem}
    for key, value in content.items():
        if key not in known:
            raise click.UsageError(f"{path}: there is no key {key!r}{_nearest(key, [*known, 'grid', 'set'])}")
        name = str(known[key].name)
        defaults[name] = _default(path, key, value, known[key])
    context.default_map = defaults
    return path


def _content(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path} is no TOML: {error}") from None


def _key(option: click.Parameter) -> str:
    """The name of an option in a file: that of the command line."""
    if option.name == "experiment_name":
        return "name"
    return option.opts[0].lstrip("-")


def _nearest(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, 1)
    return f"; did you mean {near[0]!r}?" if near else f"; keys are {', '.join(sorted(known))}"


def _flat(path: Path, key: str, table: Any) -> dict[str, Any]:
    """Names and values; those of a table inside with the name of the strategy before a dot."""
    if not isinstance(table, Mapping):
        raise click.UsageError(f"{path}: {key} is a table, [{key}]")
    found: dict[str, Any] = {}
    for name, value in table.items():
        found |= {f"{name}.{part}": own for part, own in value.items()} if isinstance(value, Mapping) else {name: value}
    wrong = next((name for name, value in found.items() if isinstance(value, Mapping)), None)
    if wrong is not None:
        raise click.UsageError(f"{path}: [{key}.{wrong}] is a table too deep")
    return found


def _grid_values(path: Path, name: str, value: Any) -> Any:
    try:
        found = value if isinstance(value, list) else grid_values(value) if isinstance(value, str) else [value]
    except click.BadParameter as error:
        raise click.UsageError(f"{path}: {name}: {error.message}") from None
    if not found:
        raise click.UsageError(f"{path}: {name} has no values")
    return found


def _default(path: Path, key: str, value: Any, option: click.Parameter) -> Any:
    """As the option takes it on the command line."""
    if isinstance(option, click.Option) and option.is_flag:
        if not isinstance(value, bool):
            raise click.UsageError(f"{path}: {key} is true or false, got {value!r}")
        return value
    if key in ("data", "ask"):
        return _from(path, _text(value))
    if key == "strategies":
        listed = value if isinstance(value, list) else str(value).split(",")
        return ",".join(_from(path, _text(one).strip()) for one in listed)
    if option.multiple:
        return _texts(value)
    return ",".join(_texts(value))


def _texts(value: Any) -> list[str]:
    """One text per item; items of a mapping as ``name=value``."""
    if isinstance(value, Mapping):
        return [f"{name}={_text(part)}" for name, part in value.items()]
    return [_text(part) for part in value] if isinstance(value, list) else [_text(value)]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _from(path: Path, name: str) -> str:
    """A file of the experiment, from the folder of its TOML file."""
    return name if name.partition(":")[0] == "synthetic" else str(path.parent / Path(name).expanduser())
