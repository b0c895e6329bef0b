"""Strategies by reference, ``path/to/file.py:name``: found in their file, called with parameters, also by workers."""

from __future__ import annotations

import contextlib
import inspect
import os
import sys
import traceback
import types
from collections.abc import Callable, Iterator, Mapping
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

_modules: dict[tuple[str, str, bytes], types.ModuleType] = {}
_folders: set[str] = set()


@dataclass(frozen=True)
class StrategyFile:
    """A name in a file, as the file was when it was opened: picklable, and called where the strategy is wanted.

    Parameters
    ----------
    path, name : str
    folder : str
        Where the file lies, from the root: its neighbours can be imported.
    text : bytes
        What stood in the file, so that every worker runs the same.
    """

    path: str
    name: str
    folder: str
    text: bytes

    @classmethod
    def open(cls, reference: str) -> StrategyFile:
        """Run the file of a reference and find the name in it. What the file prints goes to stderr.

        Raises
        ------
        click.UsageError
            No such file or name.
        StrategyError
            The user's code raised; names its file and line.
        """
        path, name = _split(reference)
        made = cls(str(path), name, str(path.parent.absolute()), path.read_bytes())
        with _prints_aside():
            _modules[made.folder, made.path, made.text] = module = _execute(made)
            _find(module, name, path)
        return made

    def __call__(self, **parameters: Any) -> Any:
        """The strategy or the orders; whatever the user's code raises, StrategyError if it gives anything else."""
        with _prints_aside():
            found = self._found()
            if not self.is_function:
                return _checked(found, str(self))
            try:
                made = found(**parameters)
            except SystemExit as error:
                raise _strategy_error(self.path, error) from error
            return _checked(made, f"{self}() returned")

    def bind(self, settings: Mapping[str, Any], option: str = "--set") -> dict[str, Any]:
        """The settings and the defaults of all other parameters, by name; `option` is what sets a parameter.

        Raises click.UsageError for a parameter that there is not, and where one is missing.
        """
        if not self.is_function:
            _refuse_settings(self.name, settings)
            return {}
        return _bind(self._found(), self.name, settings, option)

    @property
    def is_function(self) -> bool:
        """Whether parameters make the strategy; False where it is one already."""
        found = self._found()
        return callable(found) and not isinstance(found, MADE)

    @property
    def takes_candles(self) -> bool:
        """Whether it is a function of the candles, too."""
        return self.is_function and CANDLES in inspect.signature(self._found()).parameters

    def _found(self) -> Any:
        module = _modules.get((self.folder, self.path, self.text))
        if module is None:
            module = _modules[self.folder, self.path, self.text] = _execute(self)
        return _find(module, self.name, Path(self.path))

    def __str__(self) -> str:
        return f"{self.path}:{self.name}"


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
    """The strategy of a reference; where that is a function, called with the settings.

    Raises
    ------
    click.UsageError
        No such file, name or parameter.
    StrategyError
        The user's code raised; names its file and line. Or its value is nothing that can be simulated.
    """
    source = StrategyFile.open(reference)
    parameters = source.bind(settings)
    made = _guarded(source.path, lambda: source(**parameters))
    return Loaded(made, source.path, source.name, parameters)


def load_maker(reference: str, settings: Mapping[str, Any]) -> Any:
    """A strategy as ``load``, or, where the function has a parameter ``candles``, a function of the candles.

    Raises
    ------
    click.UsageError, StrategyError
        As ``load``; what the function itself raises is a StrategyError when it is called.
    """
    source = StrategyFile.open(reference)
    if not source.takes_candles:
        return load(reference, settings).orders
    source.bind({**settings, CANDLES: None})
    return lambda candles: _guarded(source.path, lambda: source(**source.bind({**settings, CANDLES: candles})))


@contextlib.contextmanager
def _prints_aside() -> Iterator[None]:
    """What is printed inside goes to stderr; the same for all threads, so it is left alone where it does already."""
    if sys.stdout is sys.stderr:
        yield
        return
    with contextlib.redirect_stdout(sys.stderr):
        yield


def _split(reference: str) -> tuple[Path, str]:
    """The file and the name in it, empty where none is given."""
    file, sign, name = reference.rpartition(":")
    path, wanted = (Path(file), name) if sign and name.isidentifier() else (Path(reference.rstrip(":")), "")
    if not path.is_file():
        raise click.UsageError(f"{path}: no such file; a strategy is named like examples/trend.py:trend")
    return path, wanted


def _execute(source: StrategyFile) -> types.ModuleType:
    module = types.ModuleType(f"{MODULE}_{Path(source.path).stem}")
    module.__file__ = source.path
    sys.modules[module.__name__] = module
    _let_import_neighbours(source.folder)
    _guarded(source.path, lambda: exec(compile(source.text, source.path, "exec"), module.__dict__))
    return module


def _let_import_neighbours(folder: str) -> None:
    """As `python file.py` does; neighbours of another strategy file make room for those of the same name here."""
    for neighbour in Path(folder).glob("*.py"):
        known = getattr(sys.modules.get(neighbour.stem), "__file__", None)
        if known and os.path.dirname(known) in _folders - {folder}:
            del sys.modules[neighbour.stem]
    _folders.add(folder)
    sys.path[:] = [folder, *(place for place in sys.path if place != folder)]


def _guarded(path: str, call: Callable[[], Any]) -> Any:
    """``call()``; what the user's code raises becomes a StrategyError with the line of their file."""
    try:
        return call()
    except (Exception, SystemExit) as error:
        raise _strategy_error(path, error) from error


def _strategy_error(path: str, error: BaseException) -> StrategyError:
    if isinstance(error, StrategyError) and str(error).startswith(path):
        return error
    return StrategyError(f"{path}{_line_in(path, error)}: {_what(error)}")


def _what(error: BaseException) -> str:
    if isinstance(error, BtcoreError):
        return str(error)
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _line_in(path: str, error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.filename == path:
        return f", line {error.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return f", line {lines[-1]}" if lines else ""


def _find(module: types.ModuleType, name: str, path: Path) -> Any:
    if name and hasattr(module, name):
        return getattr(module, name)
    known = [key for key, value in vars(module).items() if not key.startswith("_") and _is_candidate(value, module)]
    problem = f"it has no {name!r}" if name else "name the strategy in it"
    example = f", e.g. {path}:{known[0]}" if known else ""
    raise click.UsageError(f"{path}: {problem}; it holds {', '.join(known) or 'no strategy and no function'}{example}")


def _is_candidate(value: Any, module: types.ModuleType) -> bool:
    is_made_of = inspect.isfunction(value) or (inspect.isclass(value) and issubclass(value, WindowStrategy))
    return isinstance(value, MADE) or (is_made_of and value.__module__ == module.__name__)


def _refuse_settings(name: str, settings: Mapping[str, Any]) -> None:
    if settings:
        raise click.UsageError(
            f"{name} takes no parameters ({', '.join(settings)} was set): it is no function. "
            f"Make it one: def {name}({', '.join(settings)}): ..."
        )


def _bind(function: Callable[..., Any], name: str, settings: Mapping[str, Any], option: str) -> dict[str, Any]:
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
        given = " ".join(f"{option} {parameter}=..." for parameter in missing)
        raise click.UsageError(f"{name} needs {given}; its parameters are: {known}")
    return {p.name: settings.get(p.name, p.default) for p in listed} | dict(settings)


def _checked(value: Any, owner: str) -> Any:
    if isinstance(value, (*MADE, list, tuple)):
        return value
    raise StrategyError(f"{owner} {value!r}, which is neither a strategy nor a list of orders")
