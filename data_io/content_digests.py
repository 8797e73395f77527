"""SHA-256 over what a split is made of: its CSV and its image files, together and shard by shard."""

import hashlib
from dataclasses import dataclass

import errors
from data_io.csv_files import MAXIMUM_TABLE_BYTES
from data_io.image_records import Unreadable, read_each
from data_io.images import MAXIMUM_IMAGE_BYTES
from data_io.regular_files import digest_regular
from data_io.splits import Split


@dataclass(frozen=True)
class Contents:
    """`split` is over the bytes of the CSV and of each image, `shards` one for each run of images without the CSV."""

    split: str
    shards: tuple[str, ...]


def digest_contents(split: Split, shard_images: int) -> Contents:
    """Read every file of a split once. Raises DataError for files that cannot be read."""
    try:
        whole = hashlib.sha256(digest_regular(split.table, MAXIMUM_TABLE_BYTES).encode())
    except ValueError as error:
        raise errors.DataError(f"Expected to read {split.table}. Received: {error}.") from error
    shards, part, mistakes = [], hashlib.sha256(), []
    digests = read_each(split, lambda place: digest_regular(split.paths[place], MAXIMUM_IMAGE_BYTES), _ignore)
    for place, digest in enumerate(digests):
        if place and place % shard_images == 0:
            shards.append(part.hexdigest())
            part = hashlib.sha256()
        if isinstance(digest, Unreadable):
            mistakes.append(digest.mistake)
        else:
            whole.update(digest.encode())
            part.update(digest.encode())
    if mistakes:
        raise errors.DataError(mistakes)
    return Contents(whole.hexdigest(), (*shards, part.hexdigest()))


def _ignore(count: int) -> None:
    """Show no progress."""
