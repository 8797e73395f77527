"""The whole job in plain PyTorch, as anybody would write the original: train, validate each epoch, answer test.

No cache, no checks of the data, no state that is kept, no report: what a script does, and no more. `bench job`
measures its process from start to end against that of `run.py train`.
"""

import csv
import sys
from pathlib import Path

import torch
from torch import nn

from benchmarks.native_loading import open_loader
from benchmarks.native_trial import build_network, find_device
from benchmarks.trials import Trial
from recipes.reading import from_values


def main(path: str) -> None:
    """Train, validate and write submission.csv into the trial's folder."""
    trial = Trial.read(Path(path))
    recipe = from_values(trial.recipe)
    training, data, folder = recipe.training, Path(trial.data), Path(trial.folder)
    torch.manual_seed(recipe.seed)
    device = find_device(trial.device)
    train, validation, test = (
        open_loader(data, split, recipe, trial.workers) for split in ("train", "validation", "test")
    )
    network = build_network(recipe).to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(network.parameters(), lr=training.learning_rate, momentum=training.momentum)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, training.drop_every_epochs or 1, training.drop_factor)
    accuracy = 0.0
    for epoch in range(trial.epochs):
        network.train()
        losses = []
        for images, labels in train:
            optimizer.zero_grad()
            loss = criterion(network(images.to(device)), labels.to(device))
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        scheduler.step()
        network.eval()
        right = count = 0
        with torch.no_grad():
            for images, labels in validation:
                right += int((network(images.to(device)).argmax(1).cpu() == labels).sum())
                count += len(labels)
        accuracy = right / count
        print(f"epoch {epoch + 1}: loss {sum(losses) / len(losses):.4f}, accuracy {accuracy:.4f}", flush=True)
    given: list[int] = []
    with torch.no_grad():
        for images, _ in test:
            given += network(images.to(device)).argmax(1).tolist()
    with (folder / "submission.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["image_id", "label"])
        writer.writerows(zip(test.dataset.ids, given, strict=True))  # type: ignore[attr-defined]
    trial.answer({"validation_accuracy": accuracy, "device": str(device)})


if __name__ == "__main__":
    main(sys.argv[1])
