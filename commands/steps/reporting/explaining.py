"""Heat maps over the thumbnails of a report, spectra of its classes, filters of its network: what needs Keras."""

import io
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

import backends
import errors
from commands.steps.answers.explaining import GRAD_CAM, OCCLUSION
from commands.steps.contracts import contract_of
from commands.steps.networks import load_network, load_recipe
from commands.steps.progress import counting
from commands.steps.reporting.images import encode_jpeg
from commands.steps.reporting.writing import Explain
from commands.steps.startup import start_keras, use_backend
from data_io.images import ANSWERED_FORMATS, decode, resize
from data_io.run_folder import read_manifest
from data_io.splits import Split
from recipes.recipe import Recipe
from reports.figures import encode_png
from reports.fingerprint_figures import draw_filters, draw_spectra
from reports.fingerprints import mean_spectra
from reports.heat_maps import overlay
from reports.run_page.content import Choice, Pictures, Plate, RunFacts

SPECTRUM_IMAGES = 100  # of each class: a mean spectrum hardly changes with more, and each takes some 4 ms to decode
PLATE_QUALITY = 82  # of WebP: a fifth of the PNG, and the grids of generators stay


def make_explain(args: Namespace, run: Path) -> Explain | None:
    """Return what explains the answers of a run's report, or None for `--no-explain`.

    Without an option they are explained where that can be done, and a line in the page says why if it cannot: people
    would rather look, and it costs seconds, but a report of a run that came from another machine has to be written
    all the same. With `--explain` its errors are raised.
    """
    if args.explain is False:
        return None
    made_with = read_manifest(run).get("backend")

    def explain(
        run: Path, facts: RunFacts, split: Split, choice: Choice, pictures: Pictures
    ) -> tuple[Pictures, list[Plate]]:
        try:
            if args.explain is None and not backends.is_installed(str(made_with)):
                raise errors.EnvironmentFault(f"Expected {made_with} to be installed. Received: no such package.")
            return explain_answers(args, run, facts, split, choice, pictures)
        except errors.ProgramError as error:
            if args.explain:
                raise
            return replace(pictures, unexplained=f"Without heat maps: {error.messages[0]}"), []

    return explain


def explain_answers(
    args: Namespace, run: Path, facts: RunFacts, split: Split, choice: Choice, pictures: Pictures
) -> tuple[Pictures, list[Plate]]:
    """Return the pictures with heat maps, and plates of spectra and filters. Raises as `load_network`."""
    recipe = load_recipe(run)
    contract = contract_of(run, recipe, facts.manifest)
    use_backend(args, facts.manifest["backend"])
    start_keras()
    from keras_models.artefacts.occlusion import occlusion
    from keras_models.explaining import grad_cam
    from keras_models.inference import KerasClassifier

    model = load_network(run, recipe)
    places = sorted(pictures.thumbnails)
    images = np.stack([read(split, place, recipe) for place in places])
    given = facts.given[places]
    plates = [draw_spectrum_plate(facts, split, recipe)]
    if recipe.model.family == "cnn":
        heats, method = grad_cam(model, images, given), GRAD_CAM
        kernels = np.asarray(model.get_layer("convolution_1").get_weights()[0], np.float32)
        if kernels.shape[2] == 3:  # of a network on grey images there are no colours to draw
            plates.append(
                Plate(
                    "What the first filters answer to",
                    "The filters of the first convolution, and how strongly each answers to every frequency.",
                    encode_webp(draw_filters(kernels)),
                    f"{kernels.shape[-1]} filters of 3 by 3 pixels with their responses over frequencies",
                    "image/webp",
                )
            )
    else:
        heats, method = occlusion(KerasClassifier(model, contract), images, given), OCCLUSION
    maps = {
        place: ("image/jpeg", encode_jpeg(Image.fromarray(overlay(image, heat))))
        for place, image, heat in zip(places, images, heats, strict=True)
    }
    return replace(pictures, heat_maps=maps, method=method, unexplained=""), plates


def draw_spectrum_plate(facts: RunFacts, split: Split, recipe: Recipe) -> Plate:
    """Return the mean spectra of the classes of the images that were judged, of SPECTRUM_IMAGES each at most."""
    chosen = np.concatenate([choose_evenly(facts.labels, label) for label in range(facts.classes)])
    images = []
    with counting("reading images for spectra", len(chosen)) as advance:
        for place in chosen:
            images.append(read(split, int(place), recipe))
            advance(1)
    spectra = mean_spectra(np.stack(images), facts.labels[chosen], facts.classes)
    labels = [f"class {label}" for label in facts.data_labels]
    return Plate(
        "Mean spectra",
        f"Of {len(chosen):,} of the images judged, as the network sees them ({recipe.image.size_pixels} px).",
        encode_webp(draw_spectra(spectra, labels)),
        f"Mean amplitude over frequencies of {', '.join(labels)}: as it is, less the mean of the classes, by radius",
        "image/webp",
    )


def choose_evenly(labels: NDArray[np.int64], label: int) -> NDArray[np.int64]:
    """Return at most SPECTRUM_IMAGES places of a label, spread over all of them."""
    places = np.flatnonzero(labels == label)
    if len(places) <= SPECTRUM_IMAGES:
        return places
    return places[np.linspace(0, len(places) - 1, SPECTRUM_IMAGES).astype(np.int64)]


def read(split: Split, place: int, recipe: Recipe) -> NDArray[np.uint8]:
    """Return an image as the network sees it. Raises DataError for one that cannot be read."""
    try:
        return resize(decode(split.paths[place], ANSWERED_FORMATS).image, recipe.image.size_pixels)
    except (OSError, ValueError) as error:
        raise errors.DataError(f"Expected to read the image {split.paths[place]}. Received: {error}.") from error


def encode_webp(figure: Figure) -> bytes:
    """Return a figure as WebP."""
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(encode_png(figure))) as opened:
        opened.convert("RGB").save(buffer, "WEBP", quality=PLATE_QUALITY)
    return buffer.getvalue()
