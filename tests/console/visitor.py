"""Visits pages in a browser, and records what a page must not do: log errors, fail, or ask another site."""

from __future__ import annotations

_TIMEOUT_MS = 60_000


class Visitor:
    """A tab that visits pages of one site.

    Args:
        browser: a browser of Playwright.
        origin: address of the site, without a slash at its end.
        width: width of the window in pixels.
        colour_scheme: `light` or `dark`.
        bypass_csp: whether scripts may be added to pages in spite of their Content-Security-Policy.

    Attributes:
        page: the tab.
        problems: errors in the console, failed requests, and requests to other sites, with the page's address.
    """

    def __init__(
        self, browser, origin: str, *, width: int = 1280, colour_scheme: str = "light", bypass_csp=False
    ) -> None:
        self.origin, self.problems = origin, []
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=colour_scheme, bypass_csp=bypass_csp
        )
        context.set_default_timeout(_TIMEOUT_MS)
        self.page = context.new_page()
        self.page.on("console", lambda message: self._note(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self._note(f"error: {error}"))
        self.page.on("requestfailed", self._note_failed)
        self.page.on("request", lambda request: self._check_origin(request.url))
        self.page.on("response", lambda response: response.status < 400 or self._note(f"{response.status}"))

    def check(self) -> None:
        """Waits until the page is complete, and records broken images, images without text, and overflow."""
        self.page.evaluate("for (const image of document.images) image.loading = 'eager'")
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_function("[...document.images].every(i => i.complete)")  # idle may be before they were eager
        images = self.page.evaluate("[...document.images].map(i => [i.src, i.alt, i.naturalWidth])")
        for source, text, width in images:
            if not text or not width:
                self._note(f"image {source}: alt {text!r}, width {width}")
        inner, whole = self.page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
        if whole > inner:
            self._note(f"{whole} pixels wide in a window of {inner}")

    def _check_origin(self, address: str) -> None:
        if not address.startswith(self.origin + "/"):
            self._note(f"request to {address}")

    def _note_failed(self, request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a page that is left drops the pictures that it still waits for
            self._note(f"failed: {request.url} {request.failure}")

    def _note(self, problem: str) -> None:
        self.problems.append(f"{self.page.url}: {problem}")
