"""PyTorch on a GPU: compiled, bfloat16, channels_last. What `bench --device gpu` compares with.

The batches are those of all others, uint8, made in the thread that trains, where ours are made on the GPU or read
ahead: at about 0.08 CPU ms an image (results/bench.json) that alone keeps it below 12,000 images/s. The loss is read in
the end alone.
"""

import torch
from torch import nn

from benchmarks.measuring import StepClock
from benchmarks.trials import FullBatches


def train_compiled(
    network: nn.Module,
    batches: FullBatches,
    learning_rate: float,
    momentum: float,
    clock: StepClock,
) -> None:
    """Train `network` in place on the device it is on; it is waited for where the clock starts and stops alone."""
    device = next(network.parameters()).device
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    compiled = torch.compile(network)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate, momentum=momentum, fused=True)
    network.train()
    for index in range(batches.steps):
        images, labels = batches.batch(0, index)
        pixels = torch.from_numpy(images).to(device, non_blocking=True).permute(0, 3, 1, 2)
        wanted = torch.from_numpy(labels).to(device, non_blocking=True).long()
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device.type, torch.bfloat16):
            loss = criterion(compiled(pixels.float() / 127.5 - 1.0), wanted)
        loss.backward()
        optimizer.step()
        if clock.is_turning(index + 1):
            loss.item()
        clock.step(index + 1)
