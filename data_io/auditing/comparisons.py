"""What shows only when images are laid side by side: copies, look-alikes, conflicting labels, unlike classes."""

from collections.abc import Iterator, Sequence

from data_io.auditing.duplicates import NEAR_BITS, group_equal, group_near
from data_io.auditing.findings import ERROR, LEAK, NOTE, WARNING, Finding, Place
from data_io.auditing.inspection import Inspection
from data_io.auditing.profiles import Profile, differs
from data_io.folder import LABELLED_SPLITS

# A class with half the images of the largest weighs half as much in the loss and in the accuracy.
BALANCE = 0.5


def compare_pixels(places: Sequence[Place], images: Sequence[Inspection]) -> Iterator[Finding]:
    """Yield groups of equal pixels and of look-alikes, within and across splits (see group_equal, group_near)."""
    digests = [image.digest for image in images]
    for group in group_equal(digests):
        members = tuple(places[index] for index in group)
        labels, splits = _labels(members), _splits(members)
        if len(labels) > 1:
            message = f"Expected one label for the same pixels. Received: {_and(labels)} for {_name(members)}."
            yield Finding(ERROR, "conflicting labels", message, members)
        if len(splits) > 1:
            yield Finding(WARNING, LEAK, f"Equal pixels in {_and(splits)}: {_name(members)}.", members)
        elif len(labels) < 2:
            yield Finding(WARNING, "duplicates", f"Equal pixels within {splits[0]}: {_name(members)}.", members)
    for group in group_near(digests, [image.perceptual_hash for image in images]):
        members = tuple(places[index] for index in group)
        labels, splits = _labels(members), _splits(members)
        where = f"across {_and(splits)}" if len(splits) > 1 else f"within {splits[0]}"
        with_labels = f", with the labels {_and(labels)}" if len(labels) > 1 else ""
        message = (
            f"{len(members)} images look alike {where}{with_labels}: {_name(members)} "
            f"(perceptual hashes at most {NEAR_BITS} of 64 bits apart)."
        )
        yield Finding(WARNING, "near-duplicates", message, members)


def compare_images(places: Sequence[Place], images: Sequence[Inspection]) -> Iterator[Finding]:
    """Yield what single images share: a notice of the decoder, or having one colour all over."""
    remarks: dict[tuple[str, str], list[Place]] = {}
    for place, image in zip(places, images, strict=True):
        if image.perceptual_hash is None:
            remarks.setdefault((place.split, "one colour all over"), []).append(place)
        for notice in image.notices:
            remarks.setdefault((place.split, notice), []).append(place)
    for (split, remark), members in remarks.items():
        message = f"{split}: {len(members):,} image{'s' * (len(members) > 1)}: {remark}."
        yield Finding(WARNING, "image", message, tuple(members), split)


def compare_classes(profiles: Sequence[Profile], classes: int) -> Iterator[Finding]:
    """Yield how the classes of each labelled split differ: in number, modes, sizes, formats and chunk layouts."""
    for split in LABELLED_SPLITS:
        here = [profile for profile in profiles if profile.split == split]
        if not here:
            continue
        most = max(profile.images for profile in here)
        counts = {profile.label: profile.images for profile in here}
        for label in range(classes):
            count = counts.get(label, 0)
            if count < BALANCE * most:
                message = f"{split}: label {label} has {count:,} images, the largest class {most:,}."
                yield Finding(WARNING, "balance", message, split=split)
        for name, values in (
            ("modes", [profile.modes for profile in here]),
            ("image sizes", [profile.sizes for profile in here]),
            ("formats", [profile.formats for profile in here]),
            ("PNG chunk layouts", [profile.layouts for profile in here]),
        ):
            if differs(values):
                message = f"{split}: the {name} differ between classes, so they tell something of the label."
                yield Finding(WARNING, "classes differ", message, split=split)
            elif len(set().union(*values)) > 1:
                message = f"{split}: the images have several {name}, alike in all classes."
                yield Finding(NOTE, "mixed images", message, split=split)


def _splits(members: Sequence[Place]) -> list[str]:
    return list(dict.fromkeys(place.split for place in members))


def _labels(members: Sequence[Place]) -> list[str]:
    return sorted({str(place.label) for place in members if place.label is not None})


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _name(members: Sequence[Place]) -> str:
    shown = [f"{place.file} (line {place.row})" for place in members[:3]]
    return ", ".join(shown) + (f" and {len(members) - 3} more" if len(members) > 3 else "")
