"""The report in a real browser: light and dark, wide and narrow, without JavaScript, printed, without any request."""

import pytest

from pages.report.document import render_report
from pages.report.sections import SECTIONS
from tests.pages.browser import accessibility_problems, open_browser
from tests.report_facts import hostile_facts, report_facts

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser():
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    for name, facts in (("plain", report_facts()), ("hostile", hostile_facts())):
        (folder / f"{name}.html").write_text(render_report(facts), encoding="utf-8")
    return {path.stem: path for path in folder.iterdir()}


@pytest.fixture
def visit(browser, files):
    """Opens a report; `visit.heard` has console messages, errors, dialogs and requests other than for the file."""
    contexts, heard = [], []

    def open_page(name="plain", **options):
        context = browser.new_context(**{"viewport": WIDE, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: heard.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: heard.append(f"error: {error}"))
        page.on("dialog", lambda dialog: heard.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: heard.append(f"request: {request.url}"))
        url = files[name].as_uri()
        page.goto(url)
        heard.remove(f"request: {url}")
        return page

    open_page.heard = heard
    yield open_page
    for context in contexts:
        context.close()


def colours(page):
    """Colours of the page and of its text."""
    return page.evaluate("(({backgroundColor: b, color: c}) => [b, c])(getComputedStyle(document.body))")


@pytest.mark.parametrize("name", ["plain", "hostile"])
@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, {"viewport": PHONE}, {"java_script_enabled": False}])
def test_the_page_makes_no_request_and_runs_nothing(visit, name, options):
    page = visit(name, **options)
    assert page.locator("section").count() == len(SECTIONS)
    assert visit.heard == []


def test_dark_is_light_on_dark(visit):
    light, dark = (colours(visit(color_scheme=scheme)) for scheme in ("light", "dark"))
    assert light == ["rgb(250, 249, 247)", "rgb(29, 28, 26)"]
    assert dark == ["rgb(20, 20, 18)", "rgb(236, 234, 229)"]


@pytest.mark.parametrize("name", ["plain", "hostile"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_page_does_not_scroll_sideways(visit, name, viewport):
    page = visit(name, viewport=viewport)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_a_wide_chart_is_drawn_again_for_a_phone(visit):
    for viewport, shown, hidden in ((WIDE, "wide", "phone"), (PHONE, "phone", "wide")):
        page = visit(viewport=viewport)
        assert page.locator(f"svg.{shown}").first.is_visible()
        assert not page.locator(f"svg.{hidden}").first.is_visible()


@pytest.mark.parametrize("viewport", [WIDE, PHONE])
@pytest.mark.parametrize("font", ["'DejaVu Sans'", "sans-serif"])
def test_no_label_of_a_chart_is_cut_off_in_a_wide_font(visit, font, viewport):
    """The page does not choose the font of its reader; DejaVu Sans is a sixth wider than Arial."""
    page = visit("plain", viewport=viewport)
    page.add_style_tag(content=f".chart svg text {{ font-family: {font} !important; }}")
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.chart svg')].filter(svg => svg.getBoundingClientRect().width)
        .flatMap(svg => [...svg.querySelectorAll('text')].filter(text => {
            const [box, whole] = [text.getBoundingClientRect(), svg.getBoundingClientRect()];
            return box.left < whole.left - 1 || box.right > whole.right + 1;
        }).map(text => text.textContent))"""
    )
    assert cut == []


def test_charts_take_their_colours_from_the_page(visit):
    fills = []
    for scheme in ("light", "dark"):
        page = visit(color_scheme=scheme)
        fills.append(
            page.locator("svg.wide path[fill='var(--band-3)']").first.evaluate("e => getComputedStyle(e).fill")
        )
    assert fills == ["rgb(192, 122, 44)", "rgb(224, 163, 92)"]


def test_every_photo_can_be_decoded_and_every_picture_has_a_name(visit):
    page = visit()
    assert page.locator("image").count() == 2
    broken = """async () => {
        const broken = []
        for (const image of document.querySelectorAll("image")) {
            const copy = new Image()
            copy.src = image.getAttribute("href")
            await copy.decode().catch(() => broken.push(copy.src))
        }
        return broken
    }"""
    assert page.evaluate(broken) == []
    assert page.locator("svg:not([aria-hidden=true]):not([role=img][aria-label])").count() == 0
    assert page.locator("#cases .photo svg").first.bounding_box()["height"] > 60
    assert visit.heard == []


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}])
def test_a_point_with_a_photo_shows_it_under_the_pointer(visit, options):
    page = visit(**options)
    point, photo = page.locator("#map .seen").first, page.locator("#map .seen use").first
    assert not photo.is_visible()
    point.locator("circle").last.hover()
    assert photo.is_visible()
    assert point.locator("title").text_content().startswith("Hazel top")


def test_links_of_the_contents_lead_to_their_sections(visit):
    page = visit()
    for link in page.locator("nav a").all():
        link.click()
        anchor = page.evaluate("location.hash")
        assert page.locator(anchor).bounding_box()["y"] < WIDE["height"]


def test_the_first_stop_of_the_keyboard_skips_to_the_content(visit):
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"


def test_printed_the_page_is_light_without_contents_and_with_open_tables(visit):
    page = visit(color_scheme="dark")
    page.emulate_media(media="print")
    assert colours(page) == ["rgb(255, 255, 255)", "rgb(29, 28, 26)"]
    assert not page.locator("nav").is_visible()
    assert page.locator("details table").first.bounding_box()["height"] > 0
    assert page.pdf(format="A4")[:5] == b"%PDF-"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing_wrong(visit, scheme, viewport):
    """axe-core checks contrast, names, headings, landmarks and tables against WCAG 2 AA."""
    assert accessibility_problems(visit(color_scheme=scheme, viewport=viewport, bypass_csp=True)) == []
