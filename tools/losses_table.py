"""Write the table of methods in docs/methods.md: ``python tools/losses_table.py``."""

from dataclasses import dataclass
from pathlib import Path

from seqkd import losses
from seqkd.cli.losses import about, cost
from seqkd.distillation.targets import label
from seqkd.utils.files import write_text

METHODS = Path(__file__).parents[1] / "docs" / "methods.md"
BEGIN, END = "<!-- the table of methods, by tools/losses_table.py -->", "<!-- end of the table -->"
HEAD = "| method | prefix | objective | mixing | start | cost in passes | our name | source |"
PREFIXES = {
    "argmax": "student's parallel argmax",
    "student": "student's samples",
    "mixed": "{targets} or student's samples",
}


@dataclass(frozen=True)
class Method:
    """A row of the table: a published method as a student of a config; ``source`` overrides that of the objective."""

    name: str
    loss: dict[str, float]
    targets: str = "gold"
    start: str = "scratch"
    source: str = ""


KIM_RUSH = "Kim & Rush 2016"
WARM = "pre-distilled model"
COPIED = "copied teacher layers"
WORD_KD = {"nll": 0.5, "word-kd": 0.5}
TABLE = [
    Method("Baseline", {"nll": 1}),
    Method("Word-KD", WORD_KD),
    Method("Seq-KD", {"nll": 1}, "seq-kd", source=f"{KIM_RUSH}, section 3.2"),
    Method("Seq-Inter", {"nll": 1}, "seq-inter", "trained student", f"{KIM_RUSH}, section 3.3"),
    Method("Seq-KD + Word-KD", WORD_KD, "seq-kd", source=KIM_RUSH),
    Method("Seq-KD + Seq-Inter + Word-KD", WORD_KD, "seq-inter", "trained student", KIM_RUSH),
    Method("Best chrF of the n-best", {"nll": 1}, "best-chrf", source="Zouhar 2021, NAACL-SRW"),
    Method("Ranked copies of the n-best", {"nll": 1}, "ranked", source="Zouhar 2021, NAACL-SRW"),
    Method("Seq-KD, original pairs added", {"nll": 1}, "seq-kd+gold", source="Zouhar 2021, NAACL-SRW"),
    Method("Ranked copies, original pairs added", {"nll": 1}, "ranked+gold", source="Zouhar 2021, NAACL-SRW"),
    Method("MBR distillation", {"nll": 1}, "mbr", source="Finkelstein & Freitag 2024, ICLR, here with chrF"),
    Method("Samples", {"nll": 1}, "samples", source="Galiano-Jiménez et al. 2025, NAACL Findings"),
    Method("TIE-KD", {"nll": 0.5, "tie-kd": 0.5}),
    Method("Word-KD, top-1 only", {"nll": 0.5, "top1-kd": 0.5}),
    Method("Word-KD, top-k only", {"nll": 0.5, "topk-kd": 0.5}),
    Method("Word-KD, without top-1", {"nll": 0.5, "no-top1-kd": 0.5}),
    Method("Pre-distillation", {"nll": 0.2, "word-kd": 0.8, "hidden-states": 3}, "gold", COPIED),
    Method("f-DISTILL KL", {"kl": 1}, "samples", WARM),
    Method("f-DISTILL RKL", {"rkl": 1}, "gold", WARM),
    Method("f-DISTILL JS", {"js": 1}, "samples", WARM),
    Method("f-DISTILL TVD", {"tvd": 1}, "samples", WARM),
    Method("ENGINE", {"engine": 1}, "gold", WARM),
    Method("Selective KD", {"nll": 1, "selective-kd": 1}),
    Method("ImitKD", {"imitkd": 1}),
    Method("GKD", {"gkd": 1}, "gold", "trained student"),
    Method("DistiLLM, skew KL", {"skew-kl": 1}, "gold", "trained student"),
    Method("DistiLLM, skew reverse KL", {"skew-rkl": 1}, "gold", "trained student"),
]


def table() -> str:
    """The table of methods in Markdown; prefixes, cost and sources come from the registry."""
    rows = [HEAD, "| --- | --- | --- | --- | --- | --- | --- | --- |", *map(_row, TABLE)]
    return "\n".join(rows) + "\n"


def _row(method: Method) -> str:
    main = next((name for name in reversed(method.loss) if name != "nll"), "nll")
    mixing = " + ".join(f"{weight:g} {name}" for name, weight in method.loss.items())
    mixing = mixing if len(method.loss) > 1 else "none"
    terms = {name: {"weight": float(weight)} for name, weight in method.loss.items()}
    sources = dict.fromkeys(prefix for name in method.loss for prefix in losses.prefixes_of(name))
    targets = label(method.targets)
    labels = {"targets": targets} | PREFIXES
    prefix = ", ".join(labels[source].format(targets=targets) for source in sources)
    doc = about(main)
    name = f"`{main}`" if method.targets == "gold" else f"`{main}`, `targets: {method.targets}`"
    cells = [method.name, prefix, doc.title, mixing, method.start, cost(terms), name, method.source or doc.source]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def page(text: str) -> str:
    """docs/methods.md with the current table."""
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    return f"{before}{BEGIN}\n\n{table()}\n{END}{after}"


def main() -> None:
    """Update the table in docs/methods.md."""
    write_text(METHODS, page(METHODS.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
