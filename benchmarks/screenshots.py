"""Takes the pictures of the documentation: the report of a run and pages of the console, in Chromium.

    python -m benchmarks.screenshots --out out --to docs/images

The customer is the first one by id of those who bought five or more units in the last 30 days, the article the best
seller of the last week.
"""

import argparse
import pathlib
import shutil
import sys

from benchmarks.running_console import running_console

_ARGUMENTS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
_WIDTH, _HEIGHT = 1280, 1240


def take(out: pathlib.Path, to: pathlib.Path, chromium: str) -> None:
    """Writes `report.png`, `customer.png`, `catalogue.png` and `article.png`.

    Args:
        out: folder of a run.
        to: folder of the pictures; made if it is missing.
        chromium: path of the browser.
    """
    from playwright.sync_api import sync_playwright

    to.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, running_console(out) as (console, _):
        browser = playwright.chromium.launch(executable_path=chromium, args=list(_ARGUMENTS))
        page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT}, color_scheme="light")

        def shoot(name: str) -> None:
            page.evaluate("for (const image of document.images) image.loading = 'eager'")
            page.wait_for_load_state("networkidle")
            page.screenshot(path=str(to / f"{name}.png"))

        page.goto((out / "report.html").resolve().as_uri())
        shoot("report")
        page.goto(f"{console}customers?activity=many")
        page.locator("table a.id").first.click()
        while not page.locator("ol.recommended img").count():  # the console's model server is still starting
            page.wait_for_timeout(1000)
            page.reload()
        shoot("customer")
        page.goto(f"{console}catalogue?order=best")
        shoot("catalogue")
        page.locator("ul.grid a").first.click()
        while page.get_by_text("The model is being asked").count():  # a sample of customers, in a thread
            page.wait_for_timeout(1000)
            page.reload()
        shoot("article")
        browser.close()


def main() -> int:
    """Takes the pictures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.screenshots", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, required=True, help="output folder of a run")
    parser.add_argument("--to", type=pathlib.Path, required=True, help="folder of the pictures")
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium must be installed, on Debian by `apt-get install chromium`", file=sys.stderr)
        return 1
    take(options.out, options.to, chromium)
    return 0


if __name__ == "__main__":
    sys.exit(main())
