"""The command ``seqkd``: lists objectives, checks claims, translates. Experiments are run by snakemake."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from seqkd import losses
from seqkd.cli.losses import describe
from seqkd.config.error_messages import did_you_mean
from seqkd.losses import user_losses
from seqkd.utils.errors import UserError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    try:
        args = _parser().parse_args(arguments)
        if sys.stdout is None:
            raise UserError("standard output is closed; send it to a file or to /dev/null")
        for text in args.command(args):
            _write(text)
        _write("")
    except UserError as error:
        _print_error(error)
        return 1
    except KeyboardInterrupt:
        return 130
    except OSError as error:  # a full disk, mostly
        _print_error(UserError(f"{error.filename}: {error.strerror}" if error.filename else str(error)))
        return 1
    return 0


def _write(text: str) -> None:
    """Write to standard output, whatever the locale; an empty text flushes it.

    Raises:
        SystemExit: the reader has closed the pipe, as ``head`` does.
        UserError: it cannot be written.
    """
    try:
        if text:
            sys.stdout.buffer.write(text.encode())
        else:
            sys.stdout.buffer.flush()
    except OSError as error:
        with suppress(OSError, ValueError):  # what is left in the buffer would fail again when Python ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise SystemExit(0) from None
        raise UserError(f"standard output: {error.strerror}") from None


def _print_error(error: UserError) -> None:
    """One line on standard error, if there is one that can be written."""
    with suppress(OSError):
        if sys.stderr is not None:
            print(error, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    """The commands; each sets ``command``, a function that yields the text to print."""
    parser = argparse.ArgumentParser(prog="seqkd", description=" ".join((__doc__ or "").split()))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    help_text = "the objectives, one name a line; with NAME its formula, source, prefixes, cost and settings"
    command = commands.add_parser("losses", help=help_text, description=help_text)
    command.add_argument("name", nargs="?", metavar="NAME", help="an objective, or the path of a custom one")
    command.set_defaults(command=_losses)
    help_text = "compare the statements of the papers with a finished run: RESULTS/claims.md and claims.csv"
    command = commands.add_parser("claims", help=help_text, description=help_text)
    command.add_argument("results", nargs="?", type=_path, default=Path("results"), metavar="RESULTS")
    command.set_defaults(command=_claims)
    help_text = "translate standard input, line by line, with a finished model"
    command = commands.add_parser("translate", help=help_text, description=help_text)
    command.add_argument("model", type=_path, metavar="MODEL", help="a folder like results/students/baseline/1")
    command.add_argument("--tokenizer", type=_path, help="its tokenizer's folder, if not that of the same results")
    command.add_argument("--beam", type=int, default=1, help="hypotheses kept at each step; 1, the default, is greedy")
    command.add_argument(
        "--length-penalty", type=float, help="0 to 5, of a beam search; by default the one chosen for the model on dev"
    )
    command.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    command.set_defaults(command=_translate)
    return parser


def _path(text: str) -> Path:
    """A path of the command line; shells leave the ``~`` of ``--tokenizer=~/results`` as it is."""
    return Path(os.path.expanduser(text))  # noqa: PTH111  (pathlib's fails where there is no such user)


def _claims(args: argparse.Namespace) -> Iterator[str]:
    """What ``seqkd claims`` prints."""
    yield import_module("seqkd.analysis.papers.table").write_claims(args.results)


def _translate(args: argparse.Namespace) -> Iterator[str]:
    """What ``seqkd translate`` prints."""
    if not 1 <= args.beam <= 1000:
        raise UserError(f"--beam {args.beam}: allowed are 1 to 1000")
    if args.length_penalty is not None and not 0 <= args.length_penalty <= 5:
        raise UserError(f"--length-penalty {args.length_penalty:g}: allowed are 0 to 5")
    translate_lines = import_module("seqkd.decoding.translate_text").translate_lines
    search = (args.beam, args.precision, args.length_penalty)
    for line in translate_lines(_input(), args.model, args.tokenizer, *search):
        yield f"{line}\n"


def _input() -> Iterator[str]:
    """Lines of standard input, split only at ``\\n``.

    Raises:
        UserError: there is none, it cannot be read, or a line is no UTF-8.
    """
    if sys.stdin is None:
        raise UserError("standard input is closed; give the text with `< FILE`")
    try:
        for number, line in enumerate(sys.stdin.buffer, 1):
            yield _decoded(line, number)
    except OSError as error:
        raise UserError(f"standard input: {error.strerror}") from None


def _decoded(line: bytes, number: int) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise UserError(f"standard input, line {number}: not UTF-8 ({error.reason}). Convert it first.") from None


def _losses(args: argparse.Namespace) -> Iterator[str]:
    """What ``seqkd losses`` prints.

    Raises:
        UserError: there is no such objective.
    """
    if args.name is None:
        yield from (f"{name}\n" for name in losses.NAMES)
    elif args.name in losses.NAMES or user_losses.is_path(args.name):
        yield describe(args.name)
    else:
        hint = did_you_mean(args.name, losses.NAMES)
        raise UserError(f"{args.name}: no such objective{hint}; allowed: {', '.join(losses.NAMES)}")


if __name__ == "__main__":
    sys.exit(main())
