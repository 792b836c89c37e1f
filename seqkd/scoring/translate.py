"""All that is needed of a model to score it on a test set: its translations, and its probabilities of them and of the
references. What is computed from these files decodes nothing.
"""

from pathlib import Path
from typing import Any

from seqkd.data.tokenizer import Tokenizer
from seqkd.decoding.generate import forced_scores, translate
from seqkd.decoding.settings import SearchSettings
from seqkd.models import checkpoint
from seqkd.models.base import TranslationModel
from seqkd.scoring.diagnostics import References
from seqkd.scoring.sentences import read_sides
from seqkd.scoring.sizes import name_of, size
from seqkd.utils.files import write_json, write_lines
from seqkd.utils.malloc import tune_malloc

FACTS = "translations.json"
"""Next to the translations: size of the model; of each decoding its length penalty and, by sentence, log-probability
and whether it ended within the length limit; of the references what ``diagnostics.References`` has."""


def translate_test_set(
    *, search: SearchSettings, model: Path, tokenizer: Path, test_set: Path, folder: Path, precision: str
) -> dict[str, Any]:
    """Translate a test set greedily and by beam search; write greedy.txt, beam-N.txt and translations.json.

    Args:
        search: the beam search; its length limits hold for greedy search too.
        test_set: folder with test.src and test.tgt.

    Returns:
        Counts for the manifest.

    Raises:
        UserError: the sides of the test set differ in length.
    """
    tune_malloc()
    subwords = Tokenizer(tokenizer)
    network = checkpoint.load(model, precision, subwords.sizes)
    sources, references = read_sides(test_set)
    source_ids = subwords.src.encode(sources)
    facts: dict[str, Any] = {
        "model": size(model),
        "references": score_references(network, source_ids, subwords.tgt.encode(references)),
        "decodings": {},
    }
    for settings in (search.model_copy(update={"beam": 1}), search):
        hypotheses = [best for best, *_ in translate(network, source_ids, settings)]
        write_lines(folder / f"{name_of(settings)}.txt", [subwords.tgt.decode(best.ids) for best in hypotheses])
        facts["decodings"][name_of(settings)] = {
            "length_penalty": settings.length_penalty if settings.beam > 1 else None,
            "log_prob": [best.log_prob for best in hypotheses],
            "finished": [best.finished for best in hypotheses],
        }
    write_json(folder / FACTS, facts)
    return {"sentences": len(sources)}


def score_references(network: TranslationModel, sources: list[list[int]], references: list[list[int]]) -> References:
    """What the model makes of the references, by sentence."""
    scored = forced_scores(network, sources, references)
    return {
        "log_prob": [sum(log_probs) for log_probs, _ in scored],
        "tokens": [len(log_probs) for log_probs, _ in scored],
        "top1": [sum(is_argmax) for _, is_argmax in scored],
    }
