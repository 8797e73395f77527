"""Processes that train one network together: meeting, agreeing and parting. Imports jax, but not Keras."""

import hashlib

import jax
import numpy as np
from jax.experimental import multihost_utils

import errors

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
WAIT_SECONDS = 300  # for the others to begin, and for all to be done


def join(coordinator: str, processes: int, process_id: int) -> None:
    """Meet the other processes at `HOST:PORT` of process 0. Call before jax computes anything, so before Keras.

    Raises EnvironmentFault when they have not all come after WAIT_SECONDS.
    """
    host = coordinator.rpartition(":")[0]
    try:
        jax.distributed.initialize(
            coordinator,
            processes,
            process_id,
            initialization_timeout=WAIT_SECONDS,
            # jax listens on all of a machine's addresses, to anybody, unless it is told not to
            coordinator_bind_address=coordinator if host in LOOPBACK else None,
        )
    except RuntimeError as error:
        reason = str(error).strip().partition("\n")[0]
        raise errors.EnvironmentFault(
            f"Expected {processes} processes to meet at {coordinator} within {WAIT_SECONDS} s. Received: {reason}."
        ) from error


def check_equal(facts: str) -> None:
    """Raise UsageError, in every process, unless all of them say the same."""
    digests = multihost_utils.process_allgather(np.frombuffer(hashlib.sha256(facts.encode()).digest(), np.uint8))
    others = [number for number, digest in enumerate(digests) if not np.array_equal(digest, digests[0])]
    if others:
        raise errors.UsageError(
            "Expected the same recipe, code, data, versions, devices and kept state in all processes. Received: others "
            f"in process {', '.join(map(str, others))} than in process 0."
        )


def find_largest(number: int) -> int:
    """Return the largest of all processes' numbers; each must ask."""
    return int(np.max(multihost_utils.process_allgather(np.int32(number))))


def part() -> None:
    """Wait until all processes are done with each other; what each does afterwards it does alone."""
    jax.distributed.shutdown()
