"""What the endpoints answer: as `predict` does, and with a reason when they do not."""

import csv
import io
import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

import run
from commands.steps.models import open_model
from commands.steps.serving.answers import Upload, answer_upload
from tests.data_io.corpus import draw_images, encode, noise
from tests.data_io.test_image_rows import REFUSED
from tests.onnx_files import SIZE_PIXELS, tiny_contract, write_onnx
from tests.serve.conftest import Ask

# JPEGs are read here. What is not an image at all, or of another format, is 415; all else that is refused 422.
BAD = {name for name in REFUSED if name not in ("I6 JPEG", "I7 CMYK JPEG")}
OTHER_TYPES = {"I5 text", "I5 HTML", "I6 GIF", "I6 TIFF"}


def paint(red: int, green: int) -> bytes:
    return encode(Image.new("RGB", (20, 20), (red, green, 9)))


def test_the_answer_is_softmax_of_the_means_of_red_and_green(ask: Ask) -> None:
    status, body = ask({"b.png": paint(2, 1)})
    assert status == 200
    (answer,) = body["answers"]
    # 1 / (1 + e^-1) and 1 / (1 + e), for logits that differ by 1.
    assert answer["probabilities"] == pytest.approx({"0": 0.7310585786300049, "1": 0.2689414213699951}, abs=1e-7)
    assert {**answer, "probabilities": None} == {
        "image_id": "b.png", "label": "0", "probabilities": None, "notices": [], "error": None, "status": 200,
    }  # fmt: skip


def test_answers_are_those_of_predict_to_1e_6_and_the_csv_is_its_csv(
    ask: Ask, client: TestClient, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = {f"{name}.png": content for name, content in draw_images().items()}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    assert run.main(["predict", str(model), *contents, "--on-bad", "mark", "--out", "all.csv"]) == 0
    _, body = ask(contents)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "all.csv").read_text())))
    for answer, row in zip(body["answers"], rows, strict=True):
        assert (answer["image_id"], answer["label"] or "") == (row["image_id"], row["label"])
        if answer["label"]:
            wanted = {label: float(row[f"probability_{label}"]) for label in "01"}
            assert answer["probabilities"] == pytest.approx(wanted, abs=1e-6)
    asked = [{"image_id": answer["image_id"], "probabilities": answer["probabilities"]} for answer in body["answers"]]
    response = client.post("/api/csv", json={"rows": asked})
    assert response.headers["content-type"].startswith("text/csv")
    assert response.text == (tmp_path / "all.csv").read_text()


@pytest.mark.parametrize("name", sorted(draw_images()))
def test_hostile_images_are_4xx_with_a_reason_and_the_others_are_answered(name: str, ask: Ask) -> None:
    status, body = ask({"x.png": draw_images()[name]})
    (answer,) = body["answers"]
    if name in BAD or name in OTHER_TYPES:
        assert status == answer["status"] == (415 if name in OTHER_TYPES else 422)
        assert answer["label"] is None and answer["probabilities"] is None
        assert answer["error"].startswith("Expected a PNG, JPEG or WebP image. Received: ")
        assert len(answer["error"]) < 250
    else:
        assert (status, answer["error"]) == (200, None)


def test_an_image_of_more_bytes_than_predict_reads_is_413(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    content = encode(noise())
    monkeypatch.setattr("commands.steps.serving.app.MAXIMUM_IMAGE_BYTES", len(content))
    assert ask({"a.png": content})[0] == 200
    status, body = ask({"a.png": content + b"\0"})
    assert (status, body["answers"][0]["status"]) == (413, 413)


def test_a_bad_image_among_good_ones_has_its_error_and_they_their_answers(ask: Ask) -> None:
    status, body = ask({"a.png": paint(2, 1), "b.png": b"hello", "c.jpg": encode(noise(), "JPEG"), "d.png": b""})
    assert status == 200
    assert [answer["status"] for answer in body["answers"]] == [200, 415, 200, 422]
    assert body["answers"][1]["error"].endswith("not an image (it starts with b'hello').")
    assert body["answers"][2]["notices"] == ["JPEG; models are trained on PNG, unless --allow-format was given"]
    assert body["answers"][3]["error"].endswith("an empty file.")


def test_what_was_done_to_an_image_is_said(ask: Ask) -> None:
    _, body = ask({"a.png": draw_images()["I9 16-bit grey"]})
    assert body["answers"][0]["notices"] == ["16-bit grey, divided by 257"]


def test_that_an_image_has_another_size_than_those_of_training_is_said(tmp_path: Path) -> None:
    path = write_onnx(tmp_path / "model.onnx", contract=tiny_contract(source_pixels=(20, 20)))
    classifier = open_model(path, Namespace(backend=None))
    same, other = (Upload("a.png", content) for content in (paint(2, 1), encode(Image.new("RGB", (20, 21)))))
    assert answer_upload(classifier, same).notices == []
    said = answer_upload(classifier, other).notices
    assert said == ["another size than the 20 x 20 pixels of the training images"]


def test_a_request_without_images_or_with_too_many_is_refused(client: TestClient) -> None:
    for request in ({}, {"files": {"pictures": ("a.png", b"x")}}, {"data": {"images": "a"}}):
        response = client.post("/api/predict", **request)
        assert response.status_code == 422 and "images" in response.json()["error"]
    many = [("images", (f"{number}.png", b"x")) for number in range(65)]
    response = client.post("/api/predict", files=many)
    assert (response.status_code, "64" in response.json()["error"]) == (400, True)


def test_the_heat_map_is_a_picture_of_the_models_size_and_of_the_label_that_is_asked(client: TestClient) -> None:
    pixels = np.zeros((SIZE_PIXELS, SIZE_PIXELS, 3), np.uint8)
    pixels[:4, :4] = (255, 0, 0)  # red speaks for label 0
    pixels[-4:, -4:] = (0, 200, 0)
    content = encode(Image.fromarray(pixels))
    maps = {}
    for label in ("0", "1", None):
        response = client.post(
            "/api/heat-map", files={"image": ("a.png", content)}, data={"label": label} if label else {}
        )
        assert (response.status_code, response.headers["content-type"]) == (200, "image/png")
        maps[label] = np.asarray(Image.open(io.BytesIO(response.content)))
        assert maps[label].shape == (SIZE_PIXELS, SIZE_PIXELS, 3)
    assert np.array_equal(maps["0"], maps[None])  # the likeliest
    assert not np.array_equal(maps["0"], maps["1"])


@pytest.mark.parametrize(
    ("content", "label", "status"),
    [(b"hello", None, 415), (encode(noise())[:-20], None, 422), (encode(noise()), "7", 422)],
)
def test_a_heat_map_that_cannot_be_is_refused(
    content: bytes, label: str | None, status: int, client: TestClient
) -> None:
    data = {} if label is None else {"label": label}
    response = client.post("/api/heat-map", files={"image": ("a.png", content)}, data=data)
    assert response.status_code == status
    assert response.json()["error"].startswith("Expected ")


@pytest.mark.parametrize(
    "body",
    [
        '{"rows": 1}',
        '{"rows": [{"image_id": "a", "probabilities": {"0": 1.0}}]}',
        '{"rows": [{"image_id": "a", "probabilities": {"0": "x", "1": 0}}]}',
        '{"rows": [{"image_id": "a", "probabilities": {}}]}',
        '{"rows": [{"image_id": "a", "probabilities": {"0": NaN, "1": 0}}]}',
        "{",
    ],
)
def test_a_csv_of_something_else_is_refused(body: str, client: TestClient) -> None:
    response = client.post("/api/csv", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422 and response.json()["error"].startswith("Expected ")


def test_a_csv_of_nothing_is_a_header(client: TestClient) -> None:
    assert client.post("/api/csv", json={"rows": []}).text == "image_id,label,probability_0,probability_1\n"


def test_the_model_says_what_it_is(client: TestClient) -> None:
    facts = client.get("/api/model").json()
    assert (facts["labels"], facts["size_pixels"], facts["weights_digest"]) == (["0", "1"], SIZE_PIXELS, "b" * 64)
    assert (facts["file"], facts["limits"]["files"]) == ("model.onnx", 64)
    assert client.get("/health").json() == {"status": "ok"}


def test_openapi_describes_the_endpoints_and_no_page_of_another_server_is_offered(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    assert set(described["paths"]) == {"/health", "/api/model", "/api/predict", "/api/heat-map", "/api/csv"}
    predict = described["paths"]["/api/predict"]["post"]
    assert list(predict["requestBody"]["content"]) == ["multipart/form-data"]
    assert {"200", "413", "415", "422"} <= set(predict["responses"])
    assert "probabilities" in json.dumps(described["components"]["schemas"]["Answer"])
    assert {client.get(path).status_code for path in ("/docs", "/redoc", "/absent", "/page/page.js")} == {404}


@pytest.mark.parametrize("path", ["/", "/health"])
def test_the_page_and_health_have_headers_alone_too(path: str, client: TestClient) -> None:
    answer = client.head(path)
    assert answer.status_code == 200 and answer.headers["content-type"] == client.get(path).headers["content-type"]


def test_a_body_that_is_no_form_says_what_form_is_meant(client: TestClient) -> None:
    answer = client.post("/api/predict", content=paint(2, 1), headers={"content-type": "image/png"})
    assert answer.status_code == 422
    assert answer.json()["error"] == (
        "Expected what /openapi.json describes as multipart/form-data (curl -F images=@FILE). "
        "Received: image/png; body.images: Field required."
    )
