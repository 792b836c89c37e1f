"""What the text is, in words for the report."""

from dataclasses import dataclass

from seqkd.corpus.bible import TEXTS
from seqkd.corpus.settings import BibleSettings, CaptionsSettings, CorpusSettings


@dataclass(frozen=True)
class Description:
    """Plain text (to be escaped where it goes into HTML): a title, what the text is, and what it cannot tell."""

    title: str
    description: str
    caveat: str


CAPTIONS = Description(
    title="Synthetic image captions, de to en",
    description=(
        "Synthetic text: a grammar with a hand-made lexicon wrote every sentence, and no person or photograph stands "
        "behind it. Each German caption has up to 5,000 English translations of known probability: a hidden style for "
        "the whole sentence, and a choice in each slot given the style. The reference is one draw of them. Training, "
        "dev and test set share no German and no English sentence."
    ),
    caveat=(
        "Scores on synthetic text say nothing about translation of natural text. What it shows is how models and ways "
        "of distilling treat a distribution that is known."
    ),
)


def describe(settings: CorpusSettings) -> Description:
    """Title, description and caveat of the corpus."""
    if isinstance(settings, BibleSettings):
        return _bible(settings)
    if isinstance(settings, CaptionsSettings):
        return CAPTIONS
    return Description(
        title=settings.title or f"{settings.source_language}-{settings.target_language} corpus of one's own",
        description=settings.description,
        caveat="Scores hold for this kind of text; on other text the same systems may rank differently.",
    )


def _bible(settings: BibleSettings) -> Description:
    source, target = TEXTS[settings.source_text].title, TEXTS[settings.target_text].title
    return Description(
        title=f"Bible verses, {settings.source_language} to {settings.target_language}",
        description=(
            f"Verses of at most {settings.cleaning.max_words} words: the {source} translated to the language of the "
            f"{target}, both in the public domain. Dev and test set are whole chapters chosen by hash; still, "
            "parallel passages (Kings and Chronicles, the Gospels) resemble each other."
        ),
        caveat=(
            "One book in one old style: BLEU on it says nothing about general translation, and is not to be compared "
            "with figures for other texts. What it shows is how the systems compare on equal terms."
        ),
    )
