"""The hostile images and tables of the row tests: `python tests/data_io/corpus.py DIR` draws them all into a folder.

An image stands in the place of train_1.png of a drawn data folder, a table in the place of its train.csv. Names
begin with the row they belong to.
"""

import io
import random
import struct
import sys
import zlib
from pathlib import Path

from PIL import Image, PngImagePlugin

SIDE_PIXELS = 32
SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"\0\0\0\0IEND\xaeB`\x82"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def encode(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, form, **options)
    return content.getvalue()


def noise(mode: str = "RGB", width: int = SIDE_PIXELS, height: int = SIDE_PIXELS) -> Image.Image:
    pixels = random.Random(1).randbytes(width * height * 3)
    return Image.frombytes("RGB", (width, height), pixels).convert(mode)


def png(width: int, height: int, bits: int, colour: int, rows: bytes, before: bytes = b"", after: bytes = b"") -> bytes:
    """Write a PNG chunk by chunk: `rows` with their filter bytes, `before` and `after` the pixels other chunks."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    return SIGNATURE + header + before + chunk(b"IDAT", zlib.compress(rows)) + after + END


def grey_16(value: int, clear: bytes = b"") -> bytes:
    row = b"\0" + struct.pack(">H", value) * SIDE_PIXELS
    return png(SIDE_PIXELS, SIDE_PIXELS, 16, 0, row * SIDE_PIXELS, clear)


def grey_rows(width: int = SIDE_PIXELS, height: int = SIDE_PIXELS) -> bytes:
    return (b"\0" + bytes(range(width))) * height


def flip(content: bytes, kind: bytes, offset: int) -> bytes:
    place = content.index(kind) + 4 + offset
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def animated() -> bytes:
    frames = [Image.new("RGB", (SIDE_PIXELS, SIDE_PIXELS), colour) for colour in ("red", "green", "blue")]
    return encode(frames[0], save_all=True, append_images=frames[1:])


def oriented() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate by 90 degrees
    return encode(noise(), exif=exif)


def with_text() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("prompt", "a fox")
    return encode(noise(), pnginfo=info)


def draw_images() -> dict[str, bytes]:
    """Return the content of each hostile image that is a regular file."""
    whole = encode(noise())
    bomb = b"zTXt", b"a\0\0" + zlib.compress(bytes(20_000_000), 9)
    clear = Image.new("RGBA", (SIDE_PIXELS, SIDE_PIXELS), (200, 100, 50, 0))
    clear.putpixel((0, 0), (200, 100, 50, 128))
    palette = noise("P")
    return {
        "I1 empty": b"",
        "I2 truncated": whole[: len(whole) // 2],
        "I2 truncated in a later chunk": whole[:-20],
        "I3 without IEND": whole[:-12],
        "I4 flipped in IDAT": flip(whole, b"IDAT", 100),
        "I4 flipped in a text": flip(with_text(), b"tEXt", 2),
        "I4 flipped in IHDR": flip(whole, b"IHDR", 3),
        "I4 wrong pixels, right checksums": SIGNATURE
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", b"not zlib at all")
        + END,
        "I4 too few pixels, right checksums": png(32, 32, 8, 0, grey_rows(32, 16)),
        "I5 text": b"hello, world",
        "I5 HTML": b"<!DOCTYPE html><title>404</title>",
        "I6 JPEG": encode(noise(), "JPEG", quality=90),
        "I6 GIF": encode(noise(), "GIF"),
        "I6 TIFF": encode(noise(), "TIFF"),
        "I7 CMYK JPEG": encode(noise("CMYK"), "JPEG"),
        "I8 L": encode(noise("L")),
        "I8 LA": encode(noise("LA")),
        "I8 P": encode(palette),
        "I8 1": encode(noise("1")),
        "I9 16-bit grey": grey_16(32767),
        "I9 16-bit RGB": png(32, 32, 16, 2, (b"\0" + b"\x80\x40" * 96) * 32),
        "I10 RGBA": encode(clear),
        "I10 opaque RGBA": encode(noise("RGBA")),
        "I10 P with transparency": encode(palette, transparency=0),
        "I10 tRNS of RGB": encode(Image.new("RGB", (32, 32), (9, 8, 7)), transparency=(9, 8, 7)),
        "I10 tRNS of 16-bit grey": grey_16(40000, chunk(b"tRNS", struct.pack(">H", 40000))),
        "I10 tRNS of 2-bit grey": png(32, 32, 2, 0, (b"\0" + b"\xff" * 8) * 32, chunk(b"tRNS", b"\0\3")),
        "I10 tRNS of 16-bit RGB": png(32, 32, 16, 2, (b"\0" + b"\x80\x40" * 96) * 32, chunk(b"tRNS", b"\x80\x40" * 3)),
        "I11 animated": animated(),
        "I11 animated, invalid": png(32, 32, 8, 0, grey_rows(), chunk(b"acTL", bytes(8))),
        "I12 100 megapixels": png(10_000, 10_000, 1, 0, bytes(1251 * 10_000)),
        "I12 4097 x 4096": png(4097, 4096, 1, 0, bytes(514 * 4096)),
        "I13 text bomb": png(32, 32, 8, 0, grey_rows(), before=chunk(*bomb)),
        "I13 text bomb after the pixels": png(32, 32, 8, 0, grey_rows(), after=chunk(*bomb)),
        "I14 1 x 1": encode(noise("RGB", 1, 1)),
        "I14 1 x 4000": encode(noise("RGB", 1, 4000)),
        "I14 15 x 32": encode(noise("RGB", 15, 32)),
        "I14 177 x 16": encode(noise("RGB", 177, 16)),
        "I14 16 x 160": encode(noise("RGB", 16, 160)),
        "I15 another size": encode(noise("RGB", 50, 40)),
        "I16 EXIF rotation": oriented(),
        "I17 trailing bytes": whole + b"PK\x03\x04 a zip",
    }


ROWS = "train_0,0\ntrain_1,1\ntrain_2,2\ntrain_3,3\ntrain_4,4\ntrain_5,0\n"
GOOD = f"image_id,label\n{ROWS}"


def draw_tables() -> dict[str, bytes]:
    """Return the content of each odd train.csv; its images are those of a drawn data folder."""
    texts = {
        "C1 no header": ROWS,
        "C2 CRLF": GOOD.replace("\n", "\r\n"),
        "C2 quoted": '"image_id","label"\n' + ROWS.replace("train_0,0", '"train_0","0"'),
        "C2 byte order mark": "\ufeff" + GOOD,
        "C3 semicolon": GOOD.replace(",", ";"),
        "C3 tab": GOOD.replace(",", "\t"),
        "C5 column order and more columns": "label,prompt,image_id\n"
        + "".join(f"{row[-1]},a fox,{row[:-2]}\n" for row in ROWS.split()),
        "C5 wrong case": GOOD.replace("image_id", "Image_ID"),
        "C6 duplicate header": "image_id,label,label\n" + ROWS.replace("\n", ",1\n"),
        "C6 duplicate other column": "image_id,label,x,x\n" + ROWS.replace("\n", ",1,1\n"),
        "C7 blank rows": GOOD.replace("train_2", "\n\ntrain_2"),
        "C7 spaces in an id": GOOD.replace("train_1,", " train_1 ,"),
        "C7 spaces in a label": GOOD.replace("train_1,1", "train_1, 1"),
        "C8 ragged": GOOD.replace("train_1,1", "train_1,1,7"),
        "C9 empty": "",
        "C9 header only": "image_id,label\n",
        "C10 again, same label": GOOD + "train_2,2\n",
        "C10 again, another label": GOOD + "train_2,4\n",
        "C11 labels": "image_id,label\ntrain_0,\ntrain_1,1.5\ntrain_2,real\ntrain_3,-1\ntrain_4,9\ntrain_5,0\n",
        "C12 one class": "image_id,label\ntrain_0,3\ntrain_1,3\n",
        "C12 a gap": GOOD.replace("train_2,2\n", ""),
        "C14 with suffix": ROWS.replace(",", ".png,").join(["image_id,label\n", ""]),
        "C14 mixed": GOOD.replace("train_2,", "train_2.png,"),
        "C14 both forms of one": GOOD + "train_2.png,2\n",
        "C15 paths": "image_id,label\n../train/train_0,0\n/etc/passwd,1\nC:\\train_1,1\ntrain\0_2,2\n"
        '"train\n_3",3\n.hidden,4\ntrain_5,0\n',
        "C16 formula": GOOD + "=cmd|' /C calc'!A0,1\n",
        "C17 train without labels": "image_id\ntrain_0\n",
        "C18 in train and validation": GOOD + "validation_3,3\n",
        "C20 a long line": GOOD + "x" * 70_000,
    }
    return {
        **{name: text.encode() for name, text in texts.items()},
        "C4 UTF-16": GOOD.encode("utf-16"),
        "C4 UTF-16 without a mark": GOOD.encode("utf-16-le"),
        "C4 Latin-1": (GOOD + "träin,1\n").encode("latin-1"),
    }


if __name__ == "__main__":
    place = Path(sys.argv[1])
    for folder, contents in (("images", draw_images()), ("tables", draw_tables())):
        (place / folder).mkdir(parents=True)
        for name, content in contents.items():
            suffix = ".png" if folder == "images" else ".csv"
            (place / folder / f"{name.replace(' ', '_').replace('/', '_')}{suffix}").write_bytes(content)
