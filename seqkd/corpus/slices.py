"""What each corpus job reads of the settings, as plain dicts for its parameters.

``make_corpus`` and ``make_test_set`` take these dicts instead of the settings, so a job cannot read a key that
its parameters do not hold:

``corpus_slice(settings)``
    what ``make_corpus`` reads. Of the test sets only the files of those with ``purge: true`` are in it, without
    their names: a test set added with ``purge: false``, or renamed, leaves it as it is. Language codes, title and
    description of ``files`` are not in it either.
``test_set_slice(settings, name)``
    what ``make_test_set`` reads for one test set.
``corpus_downloads(settings)``, ``test_set_downloads(settings, name)``
    names of the downloads (keys of ``seqkd.corpus.download.downloads``) that each of the two needs.
``corpus_local_files(settings)``, ``test_set_local_files(settings, name)``, ``local_files(settings)``
    the user's own files that each of the two reads, and all of them: their content belongs into a fingerprint.
``target_files(settings)``
    those of them that hold references, whose script is compared with the target language.
"""

import json
from pathlib import Path
from typing import Any

from seqkd.corpus.jobs import BIBLE_DOWNLOAD, TEST_SET, FilesCorpus, FilesTestSet
from seqkd.corpus.settings import BibleSettings, CorpusSettings, FilesSettings, LocalFile, PairSettings, WebFile


def test_sets(settings: CorpusSettings) -> list[str]:
    """Names of the test sets in config order; the first is primary."""
    return list(settings.test_sets) if isinstance(settings, FilesSettings) else [TEST_SET]


def corpus_slice(settings: CorpusSettings) -> dict[str, Any]:
    """What ``make_corpus`` reads, as plain JSON values with sorted keys."""
    if not isinstance(settings, FilesSettings):
        return settings.canonical()
    return FilesCorpus(
        train=settings.train, dev=settings.dev, purge=_purged(settings), cleaning=settings.cleaning
    ).canonical()


def test_set_slice(settings: CorpusSettings, name: str) -> dict[str, Any]:
    """What ``make_test_set`` reads for the test set ``name``, as plain JSON values with sorted keys."""
    if not isinstance(settings, FilesSettings):
        return settings.canonical()
    return FilesTestSet(test=_pair(settings, name)).canonical()


def _pair(settings: FilesSettings, name: str) -> PairSettings:
    test = settings.test_sets[name]
    return PairSettings(src=test.src, tgt=test.tgt, groups=test.groups)


def _purged(settings: FilesSettings) -> list[PairSettings]:
    """The files of the test sets that training must not hold, in an order that their names do not change."""
    pairs = [PairSettings(src=one.src, tgt=one.tgt, groups=None) for one in settings.test_sets.values() if one.purge]
    return sorted(pairs, key=lambda pair: json.dumps(pair.canonical()))


def target_files(settings: CorpusSettings) -> list[Path]:
    """The user's own files that hold the references of the dev and the test sets."""
    if not isinstance(settings, FilesSettings):
        return []
    sides = [pair.tgt for pair in (settings.dev, *settings.test_sets.values())]
    return [Path(one.path) for one in sides if isinstance(one, LocalFile)]


def _corpus_pairs(settings: FilesSettings) -> list[PairSettings]:
    return [settings.train, settings.dev, *_purged(settings)]


def _locations(pairs: list[PairSettings]) -> list[LocalFile | WebFile]:
    return [one for pair in pairs for one in (pair.src, pair.tgt, pair.groups) if one is not None]


def _downloads(pairs: list[PairSettings]) -> list[str]:
    return list(dict.fromkeys(one.name for one in _locations(pairs) if isinstance(one, WebFile)))


def _local(pairs: list[PairSettings]) -> list[Path]:
    return list(dict.fromkeys(Path(one.path) for one in _locations(pairs) if isinstance(one, LocalFile)))


def web_files(settings: CorpusSettings) -> dict[str, WebFile]:
    """Every file that has to be downloaded, by its download name."""
    if not isinstance(settings, FilesSettings):
        return {}
    pairs: list[PairSettings] = [settings.train, settings.dev, *settings.test_sets.values()]
    return {one.name: one for one in _locations(pairs) if isinstance(one, WebFile)}


def corpus_downloads(settings: CorpusSettings) -> list[str]:
    """Names of the downloads that ``make_corpus`` needs."""
    if isinstance(settings, FilesSettings):
        return _downloads(_corpus_pairs(settings))
    return [BIBLE_DOWNLOAD] if isinstance(settings, BibleSettings) else []


def test_set_downloads(settings: CorpusSettings, name: str) -> list[str]:
    """Names of the downloads that ``make_test_set`` needs for the test set ``name``."""
    if isinstance(settings, FilesSettings):
        return _downloads([_pair(settings, name)])
    return [BIBLE_DOWNLOAD] if isinstance(settings, BibleSettings) else []


def corpus_local_files(settings: CorpusSettings) -> list[Path]:
    """The user's own files that ``make_corpus`` reads, as written in the config."""
    return _local(_corpus_pairs(settings)) if isinstance(settings, FilesSettings) else []


def test_set_local_files(settings: CorpusSettings, name: str) -> list[Path]:
    """The user's own files that ``make_test_set`` reads for the test set ``name``."""
    return _local([_pair(settings, name)]) if isinstance(settings, FilesSettings) else []


def local_files(settings: CorpusSettings) -> list[Path]:
    """Every file of the user's that the corpus or a test set reads, each once."""
    of_tests = [path for name in test_sets(settings) for path in test_set_local_files(settings, name)]
    return list(dict.fromkeys([*corpus_local_files(settings), *of_tests]))
