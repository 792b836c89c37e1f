"""The command ``seqkd``: what there is to choose from. Experiments are run by snakemake."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from seqkd import losses
from seqkd.config.mistakes import nearest
from seqkd.errors import UserError
from seqkd.lossdoc import describe
from seqkd.losses import outside


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; gives the exit status."""
    parser = argparse.ArgumentParser(prog="seqkd", description=" ".join((__doc__ or "").split()))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    words = "the objectives, one name a line; with NAME its formula, source, prefixes, cost and settings"
    command = commands.add_parser("losses", help=words, description=words)
    command.add_argument("name", nargs="?", metavar="NAME", help="an objective, or the path of a file of your own")
    words = "what the papers say, held against a finished run: RESULTS/claims.md and claims.csv"
    command = commands.add_parser("claims", help=words, description=words)
    command.add_argument("results", nargs="?", type=Path, default=Path("results"), metavar="RESULTS")
    given = parser.parse_args(arguments)
    try:
        if hasattr(given, "results"):
            print(import_module("seqkd.claims.table").write_claims(given.results), end="")
        else:
            print(_losses(given.name), end="")
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _losses(name: str | None) -> str:
    """What ``seqkd losses`` prints.

    Raises:
        UserError: there is no such objective.
    """
    if name is None:
        return "".join(f"{one}\n" for one in losses.NAMES)
    if name not in losses.NAMES and not outside.is_path(name):
        known = ", ".join(losses.NAMES)
        raise UserError(f"{name}: no such objective{nearest(name, losses.NAMES)}; known: {known}")
    return describe(name)


if __name__ == "__main__":
    sys.exit(main())
