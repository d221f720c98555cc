"""The command line: thin doors to the house. JSON goes to stdout, everything else to stderr."""

from __future__ import annotations

import sys

import typer

from kindergrad.cli import audit, data, exposure, score, sitting, study, verdicts
from kindergrad.cli.doors import EXIT_INPUT, EXIT_INTERRUPTED, app
from kindergrad.core.errors import KindergradError

__all__ = ["app", "audit", "data", "exposure", "main", "score", "sitting", "study", "verdicts"]


def main() -> None:
    """Entry point: one clear line for what kindergrad refuses, the exit codes of the contract."""
    sys.argv = [_dashes(argument) for argument in sys.argv]
    try:
        code = app(standalone_mode=False) or 0  # typer gives back the code of typer.Exit
    except KindergradError as error:
        code = _fail(str(error))
    except (KeyboardInterrupt, typer.Abort):
        code = EXIT_INTERRUPTED
    except SystemExit as done:  # so typer ends on Ctrl-C
        code = done.code
    except Exception as error:
        if not hasattr(error, "format_message"):  # not a usage error of the command line
            raise
        message = error.format_message().strip()  # empty where the help was shown instead
        code = _fail(f"{message} See 'kindergrad --help'.") if message else EXIT_INPUT
    if code == EXIT_INTERRUPTED:
        print("\nstopped; finished exams are kept, the same command resumes", file=sys.stderr)
    sys.exit(code)


def _fail(message: str) -> int:
    print(f"kindergrad: {message}", file=sys.stderr)
    return EXIT_INPUT


def _dashes(argument: str) -> str:
    """Flags are the same with ``-`` and ``_``."""
    if not argument.startswith("--"):
        return argument
    name, equals, value = argument.partition("=")
    return name.replace("_", "-") + equals + value
