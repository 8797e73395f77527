"""`run.py sample DIR`: draw sample data in the competition's form."""

from argparse import Namespace
from pathlib import Path
from tempfile import TemporaryDirectory

from commands.steps.progress import counting
from data_io.files import digest_file
from data_io.folder import SPLITS
from data_io.sample import draw_sample
from data_io.sample_submission import SAMPLE_SUBMISSION

NAMES = {*SPLITS, *(f"{split}.csv" for split in SPLITS), SAMPLE_SUBMISSION}


def run(args: Namespace) -> None:
    """Draw `args.images` images into `args.folder`, or find that they are there already, byte for byte."""
    if _looks_drawn(args.folder) and _holds(args.folder, args.images, args.seed):
        print(f"{args.folder} holds the {args.images:,} images of seed {args.seed} already")
        return
    _draw(args.folder, args.images, args.seed)
    print(f"drew {args.images:,} images with seed {args.seed} in {args.folder}")


def _draw(folder: Path, images: int, seed: int) -> None:
    with counting("drawing sample images", images) as advance:
        draw_sample(folder, images, seed, advance)


def _looks_drawn(folder: Path) -> bool:
    return folder.is_dir() and {path.name for path in folder.iterdir() if not path.name.startswith(".")} == NAMES


def _holds(folder: Path, images: int, seed: int) -> bool:
    with TemporaryDirectory() as temporary:
        _draw(Path(temporary) / "again", images, seed)
        return _digest_files(Path(temporary) / "again") == _digest_files(folder)


def _digest_files(folder: Path) -> dict[str, str]:
    """Return the digest of each file but those in hidden folders: decoded images are kept in one."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    names = {path: path.relative_to(folder) for path in files}
    return {str(name): digest_file(path) for path, name in names.items() if not name.parts[0].startswith(".")}
