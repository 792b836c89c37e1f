"""Description of the corpus for the report."""

from dataclasses import dataclass

from seqkd.corpus.bible import TEXTS
from seqkd.corpus.settings import BibleSettings, CaptionsSettings, CorpusSettings


@dataclass(frozen=True)
class Description:
    """Plain text, to be escaped in HTML: a title, what the text is, and the limits of results on it."""

    title: str
    description: str
    caveat: str


CAPTIONS = Description(
    title="Synthetic image captions, de to en",
    description=(
        "Synthetic text: a grammar with a hand-made lexicon wrote every sentence; there are no photographs or human "
        "authors. Each German caption has up to 5,000 English translations of known probability: a hidden style for "
        "the whole sentence, and a choice in each slot given the style. The reference is sampled from them. Training, "
        "dev and test set share no German and no English sentence."
    ),
    caveat=(
        "Scores on synthetic text say nothing about translation of natural text. They show how models and distillation "
        "methods treat a known distribution."
    ),
)


def describe(settings: CorpusSettings) -> Description:
    """Title, description and caveat of the corpus."""
    if isinstance(settings, BibleSettings):
        return _bible(settings)
    if isinstance(settings, CaptionsSettings):
        return CAPTIONS
    return Description(
        title=settings.title or f"Custom {settings.source_language}-{settings.target_language} corpus",
        description=settings.description,
        caveat="Scores hold for this kind of text; on other text the same systems may rank differently.",
    )


def _bible(settings: BibleSettings) -> Description:
    source, target = TEXTS[settings.source_text].title, TEXTS[settings.target_text].title
    return Description(
        title=f"Bible verses, {settings.source_language} to {settings.target_language}",
        description=(
            f"Verses of at most {settings.cleaning.max_words} words, from the {source} to the {target}, both in the "
            "public domain. Dev and test set are complete chapters chosen by hash, but parallel passages (Kings and "
            "Chronicles, the Gospels) resemble each other."
        ),
        caveat=(
            "One book in one old style: BLEU on it says nothing about general translation and cannot be compared with "
            "scores on other texts. It shows how the systems compare on equal terms."
        ),
    )
