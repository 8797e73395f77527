"""The web application in this process, with a tiny ONNX file whose logits are the means of red and green."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from commands.steps.models import open_model
from commands.steps.serving.app import build_app
from tests.onnx_files import write_onnx

BASE_URL = "http://127.0.0.1:8000"
Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_onnx(tmp_path_factory.mktemp("model") / "model.onnx")


@pytest.fixture(scope="session")
def client(model: Path) -> Iterator[TestClient]:
    classifier = open_model(model, Namespace(backend=None))
    with TestClient(build_app(classifier, {"file": "model.onnx"}), base_url=BASE_URL) as client:
        yield client


@pytest.fixture
def ask(client: TestClient) -> Ask:
    """`ask({name: content, …})`: status and body of POST /api/predict."""

    def post(contents: dict[str, bytes]) -> tuple[int, Any]:
        response = client.post("/api/predict", files=[("images", item) for item in contents.items()])
        return response.status_code, response.json()

    return post
