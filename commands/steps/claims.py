"""A recipe's claim, and whether a run met it."""

import errors
from recipes.recipe import Data, Recipe


def check_claimable(recipe: Recipe, is_sample: bool) -> None:
    """Raise UsageError for drawn sample data, or a part of the images, when the claim is about others, or is none."""
    if recipe.expected is None:
        raise errors.UsageError(
            f"Expected {recipe.name} to have a claim, its table [expected], for --check. Received: none. Train without "
            "--check, or write down what it is to reach: data, validation_accuracy, tolerance, minutes and hardware."
        )
    if recipe.data != Data():
        raise errors.UsageError(
            f"Expected the images as train.csv and validation.csv have them, which the claim of {recipe.name} is "
            "about, for --check. Received: folds, or a class that is left out."
        )
    if is_sample and recipe.expected.data != "sample":
        raise errors.UsageError(
            f"Expected {recipe.expected.data} data, which the claim of {recipe.name} is about, for --check. "
            "Received: drawn sample data. Name a data folder with --data."
        )


def check_claim(recipe: Recipe, accuracy: float, minutes: float, hardware: str) -> None:
    """Raise PromiseError when the recipe's claim is not met; its minutes bind only on the hardware it names."""
    expected = recipe.expected
    assert expected is not None  # `check_claimable` has asked before the training
    broken = []
    least = expected.validation_accuracy - expected.tolerance
    if accuracy < least:
        broken.append(
            f"Expected a validation accuracy of at least {least:.4f}, as {recipe.name} claims of {expected.data} data. "
            f"Received: {accuracy:.4f}."
        )
    if hardware == expected.hardware and minutes > expected.minutes:
        broken.append(f"Expected at most {expected.minutes:g} minutes on {hardware}. Received: {minutes:.1f}.")
    if broken:
        raise errors.PromiseError(broken)
    print(f"check: the claim of {recipe.name} holds")
