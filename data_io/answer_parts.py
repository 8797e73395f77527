"""Parts of one answer file, a manifest beside each, and their merge to the very bytes that one process writes."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import errors
from data_io.files import digest_file, replacing, write_json
from data_io.regular_files import read_regular

JOB_MANIFEST = "manifest.json"
MAXIMUM_MANIFEST_BYTES = 1 << 26  # 100 bytes for each of some 600,000 parts
NAMED_PARTS = 8
JOB_WORDS = {
    "models": "another model",
    "inputs": "another input",
    "options": "other options",
    "versions": "other versions",
    "block_images": "another size of blocks",
}


def part_manifest(part: Path) -> Path:
    """Return `part.csv.json` for `part.csv`."""
    return part.with_name(f"{part.name}.json")


def name_part(number: int, suffix: str) -> str:
    """Return the name of a part of a folder; names sort by number."""
    return f"part-{number:06d}{suffix}"


def write_part_manifest(part: Path, job: Mapping[str, Any], shard: int, shards: int, rows: int, bad: int) -> None:
    """Write what a finished part is of. `job` is what all parts of one answer have in common, as JSON can hold it."""
    facts = {"shard": shard, "shards": shards, "rows": rows, "bad": bad, "digest": digest_file(part)}
    write_json(part_manifest(part), {"job": dict(job), **facts})


def find_difference(job: Mapping[str, Any], other: Mapping[str, Any]) -> str | None:
    """Return in words what differs between two jobs, or None."""
    names = [name for name in sorted({*job, *other}) if job.get(name) != other.get(name)]
    return " and ".join(JOB_WORDS.get(name, f"another {name}") for name in names) or None


def merge_shards(parts: Sequence[Path], out: Path) -> int:
    """Merge the parts of `--shard i/n`, in any order; return the number of rows.

    Block b of the answer is in part b % n, so n files are read in turns; memory does not grow with the rows. Raises
    DataError unless each of the n parts is there once, PromiseError for parts of different jobs and for changed ones.
    """
    wanted = ("job", "shard", "shards", "digest")
    manifests = [_read_manifest(part_manifest(part), wanted) for part in parts]
    first, job, shards = parts[0], manifests[0]["job"], manifests[0]["shards"]
    places: dict[int, tuple[Path, str]] = {}
    for part, facts in zip(parts, manifests, strict=True):
        if difference := find_difference(job, facts["job"]):
            raise errors.PromiseError(f"Expected parts of one answer. Received: {part} has {difference} than {first}.")
        if facts["shards"] != shards:
            raise errors.DataError(
                f"Expected parts of one answer. Received: {first} of {shards} and {part} of {facts['shards']}."
            )
        if facts["shard"] in places:
            twice = f"{places[facts['shard']][0]} and {part}"
            raise errors.DataError(f"Expected each part once. Received: shard {facts['shard']} twice, {twice}.")
        places[facts["shard"]] = (part, facts["digest"])
    if missing := [f"{shard}/{shards}" for shard in range(shards) if shard not in places]:
        named = ", ".join(missing[:NAMED_PARTS]) + ", …" * (len(missing) > NAMED_PARTS)
        raise errors.DataError(f"Expected all {shards} parts. Received: none for --shard {named}.")
    images, size = job["inputs"]["images"], job["block_images"]
    with replacing(out) as temporary, temporary.open("wb") as merged, ExitStack() as stack:
        readers = [stack.enter_context(_Reader(*places[shard])) for shard in range(shards)]
        merged.write(_one_header(readers))
        for block in range(-(-images // size)):
            merged.writelines(readers[block % shards].take(min(size, images - block * size)))
        for reader in readers:
            reader.close_at_end()
    return int(images)


def merge_folder(folder: Path, out: Path) -> int:
    """Merge the CSV parts of a finished job's folder, one after the other; return the number of rows.

    Raises DataError for a folder that is not finished or has other parts, PromiseError for parts that were changed.
    """
    manifest = _read_manifest(folder / JOB_MANIFEST, ("job", "form", "parts"))
    if manifest["form"] != "csv":
        raise errors.DataError(f"Expected CSV parts in {folder}. Received: {manifest['form']}.")
    header = b""
    with replacing(out) as temporary, temporary.open("wb") as merged:
        for number, facts in enumerate(manifest["parts"]):
            with _Reader(folder / name_part(number, ".csv"), facts["digest"]) as reader:
                if not number:
                    header = reader.header
                    merged.write(header)
                merged.writelines(reader.take(facts["rows"]))
                _one_header([reader], header)
                reader.close_at_end()
    return sum(int(facts["rows"]) for facts in manifest["parts"])


class _Reader:
    """A part's header and rows as bytes, and at its end whether it is what its manifest says."""

    def __init__(self, path: Path, digest: str) -> None:
        self.path = path
        self._digest = digest
        self._sha = hashlib.sha256()
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise errors.DataError(f"Expected to read the part {path}. Received: {error.strerror}.") from error
        self._records = self._read()
        self.header = next(self._records, b"")

    def __enter__(self) -> "_Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _read(self) -> Iterator[bytes]:
        """Yield rows: a file's name may have line ends in it, which stand between quotes."""
        record = b""
        for line in self._file:
            self._sha.update(line)
            record += line
            if record.count(b'"') % 2 == 0:
                yield record
                record = b""
        if record:
            yield record

    def take(self, count: int) -> Iterator[bytes]:
        """Yield the next `count` rows, or those there are."""
        return islice(self._records, count)

    def close_at_end(self) -> None:
        """Raise PromiseError unless all was taken and is what was written."""
        left = next(self._records, None)
        if left is not None or self._sha.hexdigest() != self._digest:
            raise errors.PromiseError(
                f"Expected {self.path} to be the part that its manifest names (SHA-256 {self._digest[:64]}). "
                "Received: other content. It was changed since it was written: make it again."
            )
        self._file.close()


def _one_header(readers: Sequence[_Reader], header: bytes | None = None) -> bytes:
    header = readers[0].header if header is None else header
    for reader in readers:
        if reader.header != header:
            raise errors.PromiseError(
                f"Expected the header {header.decode(errors='replace').strip()} in each part. "
                f"Received: another one in {reader.path}."
            )
    return header


def _read_manifest(path: Path, wanted: Sequence[str]) -> dict[str, Any]:
    try:
        manifest = json.loads(read_regular(path, MAXIMUM_MANIFEST_BYTES))
    except (ValueError, RecursionError) as error:
        raise errors.DataError(
            f"Expected the manifest of a finished part at {path}. Received: {' '.join(str(error).split())[:200]}."
        ) from error
    if not isinstance(manifest, dict) or not set(wanted) <= set(manifest):
        raise errors.DataError(f"Expected {', '.join(wanted)} in {path}. Received: JSON of another form.")
    return manifest
