"""The drawings in docs/design.md, from the imports of the code and the rules of the workflow.

python tools/architecture.py

"""

import ast
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqkd.utils.files import write_text

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "design.md"
PACKAGE = "seqkd"
COMMAND, MODULES = "cli", "single modules"
CONFIGS = ("config.yaml", "configs/captions.yaml")
"""Experiments whose rules are drawn; together they have all but those that the text below the drawing names."""

Edges = set[tuple[str, str]]
"""Pairs (from, to)."""


def packages() -> str:
    """What each package below seqkd/ holds, by its docstring, and who imports whom, as a Mermaid flowchart."""
    rows = ["| package | content |", "| --- | --- |"]
    for file in sorted((ROOT / PACKAGE).glob("*/__init__.py")):
        docstring = ast.get_docstring(ast.parse(file.read_bytes())) or ""
        sentence = re.split(r"(?<=\.)\s+(?=[A-Z])|\n\n", docstring)[0]
        rows.append(f"| `{file.parent.name}` | {' '.join(sentence.split()).replace('``', '`')} |")
    return "\n".join([*rows, "", flowchart("TD", reduced(package_imports()))])


def package_imports() -> Edges:
    """Pairs of packages of which the first imports the second."""
    edges: Edges = set()
    for file in sorted((ROOT / PACKAGE).rglob("*.py")):
        importer = node_of(file.relative_to(ROOT).with_suffix("").parts)
        for name in imports(ast.parse(file.read_bytes())):
            target = node_of(name.split("."))
            edges |= {(importer, target)} if target and importer else set()
    return {(importer, target) for importer, target in edges if importer != target}


def node_of(names: tuple[str, ...] | list[str]) -> str:
    """The package of a module given by its dotted name, or one of the two nodes for modules outside of packages."""
    if len(names) < 2 or names[1] == "__init__":
        return ""
    if (ROOT / PACKAGE / names[1]).is_dir():
        return names[1]
    return COMMAND if names[1] == "__main__" else MODULES if (ROOT / PACKAGE / f"{names[1]}.py").is_file() else ""


def imports(tree: ast.AST) -> Iterator[str]:
    """Dotted names below seqkd that a module imports: at its top, inside functions, for types, or by name."""
    for node in ast.walk(tree):
        names: list[Any] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call):  # import_module("seqkd.decoding.translate_text")
            names = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        yield from (name for name in names if isinstance(name, str) and re.fullmatch(rf"{PACKAGE}(\.\w+)+", name))


def rules() -> str:
    """Which rule's results which rule reads, as a Mermaid flowchart, and the rules that no drawn experiment has."""
    edges: Edges = set()
    for config in CONFIGS:
        edges |= rule_graph(config)
    edges = {(rule, reader) for rule, reader in edges if rule != reader and reader != "all"}
    drawn = {rule for edge in edges for rule in edge}
    files = (ROOT / "workflow" / "rules").glob("*.smk")
    declared = {name for file in files for name in re.findall(r"(?m)^(?:rule|checkpoint) (\w+):", file.read_text())}
    missing = (
        f"\n\nNot drawn: {', '.join(f'`{rule}`' for rule in sorted(declared - drawn))}." if declared - drawn else ""
    )
    return flowchart("LR", reduced(edges)) + missing


def rule_graph(config: str) -> Edges:
    """Snakemake's rule graph of an experiment that has not begun."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory", folder, "--rulegraph", "dot"]
        command += ["--configfile", str(ROOT / config)]
        done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=True)
    labels = dict(re.findall(r'(\d+)\[label = "(\w+)"', done.stdout))
    return {(labels[start], labels[end]) for start, end in re.findall(r"(\d+) -> (\d+)", done.stdout)}


def reduced(edges: Edges) -> Edges:
    """The edges without those that follow from others (a -> c next to a -> b -> c); nodes of a cycle count as one."""
    successors: dict[str, set[str]] = {}
    for start, end in edges:
        successors.setdefault(start, set()).add(end)
    reach = {start: reachable(start, successors) for start in successors}

    def in_one_cycle(start: str, end: str) -> bool:
        return end in reach[start] and start in reach.get(end, ())

    def follows(start: str, end: str) -> bool:
        between = (node for node in reach[start] if end in reach.get(node, ()))
        return any(not in_one_cycle(start, node) and not in_one_cycle(node, end) for node in between)

    return {(start, end) for start, end in edges if in_one_cycle(start, end) or not follows(start, end)}


def reachable(start: str, successors: dict[str, set[str]]) -> set[str]:
    """All nodes that a path of at least one edge leads to."""
    nodes, stack = set(), list(successors[start])
    while stack:
        node = stack.pop()
        if node not in nodes:
            nodes.add(node)
            stack += successors.get(node, ())
    return nodes


def flowchart(direction: str, edges: Edges) -> str:
    """A Mermaid block; edges both ways are one arrow with two heads."""
    nodes = sorted({node for edge in edges for node in edge})
    lines = [f'{node.replace(" ", "_")}["{node}"]' for node in nodes if " " in node]
    for start, end in sorted(edges):
        arrow = "-->" if (end, start) not in edges else "<-->"
        if arrow == "-->" or start < end:
            lines.append(f"{start.replace(' ', '_')} {arrow} {end.replace(' ', '_')}")
    return "\n".join(["```mermaid", f"flowchart {direction}", *(f"    {line}" for line in lines), "```"])


def page(text: str) -> str:
    """docs/design.md with both drawings up to date."""
    for name, drawing in (("packages", packages()), ("rules", rules())):
        begin, end = f"<!-- {name}, by tools/architecture.py -->", f"<!-- end of {name} -->"
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n\n{drawing}\n\n{end}{rest.partition(end)[2]}"
    return text


if __name__ == "__main__":
    write_text(PAGE, page(PAGE.read_text(encoding="utf-8")))
