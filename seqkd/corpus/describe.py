"""What the text is, in words for the report."""

from dataclasses import dataclass

from seqkd.corpus.bible import TEXTS
from seqkd.corpus.settings import BibleSettings, CorpusSettings


@dataclass(frozen=True)
class Description:
    """Plain text (to be escaped where it goes into HTML): a title, what the text is, and what it cannot tell."""

    title: str
    description: str
    caveat: str


def describe(settings: CorpusSettings) -> Description:
    """Title, description and caveat of the corpus."""
    if isinstance(settings, BibleSettings):
        return _bible(settings)
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
