"""Which image format a file's first bytes say it has, whatever its name says."""

from collections.abc import Sequence

from data_io.png import SIGNATURE

OPTIONAL_FORMATS = ("JPEG",)  # for who asks for it
SIGNATURES = (
    (SIGNATURE, "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
)


def find_format(content: bytes, formats: Sequence[str]) -> str:
    """Return Pillow's name of the content's format. Raises ValueError, in words, if it is not one of `formats`."""
    if not content:
        raise ValueError("an empty file")
    found = next((name for start, name in SIGNATURES if content.startswith(start)), None)
    if found is None and content.startswith(b"RIFF") and content[8:12] == b"WEBP":  # its length is in between
        found = "WEBP"
    if found is None:
        raise ValueError(f"not an image (it starts with {content[:8]!r})")
    if found not in formats:
        hint = f"; --allow-format {found.lower()} reads it" if found in OPTIONAL_FORMATS else ""
        wanted = " or ".join(filter(None, [", ".join(formats[:-1]), formats[-1]]))
        raise ValueError(f"a {found}, not a {wanted}{hint}")
    return found
