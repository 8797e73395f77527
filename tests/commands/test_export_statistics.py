"""An MLP on numbers about images is exported as others are: its graph holds more than their layers."""

from pathlib import Path

import run
from tests.commands.conftest import RECIPE


def test_an_mlp_on_statistics_is_exported_to_both_formats(tmp_path: Path, tiny_data: Path, backend: str) -> None:
    text = RECIPE.read_text(encoding="utf-8").replace("epochs = 2", "epochs = 1").replace('"cnn"', '"mlp"')
    text = text.replace("channels = [4, 8]", 'normalization = "batch"\ntransform = "statistics"')
    (tmp_path / "numbers.toml").write_text(text, encoding="utf-8")
    words = [f"--data={tiny_data}", "--backend", backend]
    assert run.main(["train", str(tmp_path / "numbers.toml"), *words, f"--out={tmp_path}"]) == 0
    folder = tmp_path / f"numbers-{backend}-seed3"
    assert run.main(["export", str(folder), "--format", "all", *words]) == 0
    assert (folder / "export" / "model.onnx").is_file()
    assert (folder / "export" / "saved_model").is_dir()
