"""Which kind of file it is, by its content alone. What can be read as two kinds is of neither."""

import codecs
import lzma
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Final

PDF: Final = "application/pdf"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEXT: Final = "text/plain"
SUFFIXES: Final = {PDF: ".pdf", DOCX: ".docx", TEXT: ".txt"}

_BLOCK = 1024 * 1024
_TAIL = 1024
_PDF_HEAD = re.compile(rb"%PDF-[12]\.[0-9]")
_ZIP_HEAD = b"PK\x03\x04"
_ZIP_END = struct.Struct("<4s4H2LH")  # end of central directory, APPNOTE 4.3.16
_ZIP64_LOCATOR_SIZE = 20
_DIRECTORY_MAX = 4 * 1024 * 1024  # a directory is read into memory whole
_TYPES_MAX = 1024 * 1024
_MAIN_PART = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
# What the library raises of a broken archive: by its packer too, and where a part is said to lie beyond any file.
# NotImplementedError is zipfile's own word for a compression or encryption it does not read: no archive to us either.
_NO_ARCHIVE = (
    zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OSError,
    zlib.error, lzma.LZMAError, struct.error, OverflowError,
)  # fmt: skip
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def kind_of(path: Path) -> str | None:
    """Give the media type of a whole file, or ``None`` for one of no kind that is taken, or cut short. It blocks."""
    with path.open("rb") as file:
        head = file.read(_TAIL)
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    if _PDF_HEAD.match(head):
        return PDF if _ends_as_pdf(tail) else None
    if head.startswith(_ZIP_HEAD):
        return DOCX if b"%PDF-" not in head and _is_word(path, size, tail) else None
    if b"%PDF-" in head or _zip_end(tail) is not None:
        # Readers of either look for these beyond the beginning too.
        return None
    return TEXT if size and _is_text(path) else None


def _ends_as_pdf(tail: bytes) -> bool:
    # ISO 32000-1 7.5.5: the last line is %%EOF; readers allow some bytes after it, of which none may make an archive.
    return b"%%EOF" in tail and b"PK\x05\x06" not in tail


def _zip_end(tail: bytes) -> tuple[int, int] | None:
    """The central directory's size and place, where a file ends as a plain archive without a comment does."""
    if len(tail) < _ZIP_END.size:
        return None
    mark, disk, first_disk, _, _, length, start, comment = _ZIP_END.unpack(tail[-_ZIP_END.size :])
    if mark != b"PK\x05\x06" or disk or first_disk or comment:
        return None
    return length, start


def _is_word(path: Path, size: int, tail: bytes) -> bool:
    end = _zip_end(tail)
    if end is None or tail[-_ZIP_END.size - _ZIP64_LOCATOR_SIZE :].startswith(b"PK\x06\x07"):
        return False
    length, start = end
    # Nothing before the archive and nothing hidden between its parts' directory and its end.
    if length > _DIRECTORY_MAX or start + length + _ZIP_END.size != size:
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return _has_word_parts(archive)
    except _NO_ARCHIVE:
        return False


def _has_word_parts(archive: zipfile.ZipFile) -> bool:
    names = [name.lower() for name in archive.namelist()]
    if len(set(names)) != len(names) or "word/document.xml" not in names:
        return False
    # A part with macros makes it another kind, whatever its name says.
    if any(name.rsplit("/", 1)[-1] == "vbaproject.bin" for name in names):
        return False
    if "[Content_Types].xml" not in archive.namelist():
        return False
    with archive.open("[Content_Types].xml") as part:
        content = part.read(_TYPES_MAX)
    return _MAIN_PART in content


def _is_text(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                if _NOT_TEXT.search(decoder.decode(block)):
                    return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
