"""Debian's Chromium, driven by Playwright, for tests of pages; tests skip where it is missing."""

import contextlib
import shutil
from collections.abc import Iterator

import pytest

ARGUMENTS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
HOW = "needs Chromium: install it with `apt-get install chromium` (Debian), as `.ci/run` does"


def chromium() -> str | None:
    """Path of the browser; None if there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def accessibility_problems(page) -> list[tuple[str, list[str]]]:
    """Rules of axe-core that a page breaks, with the first element that does: WCAG 2 A and AA, and best practices.

    Args:
        page: a page of Playwright, made with `bypass_csp=True`, because axe-core is a script.
    """
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [(problem["id"], problem["nodes"][0]["target"]) for problem in found]


@contextlib.contextmanager
def open_browser() -> Iterator:
    """Yields a browser; skips the test if there is none."""
    path = chromium()
    if path is None:
        pytest.skip(HOW)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
