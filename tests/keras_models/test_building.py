"""One seed names one set of first weights, on every backend."""

from typing import Any

import pytest

from keras_models.building import build, digest_weights

CNN: dict[str, Any] = {"channels": (4, 8), "dense_units": (8,), "dropout_fraction": 0.3}
MLP: dict[str, Any] = {"dense_units": (8,), "dropout_fraction": 0.3}


@pytest.mark.parametrize(
    ("family", "options", "digest"),
    [
        ("cnn", CNN, "f627e082c572cff6af3f66ae1f67d9cff27ed0e39a10c101823d5b99543c1d15"),
        ("mlp", MLP, "6362172c5c8f6a2dbbb44d5a68d8cd36e218bee6e8972d424d0c7699a2a3655f"),
    ],
)
def test_first_weights_of_seed_0_have_the_digest_written_here_on_every_backend(
    family: str, options: dict[str, Any], digest: str
) -> None:
    assert digest_weights(build(family, 32, 5, 0, **options)) == digest


@pytest.mark.parametrize(("family", "options"), [("cnn", CNN), ("mlp", MLP)])
def test_another_seed_has_another_digest(family: str, options: dict[str, Any]) -> None:
    assert digest_weights(build(family, 32, 5, 0, **options)) != digest_weights(build(family, 32, 5, 1, **options))


def test_the_digest_sees_one_changed_bit_of_one_weight() -> None:
    model = build("mlp", 32, 5, 0, **MLP)
    before = digest_weights(model)
    kernel, bias = model.get_layer("logits").get_weights()
    bias[3] += 1e-7
    model.get_layer("logits").set_weights([kernel, bias])
    assert digest_weights(model) != before


@pytest.mark.parametrize("fraction", [0, 0.5])
def test_dropout_has_no_part_in_the_first_weights(fraction: float) -> None:
    other = build("cnn", 32, 5, 0, **{**CNN, "dropout_fraction": fraction})
    assert digest_weights(other) == digest_weights(build("cnn", 32, 5, 0, **CNN))
