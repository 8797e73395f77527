"""What is in a cache folder besides whole shards."""

import os
from pathlib import Path

from data_io.shard_files import remove_unfinished

UNFINISHED = (".train-128px-pillow-00000-ab.1.npy", ".test-100px-pillow-00001-ab.2.json")
OTHERS = (".mine.npy", "train-128px-pillow-00000-ab.npy", ".train-128px-pillow-00000-ab.1.txt")


def test_what_a_killed_process_had_not_finished_is_taken_away_a_day_later(tmp_path: Path) -> None:
    for name in (*UNFINISHED, *OTHERS):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (0, 0))
    made_now = ".train-128px-pillow-00000-cd.3.npy"
    (tmp_path / made_now).write_bytes(b"")
    remove_unfinished(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*OTHERS, made_now}
