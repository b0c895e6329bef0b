"""The command ``btcore``: its subcommands, and how everything that goes wrong becomes one line and an exit code.

Exit codes: 0 done, 1 failed while running, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any

import click

from btcore.cli.batch import batch
from btcore.cli.check import check
from btcore.cli.demo import demo
from btcore.cli.profile import profile_command
from btcore.cli.run import run

FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        import btcore

        click.echo(f"btcore {btcore.__version__}")
        context.exit()


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Examples:
  btcore demo
  btcore run examples/trend.py:trend --data synthetic
  btcore batch examples/experiment.toml
  btcore run --help""",
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
              help="Show the version and leave.")  # fmt: skip
@click.pass_context
def app(context: click.Context) -> None:
    """Trading-strategy simulations over long candle histories: exact, and fast."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


app.add_command(check)
app.add_command(demo)
app.add_command(run)
app.add_command(batch)
app.add_command(profile_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        None: those of the process.

    Examples
    --------
    >>> main(["run", "--data", "synthetic"])
    2
    """
    _accept_any_text()
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            code = app.main(args=arguments, prog_name="btcore", standalone_mode=False)
            sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "btcore"
        _complain(f"{error.format_message()} (see {command} --help)")
        return WRONG_USAGE
    except click.ClickException as error:
        _complain(error.format_message())
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone. What is still buffered goes nowhere, or the interpreter complains when it leaves.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _complain(message: str) -> None:
    lines = [" ".join(line.split()) for line in message.splitlines()]
    click.echo(f"Error: {'; '.join(line for line in lines if line)}", err=True)


def _accept_any_text() -> None:
    """A symbol or path that the terminal's encoding lacks is shown with question marks."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    click.echo(f"Warning: {message}", err=True)
