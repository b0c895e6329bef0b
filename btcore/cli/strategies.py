"""The strategy of ``btcore run``: ``path/to/file.py:name`` and its ``--set`` parameters as something to simulate."""

from __future__ import annotations

import contextlib
import inspect
import sys
import traceback
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from btcore.deciders import CompiledStrategy, WindowStrategy
from btcore.errors import BtcoreError, StrategyError
from btcore.strategy import Strategy

MODULE = "btcore_user_strategy"
MADE = (Strategy, WindowStrategy, CompiledStrategy)
CANDLES = "candles"  # parameter of a function that computes something from them


@dataclass(frozen=True)
class Loaded:
    """What to simulate and how it came about."""

    orders: Any
    file: str
    name: str
    parameters: Mapping[str, Any]

    def __str__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.parameters.items())
        return f"{self.file}:{self.name}" + (f"({given})" if given else "")


def load(reference: str, settings: Mapping[str, Any]) -> Loaded:
    """Run the file of a reference, find the name in it and, where that is a function, call it with the settings.

    What the file prints goes to stderr.

    Raises
    ------
    click.UsageError
        No such file, name or parameter.
    StrategyError
        The user's code raised; names its file and line. Or its value is nothing that can be simulated.
    """
    path, name = _split(reference)
    with contextlib.redirect_stdout(sys.stderr):
        module = _execute(path)
        found = _find(module, name, path)
        if isinstance(found, MADE) or not callable(found):
            _refuse_settings(found, name, settings)
            return Loaded(_checked(found, f"{path}:{name}"), str(path), name, {})
        parameters = _bind(found, name, settings)
        made = _guarded(path, lambda: found(**parameters))
    return Loaded(_checked(made, f"{path}:{name}() returned"), str(path), name, parameters)


def load_maker(reference: str, settings: Mapping[str, Any]) -> Any:
    """A strategy as ``load``, or, where the function has a parameter ``candles``, a function of the candles.

    Raises
    ------
    click.UsageError, StrategyError
        As ``load``; what the function itself raises is a StrategyError when it is called.
    """
    path, name = _split(reference)
    with contextlib.redirect_stdout(sys.stderr):
        found = _find(_execute(path), name, path)
    if isinstance(found, MADE) or not callable(found) or CANDLES not in inspect.signature(found).parameters:
        return load(reference, settings).orders
    _bind(found, name, {**settings, CANDLES: None})

    def make(candles: Any) -> Any:
        with contextlib.redirect_stdout(sys.stderr):
            made = _guarded(path, lambda: found(**_bind(found, name, {**settings, CANDLES: candles})))
        return _checked(made, f"{path}:{name}() returned")

    return make


def _split(reference: str) -> tuple[Path, str]:
    """The file and the name in it, empty where none is given."""
    file, sign, name = reference.rpartition(":")
    path, wanted = (Path(file), name) if sign and name.isidentifier() else (Path(reference.rstrip(":")), "")
    if not path.is_file():
        raise click.UsageError(f"{path}: no such file; a strategy is named like examples/trend.py:trend")
    return path, wanted


def _execute(path: Path) -> types.ModuleType:
    module = types.ModuleType(MODULE)
    module.__file__ = str(path)
    sys.modules[MODULE] = module
    sys.path.insert(0, str(path.parent.absolute()))  # its neighbours can be imported, as with `python file.py`

    def execute() -> None:
        exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)

    _guarded(path, execute)
    return module


def _guarded(path: Path, call: Callable[[], Any]) -> Any:
    """``call()``; what the user's code raises becomes a StrategyError with the line of their file."""
    try:
        return call()
    except (Exception, SystemExit) as error:
        raise StrategyError(f"{path}{_line_in(path, error)}: {_what(error)}") from error


def _what(error: BaseException) -> str:
    if isinstance(error, BtcoreError):
        return str(error)
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _line_in(path: Path, error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f", line {error.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f", line {lines[-1]}" if lines else ""


def _find(module: types.ModuleType, name: str, path: Path) -> Any:
    if name and hasattr(module, name):
        return getattr(module, name)
    known = [key for key, value in vars(module).items() if not key.startswith("_") and _is_candidate(value)]
    problem = f"it has no {name!r}" if name else "name the strategy in it"
    example = f", e.g. {path}:{known[0]}" if known else ""
    raise click.UsageError(f"{path}: {problem}; it holds {', '.join(known) or 'no strategy and no function'}{example}")


def _is_candidate(value: Any) -> bool:
    own = (inspect.isfunction(value) or inspect.isclass(value)) and value.__module__ == MODULE
    return isinstance(value, MADE) or (own and (inspect.isfunction(value) or issubclass(value, WindowStrategy)))


def _refuse_settings(found: Any, name: str, settings: Mapping[str, Any]) -> None:
    if settings and isinstance(found, (*MADE, list)):
        raise click.UsageError(
            f"{name} takes no parameters ({', '.join(settings)} was set): it is no function. "
            f"Make it one: def {name}({', '.join(settings)}): ..."
        )


def _bind(function: Callable[..., Any], name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings and the defaults of the other parameters, by name."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:
        return dict(settings)
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
    listed = [p for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    known = ", ".join(p.name if p.default is p.empty else f"{p.name}={p.default!r}" for p in listed) or "none"
    unknown = [setting for setting in settings if setting not in {p.name for p in listed}]
    if unknown and not takes_any:
        raise click.UsageError(f"{name} has no parameter {', '.join(unknown)}; its parameters are: {known}")
    missing = [p.name for p in listed if p.default is p.empty and p.name not in settings]
    if missing:
        given = " ".join(f"--set {parameter}=..." for parameter in missing)
        raise click.UsageError(f"{name} needs {given}; its parameters are: {known}")
    return {p.name: settings.get(p.name, p.default) for p in listed} | dict(settings)


def _checked(value: Any, owner: str) -> Any:
    if isinstance(value, (*MADE, list, tuple)):
        return value
    raise StrategyError(f"{owner} {value!r}, which is neither a strategy nor a list of orders")
