"""Every public name says what it is, and every example gives what it shows."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from types import ModuleType
from typing import Any

import pytest

import btcore as bt

PUBLIC = [(name, getattr(bt, name)) for name in bt.__all__]
MODULES = sorted(
    module.name for module in pkgutil.walk_packages(bt.__path__, "btcore.") if not module.name.endswith("__main__")
)
# Values whose docstring is that of their type.
PLAIN = (int, float, str, bt.Expr)


def members(thing: type) -> list[tuple[str, Any]]:
    """Public methods and properties that a class defines itself."""
    return [
        (name, member)
        for name, member in vars(thing).items()
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, (property, classmethod)))
    ]


def text_of(member: Any) -> str | None:
    """A docstring, cleaned."""
    return inspect.getdoc(member.__func__ if isinstance(member, classmethod) else member)


def test_the_public_names_are_unique_and_no_modules() -> None:
    assert len(set(bt.__all__)) == len(bt.__all__)
    assert not [name for name in bt.__all__ if isinstance(getattr(bt, name), ModuleType)]


def test_no_module_is_named_like_a_public_name() -> None:
    """Importing the module would rebind the name."""
    modules = {name.split(".")[1] for name in MODULES}
    assert not modules & set(bt.__all__)


@pytest.mark.parametrize(("name", "thing"), PUBLIC, ids=[name for name, _ in PUBLIC])
def test_public_names_have_docstrings(name: str, thing: Any) -> None:
    if isinstance(thing, PLAIN):
        return
    text = inspect.getdoc(thing)
    assert text, name
    assert text.splitlines()[0].endswith((".", ":")), f"{name}: the first line is no sentence"
    if inspect.isclass(thing):
        assert text != inspect.getdoc(thing.__mro__[1]), f"{name}: its docstring is that of its base"


@pytest.mark.parametrize(
    ("name", "thing"),
    [(n, t) for n, t in PUBLIC if inspect.isclass(t)],
    ids=[n for n, t in PUBLIC if inspect.isclass(t)],
)
def test_public_methods_have_docstrings(name: str, thing: type) -> None:
    missing = [f"{name}.{member}" for member, value in members(thing) if not text_of(value)]
    # said once, in the docstring of the class
    described = [entry for entry in missing if entry.split(".")[1] in (inspect.getdoc(thing) or "")]
    assert set(missing) <= set(described)


EXAMPLES_REQUIRED = [
    (name, thing)
    for name, thing in PUBLIC
    if inspect.isfunction(thing) or (inspect.isclass(thing) and thing.__init__ is not object.__init__)
]
# Made by simulate, not by its user; exceptions and enumerations have nothing to run.
WITHOUT_EXAMPLE = {
    "Result",
    "Trades",
    "EntryKind",
    "ExitReason",
    "RejectReason",
    "OrderField",
    "PositionField",
    "CausalityReport",
    "Event",
    "Leak",
} | {name for name, thing in PUBLIC if inspect.isclass(thing) and issubclass(thing, Exception)}


@pytest.mark.parametrize(("name", "thing"), EXAMPLES_REQUIRED, ids=[name for name, _ in EXAMPLES_REQUIRED])
def test_what_users_call_has_an_example(name: str, thing: Any) -> None:
    if name not in WITHOUT_EXAMPLE:
        assert ">>> " in (inspect.getdoc(thing) or ""), name


@pytest.mark.parametrize("name", MODULES)
def test_modules_have_docstrings(name: str) -> None:
    module = importlib.import_module(name)
    if name != "btcore._core":
        assert module.__doc__, name
    exported = getattr(module, "__all__", [])
    assert all(hasattr(module, public) for public in exported)


@pytest.mark.parametrize("name", ["btcore", *MODULES])
def test_examples_run(name: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    failures, _ = doctest.testmod(
        importlib.import_module(name), optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    )
    assert failures == 0, f"{name}: see the captured output"


def test_the_version_is_that_of_the_package() -> None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        expected = version("btcore")
    except PackageNotFoundError:
        with pytest.raises(PackageNotFoundError):
            _ = bt.__version__
        return
    assert bt.__version__ == expected


def test_names_that_are_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'btcore' has no attribute 'nothing'"):
        _ = bt.nothing
