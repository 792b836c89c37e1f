"""The settings that each corpus job reads, as plain dicts for its parameters.

``make_corpus`` and ``make_test_set`` take these dicts instead of the settings, so a job cannot read a key that is not
among its parameters:

``corpus_slice(settings)``
    what ``make_corpus`` reads. Of the test sets it has only the files of those with ``decontaminate: true``, without
    names, so a renamed test set, or a new one with ``decontaminate: false``, does not change it. Nor does it have the
    language codes, title and description of ``files``.
``test_set_slice(settings, name)``
    what ``make_test_set`` reads for one test set.
``corpus_downloads(settings)``, ``test_set_downloads(settings, name)``
    names of the downloads (keys of ``seqkd.corpus.download.downloads``) that each of the two needs.
``corpus_local_files(settings)``, ``test_set_local_files(settings, name)``, ``local_files(settings)``
    the user's files that each of the two reads, and all of them: their content is part of a fingerprint.
``target_files(settings)``
    the user's files with references, whose script is compared with the target language.
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
        train=settings.train, dev=settings.dev, decontaminate=_purged(settings), cleaning=settings.cleaning
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
    """The files of the test sets that are removed from training, in an order that does not depend on their names."""
    pairs = [PairSettings(src=test.src, tgt=test.tgt) for test in settings.test_sets.values() if test.decontaminate]
    return sorted(pairs, key=lambda pair: json.dumps(pair.canonical()))


def target_files(settings: CorpusSettings) -> list[Path]:
    """The user's files with the references of the dev set and the test sets."""
    if not isinstance(settings, FilesSettings):
        return []
    targets = [pair.tgt for pair in (settings.dev, *settings.test_sets.values())]
    return [Path(file.path) for file in targets if isinstance(file, LocalFile)]


def _corpus_pairs(settings: FilesSettings) -> list[PairSettings]:
    return [settings.train, settings.dev, *_purged(settings)]


def _locations(pairs: list[PairSettings]) -> list[LocalFile | WebFile]:
    return [file for pair in pairs for file in (pair.src, pair.tgt, pair.groups) if file is not None]


def _downloads(pairs: list[PairSettings]) -> list[str]:
    return list(dict.fromkeys(file.name for file in _locations(pairs) if isinstance(file, WebFile)))


def _local(pairs: list[PairSettings]) -> list[Path]:
    return list(dict.fromkeys(Path(file.path) for file in _locations(pairs) if isinstance(file, LocalFile)))


def web_files(settings: CorpusSettings) -> dict[str, WebFile]:
    """Every file to download, by its download name."""
    if not isinstance(settings, FilesSettings):
        return {}
    pairs: list[PairSettings] = [settings.train, settings.dev, *settings.test_sets.values()]
    return {file.name: file for file in _locations(pairs) if isinstance(file, WebFile)}


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
    """The user's files that ``make_corpus`` reads, as written in the config."""
    return _local(_corpus_pairs(settings)) if isinstance(settings, FilesSettings) else []


def test_set_local_files(settings: CorpusSettings, name: str) -> list[Path]:
    """The user's files that ``make_test_set`` reads for the test set ``name``."""
    return _local([_pair(settings, name)]) if isinstance(settings, FilesSettings) else []


def local_files(settings: CorpusSettings) -> list[Path]:
    """All files of the user that the corpus or a test set reads, without duplicates."""
    test_files = [path for name in test_sets(settings) for path in test_set_local_files(settings, name)]
    return list(dict.fromkeys([*corpus_local_files(settings), *test_files]))
