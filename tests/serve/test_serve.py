"""`run.py serve` as its user meets it: started, asked from many sides at once, stopped."""

import importlib.util
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

import run
from tests.data_io.corpus import draw_images, encode, noise
from tests.serving import LIMIT_SECONDS, serving


def test_sixteen_uploads_at_once_and_hostile_ones_are_answered_and_the_server_lives(model: Path) -> None:
    hostile = {
        "50 MB": (bytes(50_000_000), 413),
        "corrupt": (draw_images()["I4 flipped in IDAT"], 422),
        "bomb": (draw_images()["I12 100 megapixels"], 422),
        "text": (b"hello, world", 415),
    }
    with serving(model) as server, httpx2.Client(base_url=server.url, timeout=LIMIT_SECONDS) as client:

        def ask(content: bytes) -> httpx2.Response:
            return client.post("/api/predict", files={"images": ("a.png", content)})

        images = [encode(noise("RGB", 16 + number, 32)) for number in range(16)]
        alone = [ask(image).json() for image in images]
        with ThreadPoolExecutor(16) as pool:
            assert [response.json() for response in pool.map(ask, images)] == alone
        together = client.post("/api/predict", files=[("images", ("a.png", image)) for image in images])
        assert together.json()["answers"] == [answer["answers"][0] for answer in alone]
        for name, (content, status) in hostile.items():
            response = ask(content)
            assert (name, response.status_code) == (name, status)
            assert "Expected " in response.text
            assert client.get("/health").status_code == 200
        assert server.end(signal.SIGINT) == (130, "error: stopped by SIGINT\n")


def test_it_is_ended_by_sigterm_with_143_and_listens_on_this_computer_alone(model: Path) -> None:
    with serving(model) as server:
        port = urlsplit(server.url).port
        assert port
        with socket.socket() as other, pytest.raises(OSError):
            other.settimeout(5)
            other.connect(("127.0.0.2", port))  # this computer too, but another address than the one it is bound to
        assert server.end(signal.SIGTERM) == (143, "error: stopped by SIGTERM\n")


def test_what_is_answered_soon_after_a_signal_is_answered_and_the_rest_is_503_in_json(model: Path) -> None:
    head = b"POST /api/csv HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n"
    with serving(model) as server:
        port = urlsplit(server.url).port
        assert port
        with ExitStack() as stack:
            soon, late = (
                stack.enter_context(socket.create_connection(("127.0.0.1", port), LIMIT_SECONDS)) for _ in range(2)
            )
            for connection in (soon, late):
                connection.sendall(head + b'{"rows"')
            assert httpx2.get(f"{server.url}/health").status_code == 200  # so it has read what was sent before
            server.process.send_signal(signal.SIGTERM)
            with suppress(ConnectionRefusedError):  # which says that the signal came
                while True:
                    time.sleep(0.2)  # it looks for signals every 0.1 s
                    with suppress(ConnectionResetError):
                        socket.create_connection(("127.0.0.1", port), LIMIT_SECONDS).close()
            soon.sendall(b": []}")
            assert b"image_id,label" in read_all(soon)
            assert server.process.poll() is None
            answer = read_all(late)
        assert answer.startswith(b"HTTP/1.1 503 ") and b'{"error":"Expected an answer before' in answer
        _, said = server.process.communicate(timeout=LIMIT_SECONDS)
        assert (server.process.returncode, said) == (143, "error: stopped by SIGTERM\n")


def read_all(connection: socket.socket) -> bytes:
    """Return all that comes until the other side closes."""
    with connection.makefile("rb") as file:
        return file.read()


def test_a_port_that_is_taken_is_one_line_and_exit_code_4(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run.main(["serve", str(model), "--port", str(port)]) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: Expected port {port} of 127.0.0.1 to be free. Received: ") and "--port 0" in line


@pytest.mark.parametrize("package", ["fastapi", "uvicorn", "python_multipart", "onnxruntime"])
def test_a_package_that_is_missing_is_one_line_with_the_pip_command_and_exit_code_4(
    package: str, model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == package else find(name, *rest))
    assert run.main(["serve", str(model)]) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert f"Received: no {package}. Run: pip install -c constraints.txt -e '.[serve]'" in line


@pytest.mark.parametrize("words", [["absent.onnx"], ["model.onnx", "--port", "65536"], ["model.onnx", "--port", "x"]])
def test_what_cannot_be_served_is_exit_code_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["serve", *words]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
