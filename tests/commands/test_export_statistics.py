"""Networks on numbers about images are exported as others are: their graphs hold more than their layers."""

from pathlib import Path

import pytest

import run
from tests.commands.conftest import RECIPE

MODELS = {
    "mlp": 'family = "mlp"\nnormalization = "batch"',
    "residual": 'family = "residual"\nchannels = [4, 8]\nblocks = [1]',
}


@pytest.mark.parametrize("family", MODELS)
def test_a_network_on_statistics_is_exported_to_both_formats(
    family: str, tmp_path: Path, tiny_data: Path, backend: str
) -> None:
    text = RECIPE.read_text(encoding="utf-8").replace("epochs = 2", "epochs = 1").replace("channels = [4, 8]\n", "")
    text = text.replace('family = "cnn"', f'{MODELS[family]}\ntransform = "statistics"')
    (tmp_path / "numbers.toml").write_text(text, encoding="utf-8")
    words = [f"--data={tiny_data}", "--backend", backend]
    assert run.main(["train", str(tmp_path / "numbers.toml"), *words, f"--out={tmp_path}"]) == 0
    folder = tmp_path / f"numbers-{backend}-seed3"
    assert run.main(["export", str(folder), "--format", "all", *words]) == 0
    assert (folder / "export" / "model.onnx").is_file()
    assert (folder / "export" / "saved_model").is_dir()
