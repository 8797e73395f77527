"""A PNG's chunks, read without decoding a pixel: what a decoder would skip in silence is refused or said.

Chunks and their order are those of the PNG specification, third edition (W3C, 2025), sections 5 and 11.
"""

import struct
import zlib
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"  # 5.2
ANIMATED = "animated: its first frame is used"
TRAILING = "bytes after its end, ignored"
DEEP = "16 bits per channel, of which the upper 8 are used"
MAXIMUM_FRAMES = 1 << 31  # of acTL, 11.3.6.1
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # per pixel, by IHDR's colour type, 11.2.1
# Of each pass of an interlaced image, 8.1: the first column and row, and the steps to the next ones.
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


@dataclass(frozen=True)
class Header:
    """Width and height from IHDR, the pixels as they are compressed, and what a reader should know of the file.

    `depth` is the bits of a sample.
    """

    width: int
    height: int
    depth: int
    bits_per_pixel: int
    interlaced: bool
    pixels: bytes
    notices: tuple[str, ...]


def read_chunks(content: bytes) -> Header:
    """Walk all chunks of a file that starts with SIGNATURE and verify each checksum.

    Raises ValueError, in words, for a file that does not begin with IHDR, has a wrong checksum or does not reach
    IEND. Pillow decodes a file without IEND and stops checking checksums where the pixels end.
    """
    header = b""
    pixels: list[bytes] = []
    notices: list[str] = []
    place = len(SIGNATURE)
    while True:
        if place + 12 > len(content):
            raise ValueError(f"a PNG that is truncated: it ends after {len(content):,} bytes without its IEND chunk")
        length, kind = struct.unpack_from(">I4s", content, place)
        end = place + 12 + length
        name = kind.decode("latin-1")
        if end > len(content):
            raise ValueError(f"a PNG that is truncated: it ends after {len(content):,} bytes, inside {name!r}")
        body = content[place + 8 : end - 4]
        if zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(content[end - 4 : end], "big"):
            raise ValueError(f"a PNG that is damaged: the checksum of {name!r} at byte {place:,} is wrong")
        if not header:
            if kind != b"IHDR" or length != 13:
                raise ValueError(f"a PNG that does not begin with its header: {name!r} instead of 'IHDR'")
            header = body
        elif kind == b"acTL":
            if length != 8 or not 0 < int.from_bytes(body[:4], "big") < MAXIMUM_FRAMES or ANIMATED in notices:
                raise ValueError("an animated PNG with an invalid acTL chunk")
            notices.append(ANIMATED)
        elif kind == b"IDAT":
            pixels.append(body)
        place = end
        if kind == b"IEND":
            break
    width, height, bits, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    if bits == 16 and colour != 0:  # grey is scaled, see images.py; Pillow reads the others' upper bytes
        notices.append(DEEP)
    if place < len(content):
        notices.append(TRAILING)
    return Header(width, height, bits, bits * SAMPLES.get(colour, 1), interlaced == 1, b"".join(pixels), tuple(notices))


def check_pixels(header: Header) -> None:
    """Raise ValueError, in words, if the compressed pixels end before the last one: Pillow leaves the rest black.

    At most as many bytes are unpacked as the size in the header has.
    """
    passes = ADAM7 if header.interlaced else ((0, 0, 1, 1),)
    expected = 0
    for left, top, across, down in passes:
        columns = len(range(left, header.width, across))
        rows = len(range(top, header.height, down))
        expected += rows * (1 + (columns * header.bits_per_pixel + 7) // 8) if columns else 0  # 1: the filter's
    try:
        found = len(zlib.decompressobj().decompress(header.pixels, expected))
    except zlib.error as error:
        raise ValueError(f"a PNG with pixels that cannot be unpacked ({error})") from error
    if found < expected:
        raise ValueError(f"a PNG without all its pixels: {found:,} of {expected:,} bytes")
