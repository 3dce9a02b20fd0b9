"""Documents as small as a kind allows, and what only looks like one."""

import io
import zipfile

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEXT = "text/plain"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def pdf(size: int = 200, *, filling: bytes = b"x") -> bytes:
    """Give a PDF's frame of exactly this size."""
    head, tail = b"%PDF-1.7\n%", b"\n%%EOF\n"
    return head + (filling * size)[: size - len(head) - len(tail)] + tail


def docx(*, parts: dict[str, str] | None = None, prefix: bytes = b"", comment: bytes = b"") -> bytes:
    """Give a Word document's parts in their archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in (
            parts or {"[Content_Types].xml": TYPES, "word/document.xml": "<document/>"}
        ).items():
            archive.writestr(name, content)
        archive.comment = comment
    return prefix + buffer.getvalue()
