"""How a recipe trains: the optimizer, the course of its learning rate, and how often the state is kept."""

from dataclasses import dataclass

from recipes.expecting import expect, expecting

OPTIMIZERS = ("sgd", "adam", "adamw")
DECAYS = ("steps", "cosine")
PRECISIONS = ("float32", "bfloat16")
SMALLEST_WINDOW = 256  # sixteen runs of sixteen images; with less, reading in runs is no faster than at random
SMALLEST_RATE = 1e-30  # float32 has no exact numbers below 1.2e-38, and momenta are divided by the rate


@dataclass(frozen=True)
class Training:
    """One way of training; a value that belongs to another optimizer or decay than the recipe's is refused.

    `sgd` has `momentum`; `adamw` (Loshchilov and Hutter, 2019) has `weight_decay`, decoupled, times the rate; `adam`
    (Kingma and Ba, 2015) has neither. The rate drops in `steps` (PyTorch's StepLR: by `drop_factor` every
    `drop_every_epochs`; with 0, as without both, it stays as it is), or after `warmup_epochs` of linear growth falls as
    a `cosine` to 0 at the end. `label_smoothing` is the share of the target spread over all classes
    (Szegedy et al., 2016). `ema` is the share of the past in a running mean of the weights, which is judged and kept
    instead of the last weights; 0 for none. The state is kept every `checkpoint_seconds`, and at the ends of epochs,
    but never for more than a twentieth of the time; 0 keeps it after every step. With `bfloat16` activations and
    products are of that type in training, weights and everything after training of float32.

    `statistics_images` of the train split, spread evenly over it and not augmented, are seen once more after training:
    the running statistics of batch normalisation are then theirs, and not those of the last augmented batches and of
    weights that a mean has replaced. 0 keeps the latter, which is better for networks that will judge damaged images
    and were trained on such. The history is of the latter always.

    `shuffle_images` is for data that outgrows the memory: 0 draws every order of the epoch with equal chance, which
    reads the whole cache from end to end at random; else images are mixed within windows of so many, put together
    from sixteen runs of consecutive images, so that a window is all that needs to stay in memory. The price is in the
    gradients: neighbours in the CSV meet in the same window in every epoch, so rows that are sorted, by label or
    otherwise, make windows unlike the whole. Put such rows in a random order first, or take larger windows.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    momentum: float = 0.0
    drop_every_epochs: int = 0
    drop_factor: float = 1.0
    optimizer: str = "sgd"
    decay: str = "steps"
    warmup_epochs: float = 0.0
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    ema: float = 0.0
    checkpoint_seconds: float = 60.0
    precision: str = "float32"
    shuffle_images: int = 0
    statistics_images: int = 0

    def __post_init__(self) -> None:
        expect(self.optimizer in OPTIMIZERS, "training.optimizer", f"one of {', '.join(OPTIMIZERS)}", self.optimizer)
        # what stands for a constant rate is said, since most programs have a name for it
        wanted = f"one of {', '.join(DECAYS)}; steps with drop_every_epochs 0 for a constant rate"
        expect(self.decay in DECAYS, "training.decay", wanted, self.decay)
        with expecting() as check:
            rate = self.learning_rate
            check(self.epochs > 0, "training.epochs", "1 or more", self.epochs)
            check(self.batch_size > 0, "training.batch_size", "1 or more", self.batch_size)
            check(0 < rate <= 1e6, "training.learning_rate", "more than 0, at most 1e6", rate)
            smoothing = self.label_smoothing
            check(0 <= smoothing < 1, "training.label_smoothing", "0 up to, not with, 1", smoothing)
            check(0 <= self.ema < 1, "training.ema", "0 up to, not with, 1", self.ema)
            check(self.checkpoint_seconds >= 0, "training.checkpoint_seconds", "0 or more", self.checkpoint_seconds)
            check(self.precision in PRECISIONS, "training.precision", f"one of {', '.join(PRECISIONS)}", self.precision)
            check(self.statistics_images >= 0, "training.statistics_images", "0 or more", self.statistics_images)
            is_window = self.shuffle_images == 0 or self.shuffle_images >= SMALLEST_WINDOW
            check(is_window, "training.shuffle_images", f"0, or {SMALLEST_WINDOW} or more", self.shuffle_images)
            if self.optimizer == "sgd":
                check(0 <= self.momentum < 1, "training.momentum", "0 up to, not with, 1", self.momentum)
            else:
                check(self.momentum == 0, "training.momentum", f"0 for {self.optimizer}", self.momentum)
            if self.optimizer == "adamw":
                check(0 <= self.weight_decay <= 1, "training.weight_decay", "0 to 1", self.weight_decay)
            else:
                check(self.weight_decay == 0, "training.weight_decay", f"0 for {self.optimizer}", self.weight_decay)
            if self.decay == "steps":
                check(self.drop_every_epochs >= 0, "training.drop_every_epochs", "0 or more", self.drop_every_epochs)
                if self.drop_every_epochs:
                    check(0 < self.drop_factor <= 1, "training.drop_factor", "more than 0, at most 1", self.drop_factor)
                else:
                    wanted = "1 for a rate that never drops, else training.drop_every_epochs 1 or more"
                    check(self.drop_factor == 1, "training.drop_factor", wanted, self.drop_factor)
                check(self.warmup_epochs == 0, "training.warmup_epochs", "0 for steps", self.warmup_epochs)
            else:
                check(self.drop_every_epochs == 0, "training.drop_every_epochs", "0 for cosine", self.drop_every_epochs)
                check(self.drop_factor == 1, "training.drop_factor", "1 for cosine", self.drop_factor)
                is_shorter = 0 <= self.warmup_epochs < max(self.epochs, 1)
                wanted = "0 up to, not with, training.epochs"
                check(is_shorter, "training.warmup_epochs", wanted, self.warmup_epochs)
        if self.decay == "steps":
            drops = (self.epochs - 1) // self.drop_every_epochs if self.drop_every_epochs else 0
            last_rate, wanted = rate * self.drop_factor**drops, f"at least {SMALLEST_RATE:g}"
            expect(last_rate >= SMALLEST_RATE, "the last epoch's learning rate", wanted, last_rate)
