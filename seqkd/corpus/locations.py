"""Files of text as a config names them: on this machine or on the web, and pairs of them."""

import re
from collections.abc import Iterator
from os.path import expanduser
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from seqkd.utils.settings import Settings


def _like(pattern: str, expected: str) -> AfterValidator:
    """A string that matches as a whole; the message says what is expected in words instead of the pattern."""

    def checked(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"must be {expected}, found {value[:200]!r}")
        return value

    return AfterValidator(checked)


def _with_host_and_port(value: str) -> str:
    try:
        parts = urlsplit(value)
        if not parts.hostname or parts.port == 0 or not value.isascii():
            raise ValueError("host, port and path must be plain ASCII; write other characters as %XX")
    except ValueError as error:
        raise ValueError(f"no usable address ({error}), found {value[:200]!r}") from None
    return value


Sha256 = Annotated[str, _like("[0-9a-f]{64}", "a SHA-256 of 64 hexadecimal digits in lower case")]
Address = Annotated[
    str,
    _like(
        r"https?://[^/\s\x00-\x1f]+/[^\s\x00-\x1f]*[^/\s\x00-\x1f]", "an address of a file, http://... or https://..."
    ),
    AfterValidator(_with_host_and_port),
]
PathText = Annotated[
    str,
    _like(r"[^\x00-\x1f\x7f\ud800-\udfff]+", "a path, without line breaks, control characters and lone surrogates"),
    AfterValidator(expanduser),
]
"""``~`` is the home folder."""


class LocalFile(Settings):
    """A file on this machine, plain or .gz."""

    path: PathText = Field(
        description="Path; a relative one starts at the folder where the run starts, `~` is the home folder."
    )
    sha256: Sha256 | None = Field(None, description="SHA-256 of the file, checked where it is given.")


class WebFile(Settings):
    """A file to download, plain or .gz."""

    url: Address = Field(description="Address, http or https.")
    sha256: Sha256 = Field(description="SHA-256 of the file, 64 hexadecimal digits.")
    size: int | None = Field(None, ge=0, description="Bytes, checked where it is given.")

    @property
    def file_name(self) -> str:
        """The last part of the address, with plain characters only."""
        return re.sub("[^A-Za-z0-9._-]", "_", unquote(urlsplit(self.url).path).rsplit("/", 1)[-1])[-100:]

    @property
    def name(self) -> str:
        """The download's name: the file's, after the start of its checksum since two addresses may end alike."""
        return f"{self.sha256[:8]}-{self.file_name}"

    @property
    def download(self) -> dict[str, Any]:
        """The arguments of ``seqkd.corpus.download.fetch.fetch``."""
        return {"kind": "web", "file_name": self.file_name, **self.canonical()}


def _location(value: Any) -> Any:
    """A plain string is a local path; an address needs its checksum."""
    if isinstance(value, list):
        raise ValueError(
            f"one file is expected, found a list of {len(value)}; join them, in the same order on both sides "
            "(cat a.de b.de > all.de), and name the result"
        )
    if not isinstance(value, str):
        return value
    if re.match("[A-Za-z][A-Za-z0-9+.-]*://", value):
        raise ValueError(f"an address needs its checksum: write {{url: {value}, sha256: ...}}")
    return {"path": value}


def _kind(value: Any) -> str:
    named = "url" in value if isinstance(value, dict) else isinstance(value, WebFile)
    return "web" if named else "local"


Location = Annotated[
    Annotated[LocalFile, Tag("local")] | Annotated[WebFile, Tag("web")],
    Discriminator(_kind),
    BeforeValidator(_location, json_schema_input_type=str | LocalFile | WebFile),
]
"""A path, ``{path: ..., sha256: ...}`` or ``{url: ..., sha256: ..., size: ...}``."""


class PairSettings(Settings):
    """Two files of which line N of one is the translation of line N of the other."""

    src: Location = Field(description="Source side: a path, {path, sha256} or {url, sha256}; plain or .gz.")
    tgt: Location = Field(description="Target side, likewise.")
    documents: Location | None = Field(
        None, description="The document of each line, one name a line; without it each line is its own."
    )

    @model_validator(mode="after")
    def _sides_differ(self) -> "PairSettings":
        if self.src == self.tgt:
            raise ValueError("src and tgt are the same file; name the file that holds the translations as tgt")
        return self

    @property
    def files(self) -> Iterator[LocalFile | WebFile]:
        """Source, target and, if given, documents."""
        return (file for file in (self.src, self.tgt, self.documents) if file is not None)
