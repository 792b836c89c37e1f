"""The command ``seqkd``: what there is to choose from, and what came of it. Experiments are run by snakemake."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from seqkd import losses
from seqkd.config.mistakes import nearest
from seqkd.errors import UserError
from seqkd.lossdoc import describe
from seqkd.losses import outside


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; gives the exit status."""
    try:
        given = _parser().parse_args(arguments)
        if sys.stdout is None:
            raise UserError("standard output is closed; send it to a file or to /dev/null")
        for text in given.work(given):
            _write(text)
        _write("")
    except UserError as error:
        _tell(error)
        return 1
    except KeyboardInterrupt:
        return 130
    except OSError as error:  # a full disk, mostly
        _tell(UserError(f"{error.filename}: {error.strerror}" if error.filename else str(error)))
        return 1
    return 0


def _write(text: str) -> None:
    """Write to standard output, whatever the locale; an empty text flushes it.

    Raises:
        SystemExit: whoever reads has seen enough, as ``head`` does.
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


def _tell(error: UserError) -> None:
    """One line on standard error, if there is one that can be written."""
    with suppress(OSError):
        if sys.stderr is not None:
            print(error, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    """The commands; each one's ``work`` gives the text to print, piece by piece."""
    parser = argparse.ArgumentParser(prog="seqkd", description=" ".join((__doc__ or "").split()))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    words = "the objectives, one name a line; with NAME its formula, source, prefixes, cost and settings"
    command = commands.add_parser("losses", help=words, description=words)
    command.add_argument("name", nargs="?", metavar="NAME", help="an objective, or the path of a file of your own")
    command.set_defaults(work=_losses)
    words = "what the papers say, held against a finished run: RESULTS/claims.md and claims.csv"
    command = commands.add_parser("claims", help=words, description=words)
    command.add_argument("results", nargs="?", type=_path, default=Path("results"), metavar="RESULTS")
    command.set_defaults(work=_claims)
    words = "translate standard input, line by line, with a finished model"
    command = commands.add_parser("translate", help=words, description=words)
    command.add_argument("model", type=_path, metavar="MODEL", help="a folder like results/students/baseline/1")
    command.add_argument("--tokenizer", type=_path, help="its tokenizer's folder, if not that of the same results")
    command.add_argument("--beam", type=int, default=1, help="hypotheses kept at each step; 1, the default, is greedy")
    command.add_argument(
        "--length-penalty", type=float, help="0 to 5, of a beam search; by default the one chosen for the model on dev"
    )
    command.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    command.set_defaults(work=_translate)
    return parser


def _path(text: str) -> Path:
    """A path of the command line; shells leave the ``~`` of ``--tokenizer=~/results`` as it is."""
    return Path(os.path.expanduser(text))  # noqa: PTH111  (pathlib's fails where there is no such user)


def _claims(given: argparse.Namespace) -> Iterator[str]:
    """What ``seqkd claims`` prints."""
    yield import_module("seqkd.analysis.papers.table").write_claims(given.results)


def _translate(given: argparse.Namespace) -> Iterator[str]:
    """What ``seqkd translate`` prints."""
    if not 1 <= given.beam <= 1000:
        raise UserError(f"--beam {given.beam}: allowed are 1 to 1000")
    if given.length_penalty is not None and not 0 <= given.length_penalty <= 5:
        raise UserError(f"--length-penalty {given.length_penalty:g}: allowed are 0 to 5")
    translate_lines = import_module("seqkd.decoding.text").translate_lines
    search = (given.beam, given.precision, given.length_penalty)
    for line in translate_lines(_input(), given.model, given.tokenizer, *search):
        yield f"{line}\n"


def _input() -> Iterator[str]:
    """Lines of standard input, split at ``\\n`` alone.

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


def _losses(given: argparse.Namespace) -> Iterator[str]:
    """What ``seqkd losses`` prints.

    Raises:
        UserError: there is no such objective.
    """
    if given.name is None:
        yield from (f"{one}\n" for one in losses.NAMES)
    elif given.name in losses.NAMES or outside.is_path(given.name):
        yield describe(given.name)
    else:
        known = ", ".join(losses.NAMES)
        raise UserError(f"{given.name}: no such objective{nearest(given.name, losses.NAMES)}; known: {known}")


if __name__ == "__main__":
    sys.exit(main())
