"""What `evaluate` judges besides a run's own network: the mean over several models, and over views of each image."""

import dataclasses
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from commands.steps.answers.averaging import answer_arrays, as_logits
from commands.steps.contracts import check_same_labels, contract_of
from commands.steps.data import open_data
from commands.steps.models import open_model
from commands.steps.progress import counting
from data_io.cache import CachedSplit
from data_io.run_folder import find_folds, read_manifest
from data_io.views import count_views
from keras_models.artefacts.contract import Classifier
from recipes.recipe import Recipe
from reports.scores import Scores, score

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Ensemble:
    """Models that answer together, by the names of their paths; `tta` is a set of views, or None."""

    names: Sequence[str]
    models: Sequence[Classifier]
    tta: str | None

    @property
    def averages(self) -> bool:
        """Whether there is more than one model and view."""
        return len(self.models) > 1 or self.tta is not None

    def describe(self) -> str:
        """Return what is averaged, in words, or an empty text."""
        views = count_views(self.tta)
        parts = [f"{len(self.models)} models"] * (len(self.models) > 1) + [f"{views} views"] * (views > 1)
        return f"mean of {' and '.join(parts)}" if parts else ""

    def suffix(self) -> str:
        """Return the end of the name of an evaluation's folder."""
        tta = "" if self.tta is None else "-tta" if self.tta == "all" else f"-tta-{self.tta}"
        return f"-models{len(self.models)}" * (len(self.models) > 1) + tta

    def facts(self) -> dict[str, Any]:
        """Return which models and views there are, as JSON can hold it."""
        digests = [model.contract.weights_digest for model in self.models]
        named = [{"model": name, "weights_digest": digest} for name, digest in zip(self.names, digests, strict=True)]
        return {"models": named, "tta": self.tta, "views": count_views(self.tta)}


def open_ensemble(args: Namespace, network: "keras.Model", recipe: Recipe) -> Ensemble:
    """Return the run's network with the models of `--with`. Raises as `open_model`, PromiseError for other labels."""
    from keras_models.inference import KerasClassifier  # Keras, which the network has imported

    own = KerasClassifier(network, contract_of(args.run, recipe, read_manifest(args.run)))
    paths: list[Path] = [args.run, *(each for path in args.others for each in find_folds(path) or [path])]
    models = [own, *(open_model(path, args) for path in paths[1:])]
    check_same_labels(paths, [model.contract for model in models])
    for path, model in zip(paths[1:], models[1:], strict=True):
        if model.contract.data_digests.get("train") != own.contract.data_digests.get("train"):
            print(
                f"notice: {path} was trained on other images than {args.run}: some may be among those that are judged"
            )
    return Ensemble([path.resolve().name for path in paths], models, args.tta)


def judge_ensemble(
    args: Namespace, root: Path, recipe: Recipe, cached: CachedSplit, ensemble: Ensemble
) -> tuple[NDArray[np.float32], dict[str, Any]]:
    """Return logits (N, K) whose softmax is the mean of probabilities, and what metrics.json says of the parts.

    Each model's own accuracy and loss on the images as they are is printed, and among what is returned.
    """
    images = {cached.images.shape[1]: cached.images}
    for size in {model.contract.size_pixels for model in ensemble.models} - set(images):
        resized = dataclasses.replace(recipe, image=dataclasses.replace(recipe.image, size_pixels=size))
        images[size] = open_data(args, root, resized, [args.split]).splits[args.split].images
    views = 1 if ensemble.tta is None else 1 + count_views(ensemble.tta)
    with counting(f"answering {args.split} images", len(cached.images) * len(ensemble.models) * views) as advance:
        alone = [answer_arrays([model], images, None, advance) for model in ensemble.models]
        if ensemble.tta is None:
            mean: NDArray[np.float64] = np.mean(alone, axis=0)
        else:
            mean = answer_arrays(ensemble.models, images, ensemble.tta, advance)
    facts = ensemble.facts()
    for named, weights in zip(facts["models"], alone, strict=True):
        scores = score(as_logits(weights), cached.labels)
        named |= {"accuracy": scores.accuracy, "loss": scores.loss}
        print(f"{named['model']} alone: {_shorten(scores)}")
    print(f"{ensemble.describe()}:")
    return as_logits(mean), facts


def _shorten(scores: Scores) -> str:
    return f"accuracy {scores.accuracy:.4f} ± {scores.accuracy_standard_error:.4f}, loss {scores.loss:.4f}"
