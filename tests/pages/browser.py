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
