import base64
import binascii


def read_base64(text: str) -> bytes:
    """The bytes whose standard base64 (RFC 4648 section 4, padded) is exactly `text`; else ValueError.

    Python's own decoder forgives stray bits in the last character, which would give one value several spellings.
    """
    try:
        decoded = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise ValueError("not base64") from None
    if write_base64(decoded) != text:
        raise ValueError("not canonical base64")
    return decoded


def write_base64(value: bytes) -> str:
    """Standard base64 (RFC 4648 section 4), padded."""
    return base64.b64encode(value).decode("ascii")
