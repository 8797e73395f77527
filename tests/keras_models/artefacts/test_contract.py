"""What a contract may hold, and that those which were written before it could be calibrated are read."""

import json
import math
from typing import Any

import pytest

from keras_models.artefacts.contract import OPTIONAL, Contract, metadata
from tests.onnx_files import tiny_contract


def test_what_a_contract_gives_is_read_again() -> None:
    contract = tiny_contract(temperature=1.5, energy_quantiles=(-3.0, -2.5, -2.5), source_pixels=(100, 80))
    assert Contract.from_values(json.loads(json.dumps(contract.to_values()))) == contract
    assert metadata(contract)["energy_quantiles"] == "[-3.0, -2.5, -2.5]"
    assert metadata(contract)["source_pixels"] == "[100, 80]"
    assert metadata(contract)["temperature"] == "1.5"


@pytest.mark.parametrize("name", OPTIONAL)
def test_a_contract_says_nothing_of_what_is_not_known(name: str) -> None:
    contract = tiny_contract()
    assert name not in contract.to_values() and name not in metadata(contract)
    assert Contract.from_values(contract.to_values()) == contract
    assert Contract.from_values({**contract.to_values(), name: []}) == contract


def test_an_image_of_another_size_than_those_of_training_is_said_to_be_one() -> None:
    known = tiny_contract(source_pixels=(100, 80))
    assert known.describe_resizing(100, 80) is None
    assert known.describe_resizing(80, 100) == "another size than the 100 x 80 pixels of the training images"
    assert tiny_contract().describe_resizing(80, 100) is None


@pytest.mark.parametrize(
    "change",
    [
        {"energy_quantiles": [1.0]},
        {"energy_quantiles": [2.0, 1.0]},
        {"energy_quantiles": [0.0, math.nan]},
        {"energy_quantiles": [0.0, math.inf]},
        {"energy_quantiles": ["0", "1"]},
        {"energy_quantiles": [0.0] * 1002},
        {"energy_quantiles": None},
        {"energy_quantiles": "01"},
        {"source_pixels": [100]},
        {"source_pixels": [100, 0]},
        {"source_pixels": [100, 100.0]},
        {"source_pixels": [100, True]},
        {"source_pixels": 100},
        {"temperature": 0.0},
        {"temperature": math.inf},
        {"more": 1},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a contract with"):
        Contract.from_values({**tiny_contract().to_values(), **change})


def test_a_field_that_is_missing_is_refused() -> None:
    values = tiny_contract().to_values()
    for name in values:
        with pytest.raises(ValueError, match="a contract with other fields than"):
            Contract.from_values({key: value for key, value in values.items() if key != name})


@pytest.mark.parametrize("field", ["temperature", "energy_quantiles"])
def test_whole_numbers_larger_than_any_float_are_no_contract(field: str) -> None:
    value: object = 10**400 if field == "temperature" else [0, 10**400]
    with pytest.raises(ValueError, match="a contract with"):
        Contract.from_values({**tiny_contract().to_values(), field: value})
