"""Which recipes plain PyTorch has a like of: those of the original's networks, trained as it trains."""

from collections.abc import Mapping, Sequence
from typing import Any

import errors
from recipes.recipe import Recipe

MODEL = {"cnn": {"normalization": "batch"}, "mlp": {"normalization": "none", "activation": "leaky_relu"}}
EVERY_MODEL = {"input": "rgb", "transform": ("none", "")}
TRAINING = {
    "optimizer": "sgd",
    "decay": "steps",
    "warmup_epochs": 0.0,
    "weight_decay": 0.0,
    "label_smoothing": 0.0,
    "ema": 0.0,
    "precision": "float32",
}
AUGMENTATION = {"cutmix_probability": 0.0, "mixup_alpha": 0.0}
ANSWERING, TRAINED = "prediction", ("training", "job")  # the parts of `bench` that have a plain PyTorch contestant


def check_twin(recipe: Recipe, sections: Sequence[str]) -> None:
    """Raise UsageError if benchmarks/native.py has not the network, or not the way of training, that is measured.

    A ratio of two different networks would say nothing.
    """
    trains = any(name in sections for name in TRAINED)
    if not trains and ANSWERING not in sections:
        return
    family = recipe.model.family
    wrong = [] if family in MODEL else [f"model.family {family}"]
    wanted: list[tuple[Any, str, Mapping[str, Any]]] = [
        (recipe.model, "model", {**EVERY_MODEL, **MODEL.get(family, {})})
    ]
    if trains:
        wanted += [(recipe.training, "training", TRAINING), (recipe.augmentation, "augmentation", AUGMENTATION)]
    for part, table, values in wanted:
        for name, value in values.items():
            known = value if isinstance(value, tuple) else (value,)
            if getattr(part, name) not in known:
                wrong.append(f"{table}.{name} {getattr(part, name)}")
    if wrong:
        raise errors.UsageError(
            f"Expected a recipe that plain PyTorch is measured with too, like cnn and mlp, for {', '.join(sections)}. "
            f"Received: {recipe.name}, with {', '.join(wrong)}."
        )
