"""The colours of a page's text as they are seen, and whether it can be read."""

import numpy as np
from playwright.sync_api import Page


def read_colours(page: Page) -> list[tuple[str, list[float], list[float]]]:
    """Return each piece of text that is seen, its colour and that of the ground behind it."""
    found: list[tuple[str, list[float], list[float]]] = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
            .filter((one) => one.checkVisibility() && !one.disabled && !one.closest(".unseen"))
            .map((one) => {
                const numbers = (colour) => colour.match(/[0-9.]+/g).map(Number);
                let ground = one;
                while (numbers(getComputedStyle(ground).backgroundColor)[3] === 0) ground = ground.parentElement;
                return [one.innerText, numbers(getComputedStyle(one).color).slice(0, 3),
                    numbers(getComputedStyle(ground).backgroundColor).slice(0, 3)];
            })"""
    )
    assert len(found) > 10
    return found


def contrast(one: list[float], other: list[float]) -> float:
    """Return the ratio of two sRGB colours' luminances, 1 to 21, as WCAG 2.2 defines it."""
    luminances = []
    for colour in (one, other):
        shares = np.array(colour) / 255
        linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
        luminances.append(float(linear @ [0.2126, 0.7152, 0.0722]))
    return (max(luminances) + 0.05) / (min(luminances) + 0.05)
