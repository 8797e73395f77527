"""Parts answered by workers of Ray Data, on this machine or on a cluster. The one file that imports Ray.

What travels through Ray is numbers of parts; images and answers go from disk to disk. Ray starts a worker anew when
it dies and asks again for what it had; whoever answers writes a part once, whatever is asked twice.
"""

import json
import logging
import os
import shutil
import signal
import tempfile
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import errors
from commands.steps.answers.answering import WORKERS
from commands.steps.answers.part_answering import PartAnswerer
from commands.steps.children import SHOWN_CHARACTERS
from commands.steps.startup import holding_stderr

QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # else Ray reports its use to its makers, and asks whether it may
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # its warnings would stand between our lines
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # nor hide GPUs and speak of it
}
OBJECT_STORE_BYTES = 100 << 20  # numbers of parts and JSON; Ray takes 30 % of the memory if nobody says
BLOCKS_MAXIMUM = 4096  # of Ray Data, each of which is one call; more than a part in each from 4 million images on


class Answerer(PartAnswerer):
    """A part answerer as Ray Data calls it: columns in, columns out."""

    def __call__(self, batch: dict[str, NDArray[np.int64]]) -> dict[str, NDArray[Any]]:
        """Answer parts by their numbers; return a JSON text for each."""
        return {"said": np.array([json.dumps(self.answer(int(part))) for part in batch["part"]], object)}


def check_ray() -> None:
    """Raise EnvironmentFault if Ray Data is not installed."""
    os.environ.update({name: value for name, value in QUIET.items() if name not in os.environ})
    try:
        import ray.data  # noqa: F401
    except ImportError as error:
        raise errors.EnvironmentFault(
            f"Expected Ray to be installed, since --engine ray needs it. Received: {error}. "
            "Run: pip install -c constraints.txt -e '.[scale]'"
        ) from error


def answer_on_ray(
    folder: Path, parts: Sequence[int], workers: int | None, address: str | None
) -> Generator[dict[str, Any], None, None]:
    """Yield what `PartAnswerer.answer` returns for each part, as they are done, in any order.

    Without an address `workers` processes are started on this machine (one for each core) and ended after it. With
    one, there is a worker for each CPU of that cluster, whose machines have this clone, the models, the images and
    `folder` at the same paths. Each worker has one part at a time in memory, 3 blocks of it. Raises EnvironmentFault
    when there is no cluster at the address.
    """
    check_ray()
    import ray
    import ray.data

    terminate = signal.getsignal(signal.SIGTERM)
    temporary = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))  # short: names of sockets have 107 bytes at most
    try:
        count = workers or WORKERS
        start_ray(address, temporary, count)
        if address is not None:
            count = max(1, int(ray.cluster_resources().get("CPU", 1)))
        signal.signal(signal.SIGTERM, terminate)  # Ray's own handler aborts
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        asked = ray.data.from_items(
            [{"part": part} for part in parts], override_num_blocks=min(len(parts), BLOCKS_MAXIMUM)
        )
        said = asked.map_batches(
            Answerer,
            fn_constructor_args=(str(folder), str(Path.cwd())),
            batch_size=1,
            num_cpus=1,
            compute=ray.data.ActorPoolStrategy(size=min(count, len(parts))),
        )
        for row in said.iter_rows():
            yield json.loads(row["said"])
    finally:
        ray.shutdown()
        shutil.rmtree(temporary, ignore_errors=True)


def start_ray(address: str | None, temporary: Path, cores: int | None = None) -> Any:
    """Return the package, connected to a cluster, or to one of this machine that keeps its files in `temporary`.

    One of this machine has so many `cores`, or all. Raises EnvironmentFault if Ray is not installed, or no cluster
    answers.
    """
    check_ray()
    import ray

    local = {
        "address": "local",  # whatever RAY_ADDRESS says
        "num_cpus": cores,
        "include_dashboard": False,
        "object_store_memory": OBJECT_STORE_BYTES,
        "_node_ip_address": "127.0.0.1",  # nothing outside is asked what our address is
        "_temp_dir": str(temporary),
    }
    try:
        with holding_stderr():  # its C++ side says that it heeds QUIET
            ray.init(
                **({"address": address} if address else local),
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
    except (ConnectionError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:SHOWN_CHARACTERS]
        raise errors.EnvironmentFault(
            f"Expected a cluster of Ray at {address or 'this machine'}. Received: {reason}."
        ) from error
    return ray
