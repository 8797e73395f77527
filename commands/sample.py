"""`run.py sample DIR`: draw sample data in the competition's form."""

from argparse import Namespace

from commands.steps.progress import counting
from data_io.sample import draw_sample


def run(args: Namespace) -> None:
    """Draw `args.images` images into `args.folder`."""
    with counting("drawing sample images", args.images) as advance:
        draw_sample(args.folder, args.images, args.seed, advance)
    print(f"drew {args.images:,} images with seed {args.seed} in {args.folder}")
