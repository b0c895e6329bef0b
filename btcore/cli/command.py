"""What the subcommands share: options in sections, ``--debug``, and exceptions as one readable line."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import click

from btcore.errors import BtcoreError, ParameterError

Decorator = Callable[[Any], Any]


class Option(click.Option):
    """An option that stands under the heading `section` in the help, above those without one."""

    def __init__(self, *args: Any, section: str = "Options", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.section = section


class Command(click.Command):
    """A subcommand whose failures are one line; with ``--debug`` they keep their traceback."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(click.Option(["--debug"], is_flag=True, help="Show the traceback of an error."))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        listed = [parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Option)]
        for parameter in sorted(listed, key=lambda parameter: not isinstance(parameter, Option)):
            record = parameter.get_help_record(ctx)
            if record is not None:
                sections.setdefault(getattr(parameter, "section", "Options"), []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)

    def invoke(self, ctx: click.Context) -> Any:
        debug = ctx.meta["btcore.debug"] = ctx.params.pop("debug")
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as error:
            if debug:
                raise
            raise _readable(error, ctx) from error


def options(section: str, *listed: tuple[tuple[str, ...], dict[str, Any]]) -> Decorator:
    """A decorator that adds options under one heading: each the names and the keywords of ``click.option``."""

    def decorate(function: Any) -> Any:
        for names, keywords in reversed(listed):
            function = click.option(*names, cls=Option, section=section, **keywords)(function)
        return function

    return decorate


def _readable(error: Exception, ctx: click.Context) -> click.ClickException:
    if isinstance(error, ParameterError):
        return click.UsageError(_with_option_names(str(error), ctx), ctx)
    if isinstance(error, BtcoreError):
        return click.ClickException(_with_option_names(str(error), ctx))
    if isinstance(error, OSError):
        return click.ClickException(str(error))
    return click.ClickException(
        f"unexpected {type(error).__name__}: {error}; run it again with --debug for the traceback"
    )


def _with_option_names(message: str, ctx: click.Context) -> str:
    """``tz='UTC'`` of a message for Python as ``--tz 'UTC'``, ``tz=`` as ``--tz``."""
    for parameter in ctx.command.params:
        argument = rf"(?<![\w-]){re.escape(str(parameter.name))}="
        message = re.sub(rf"{argument}(\.\.\.)?(?=[\s,;.)]|$)", parameter.opts[0], message)
        message = re.sub(argument, f"{parameter.opts[0]} ", message)
    return message
