"""The options of parallel training, and what a run that began on other devices is told. Nothing here is trained."""

import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest

import errors
from commands.arguments.parser import build_parser
from commands.steps.resuming import check_resumable
from commands.steps.together import NoWriter, check_options, following, is_parallel, writes_run
from data_io.checkpoints import FOLDER, LAST

ROOT = Path(__file__).resolve().parent.parent.parent
SECOND = ("--processes", "2", "--process-id", "1", "--coordinator", "127.0.0.1:1234")


def parse(*words: str) -> Namespace:
    return build_parser().parse_args(["train", *words])


def test_one_device_in_one_process_is_what_training_is_without_options() -> None:
    args = parse()
    check_options(args)
    assert not is_parallel(args)
    assert writes_run(args)


@pytest.mark.parametrize(
    ("words", "is_writer"), [(("--devices", "2"), True), (SECOND, False), (("--process-id", "0"), True)]
)
def test_process_0_or_the_only_one_writes_the_run(words: tuple[str, ...], is_writer: bool) -> None:
    assert writes_run(parse(*words)) is is_writer


@pytest.mark.parametrize("words", [("--devices", "2"), SECOND])
def test_options_that_fit_together_are_let_pass(words: tuple[str, ...]) -> None:
    check_options(parse(*words))
    assert is_parallel(parse(*words))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--process-id", "0"), "Expected --processes with --process-id. Received: none."),
        (SECOND[:4], "Expected --coordinator with --processes. Received: none."),
        (SECOND[:2], "Expected --process-id and --coordinator with --processes. Received: none."),
        ((*SECOND, "--process-id", "2"), "Expected a --process-id from 0 to 1. Received: 2."),
        ((*SECOND, "--coordinator", "host"), "Expected --coordinator HOST:PORT. Received: 'host'."),
        ((*SECOND, "--on-nan", "rewind"), "Expected --on-nan stop with --processes"),
        (("--devices", "2", "--loader", "tf.data"), "Expected --loader pydataset with several devices or processes."),
    ],
)
def test_options_that_do_not_fit_together_are_refused(words: tuple[str, ...], message: str) -> None:
    with pytest.raises(errors.UsageError) as caught:
        check_options(parse(*words))
    assert str(caught.value).startswith(message)


def test_torch_and_tensorflow_are_refused_before_anything_is_imported() -> None:
    program = """
import sys, run
for backend, reason in (("torch", "begins with Keras 3.16"), ("tensorflow", "!!!DO NOT USE!!!")):
    code = run.main(["train", "--backend", backend, "--devices", "2"])
    assert code == 2, code
assert not {"keras", "torch", "tensorflow", "jax", "numpy"} & set(sys.modules)
"""
    child = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    torch, tensorflow = child.stderr.splitlines()
    start = "error: Expected --backend jax for several devices or processes. Received: "
    assert torch.startswith(f"{start}torch, for which keras.distribution begins with Keras 3.16")
    assert tensorflow.startswith(
        f'{start}tensorflow, whose keras.distribution begins with the words "!!!DO NOT USE!!!"'
    )


@pytest.mark.parametrize(
    ("begun", "notices"),
    [
        ({"devices": 4, "processes": 1}, 1),
        ({"devices": 1, "processes": 2}, 1),
        ({"devices": 1, "processes": 1}, 0),
        ({}, 0),  # a run from before there was a choice
    ],
)
def test_a_run_that_goes_on_with_other_devices_is_told_that_it_is_not_exact(
    begun: dict[str, int], notices: int
) -> None:
    facts = {"backend": "jax", "recipe_digest": "a", "source_digest": "b", "data_digests": {}, "versions": {}}
    found = check_resumable(Namespace(force=False), {**facts, **begun}, {**facts, "devices": 1, "processes": 1})
    assert len(found) == notices
    assert all("not be bit by bit" in notice for notice in found)


def test_a_process_that_follows_begins_with_the_kept_state_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / LAST).write_bytes(b"state")
    with following(tmp_path) as folder:
        assert (folder / FOLDER / LAST).read_bytes() == b"state"
        with NoWriter(folder) as writer:
            writer.write({"weights": np.zeros(1)}, {}, True)
            writer.wait()
        assert list((folder / FOLDER).iterdir()) == [folder / FOLDER / LAST]
        print("silent")
    assert not folder.exists()
    assert capsys.readouterr().out == ""
    with following(None) as folder:
        assert list(folder.iterdir()) == []
