"""What a file is, its content says; what can be read two ways is nothing."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from service_kit.documents.kinds import DOCX, PDF, TEXT, kind_of
from tests.support.documents import TYPES, docx, pdf

BOM = b"\xef\xbb\xbf"


def kind(folder: Path, content: bytes) -> str | None:
    file = folder / "file"
    file.write_bytes(content)
    return kind_of(file)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (pdf(), PDF),
        (pdf(3_000_000), PDF),
        (b"%PDF-2.0\n%%EOF", PDF),
        (docx(), DOCX),
        ("Ärzte, 検討\r\n\tFine.\f".encode(), TEXT),
        (BOM + b"With a mark.", TEXT),
        (b"PK is how archives begin; this is a sentence.", TEXT),
    ],
    ids=["pdf", "large pdf", "pdf 2", "docx", "text", "text with mark", "text about archives"],
)
def test_each_kind_is_known_by_its_content(tmp_path: Path, content: bytes, expected: str) -> None:
    assert kind(tmp_path, content) == expected


REFUSED = {
    "empty": b"",
    "pdf cut short": pdf(5000)[:-1500],
    "pdf not at the beginning": b"\n" + pdf(),
    "pdf with an archive behind it": pdf() + docx(),
    "archive with a pdf in front": docx(prefix=pdf()),
    "archive whose comment ends a pdf": docx(comment=b"%PDF-1.7 %%EOF"),
    "text with a pdf in it": b"Dear reader,\n" + pdf(),
    "docx cut short": docx()[:-5],
    "docx with something before it": docx(prefix=b"PK\x03\x04 and more"),
    "archive without Word's part": docx(parts={"[Content_Types].xml": TYPES, "xl/workbook.xml": "<x/>"}),
    "archive without its types": docx(parts={"word/document.xml": "<x/>"}),
    "archive with other types": docx(parts={"[Content_Types].xml": "<Types/>", "word/document.xml": "<x/>"}),
    "with macros": docx(
        parts={"[Content_Types].xml": TYPES, "word/document.xml": "<x/>", "word/vbaProject.bin": "x"}
    ),
    "one part under two names": docx(
        parts={"[Content_Types].xml": TYPES, "word/document.xml": "<x/>", "Word/Document.xml": "<y/>"}
    ),
    "text with NUL": b"text\x00more",
    "text with an escape": b"\x1b[2J",
    "text in another encoding": "Ärzte".encode("latin-1"),
    "text cut within a letter": "検討".encode()[:-1],
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(64),
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_whole_or_can_be_read_two_ways_is_of_no_kind(tmp_path: Path, content: bytes) -> None:
    assert kind(tmp_path, content) is None


def with_types_packed(changed: bytes) -> bytes:
    """A Word document whose part with the types begins, where its packed bytes should, with others."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("word/document.xml", "<x/>")
    content = written.getvalue()
    begins = content.index(b"[Content_Types].xml") + len(b"[Content_Types].xml")
    return content[:begins] + changed + content[begins + len(changed) :]


def test_an_archive_whose_packing_is_broken_is_of_no_kind(tmp_path: Path) -> None:
    assert kind(tmp_path, with_types_packed(b"")) == DOCX
    assert kind(tmp_path, with_types_packed(bytes([0xFF]) * 8)) is None


def test_a_directory_too_large_to_read_is_not_read(tmp_path: Path) -> None:
    names = {f"word/{number:0200}": "" for number in range(20_000)}
    archive = docx(parts={"[Content_Types].xml": TYPES, "word/document.xml": "<x/>", **names})
    assert kind(tmp_path, archive) is None


def test_a_letter_on_the_edge_of_a_block_is_one_letter(tmp_path: Path) -> None:
    assert kind(tmp_path, b"x" * (1024 * 1024 - 1) + "é".encode()) == TEXT
