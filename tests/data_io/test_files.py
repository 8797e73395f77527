"""Files that are there whole or not at all."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import errors
from data_io import files
from data_io.files import digest_bytes, digest_file, replacing, write_bytes, write_json, write_text

# The examples of FIPS 180-2, appendix B, and the digest of nothing.
SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
SHA256_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def test_a_file_is_written_beside_its_place_and_renamed(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    path.write_text("old")
    with replacing(path) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".keras"  # Keras looks at the suffix
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError("a bug"), KeyboardInterrupt()])
def test_an_exception_leaves_the_old_content_and_no_temporary_file(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "table.csv"
    path.write_text("old")
    with pytest.raises(type(error)), replacing(path) as temporary:
        temporary.write_text("half")
        raise error
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_f4_a_full_disk_is_an_environment_fault_that_leaves_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("old")
    full = pytest.raises(errors.EnvironmentFault, match=r"Expected to write .*table\.csv.*No space left")
    with full, replacing(path) as temporary:
        temporary.write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("place", ["absent/file.txt", "a_file/file.txt"])
def test_a_folder_that_is_not_there_is_an_environment_fault(tmp_path: Path, place: str) -> None:
    (tmp_path / "a_file").write_text("")
    with pytest.raises(errors.EnvironmentFault, match=r"Expected to write .*file\.txt\. Received: .*--out or --cache"):
        write_text(tmp_path / place, "text")


def test_a_folder_in_the_files_place_is_an_environment_fault(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(errors.EnvironmentFault):
        write_text(tmp_path / "taken", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


@pytest.mark.parametrize(("mask", "bits"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_permissions_are_those_that_the_umask_gives(tmp_path: Path, mask: int, bits: int) -> None:
    with umask(mask):
        write_text(tmp_path / "file", "text")
        assert os.umask(mask) == mask  # reading it left it as it was
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == bits


def test_text_is_utf8_with_newlines_as_they_are(tmp_path: Path) -> None:
    write_text(tmp_path / "file", "±1\r\n2\n")
    assert (tmp_path / "file").read_bytes() == b"\xc2\xb11\r\n2\n"


def test_json_has_sorted_keys_so_that_equal_content_is_equal_bytes(tmp_path: Path) -> None:
    write_json(tmp_path / "file", {"b": [1, 0.5], "a": "±\udcff"})  # half of a character, as in a path that is no UTF-8
    assert (tmp_path / "file").read_text(
        encoding="utf-8"
    ) == '{\n  "a": "\\u00b1\\udcff",\n  "b": [\n    1,\n    0.5\n  ]\n}\n'


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_json_without_a_number_for_it_refuses_nan_and_infinity(tmp_path: Path, number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "file", {"loss": number})
    assert list(tmp_path.iterdir()) == []


def test_digests_are_sha256(tmp_path: Path) -> None:
    write_bytes(tmp_path / "file", b"abc")
    assert digest_bytes(b"abc") == digest_file(tmp_path / "file") == SHA256_OF_ABC
    write_bytes(tmp_path / "file", b"")
    assert digest_file(tmp_path / "file") == SHA256_OF_NOTHING


def test_a_file_longer_than_one_piece_is_digested_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "HASH_CHUNK_BYTES", 2)
    write_bytes(tmp_path / "file", b"abc")
    assert digest_file(tmp_path / "file") == SHA256_OF_ABC
