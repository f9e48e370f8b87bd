"""Every page of the console in a real browser, walked by clicking."""

import socket
import threading
from urllib.parse import urlsplit

import pytest
import uvicorn

from console.app import create_app
from console.query import link
from tests.console.hostile_shop import HOSTILE_ARTICLE, HOSTILE_CUSTOMER, OLD, PLAIN_CUSTOMER
from tests.console.visitor import Visitor
from tests.pages.browser import accessibility_problems, open_browser

PATHS = {
    *("/", "/catalogue", "/article", "/customers", "/customer", "/versions", "/versions/change", "/runs"),
}
CLICKS_PER_PATH = 4  # pages with several ids and parameters
_UNFOLD = "each => { for (let e = each; e; e = e.parentElement) if (e.tagName === 'DETAILS') e.open = true }"


@pytest.fixture(scope="module")
def browser():
    with open_browser() as started:
        yield started


@pytest.fixture(scope="module")
def origin(console, browser):
    """The console on a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(create_app(console), log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def links_of(visitor) -> list[str]:
    """Addresses of the links of a page below its origin, a few for each path."""
    found = visitor.page.eval_on_selector_all("a[href]", "all => all.map(each => each.getAttribute('href'))")
    chosen, counts = [], {}
    for address in dict.fromkeys(found):
        path = urlsplit(address).path
        if address.startswith("/") and counts.get(path, 0) < CLICKS_PER_PATH:
            counts[path] = counts.get(path, 0) + 1
            chosen.append(address)
    return chosen


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_every_page_is_reached_by_clicking_and_is_sound(browser, origin, width, scheme):
    visitor = Visitor(browser, origin, width=width, colour_scheme=scheme)
    visitor.page.goto(f"{origin}/")
    visitor.check()
    visited, per_path = {"/"}, {}
    waiting = [("/", address) for address in links_of(visitor)]
    while waiting:
        source, target = waiting.pop(0)
        path = urlsplit(target).path
        if target in visited or per_path.get(path, 0) >= CLICKS_PER_PATH:
            continue
        if urlsplit(visitor.page.url)._replace(scheme="", netloc="").geturl() != source:
            visitor.page.goto(origin + source)
        selector = f"a[href={_quoted(target)}]"
        visitor.page.locator(selector).first.evaluate(_UNFOLD)
        with visitor.page.expect_navigation():
            visitor.page.locator(selector).first.click()
        visitor.check()
        visited.add(target)
        per_path[path] = per_path.get(path, 0) + 1
        waiting += [(target, address) for address in links_of(visitor) if address not in visited]
    assert visitor.problems == []
    assert {urlsplit(address).path for address in visited} == PATHS


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_nothing_wrong_on_any_page(browser, origin, console, width, scheme):
    """axe-core checks contrast, names, headings, landmarks and tables against WCAG 2 AA."""
    console.sample.ask(console.shop.tables())
    visitor = Visitor(browser, origin, width=width, colour_scheme=scheme, bypass_csp=True)
    found = {}
    for address in (
        *("/", "/catalogue?order=new", "/catalogue?recommended=never", "/customers", "/versions", "/runs", "/nothing"),
        link("/article", id=HOSTILE_ARTICLE),
        link("/customer", id=HOSTILE_CUSTOMER, compare=OLD, recent=[HOSTILE_ARTICLE]),
        link("/versions/change", action="delete", version=OLD),
    ):
        visitor.page.goto(origin + address)
        visitor.check()
        found[address] = accessibility_problems(visitor.page)
    assert {address: problems for address, problems in found.items() if problems} == {}


def test_forms_lead_to_the_pages_that_they_promise(browser, origin):
    visitor = Visitor(browser, origin)
    page = visitor.page
    page.goto(f"{origin}/")
    page.get_by_label("Search articles").fill("alert('x')")
    page.get_by_role("button", name="Search").click()
    assert "1 article with" in page.inner_text("main")
    page.get_by_role("main").get_by_role("link", name="<script>alert('x')</script>").first.click()
    assert page.inner_text("h1") == "<script>alert('x')</script>"
    page.get_by_role("link", name="Customers").click()
    page.get_by_label("Id begins with").fill(HOSTILE_CUSTOMER[:5])
    page.get_by_role("main").get_by_role("button", name="Search").click()
    page.get_by_role("link", name=HOSTILE_CUSTOMER).click()
    assert page.inner_text("h1") == HOSTILE_CUSTOMER
    page.get_by_label("Leave out bought articles").check()
    page.get_by_label("Articles", exact=True).fill("2")
    page.get_by_role("button", name="Ask").click()
    assert page.locator(".recommended > li").count() == 2
    assert page.get_by_label("Leave out bought articles").is_checked()
    visitor.check()
    assert visitor.problems == []


def test_the_displayed_articles_are_those_of_the_server(browser, origin, console):
    asked = console.models.ask(lambda client: client.recommend([PLAIN_CUSTOMER], k=12)[0]).value
    visitor = Visitor(browser, origin)
    visitor.page.goto(origin + link("/customer", id=PLAIN_CUSTOMER, compare=OLD))
    columns = [
        [each.get_attribute("href") for each in column.locator("> li > a").all()]
        for column in visitor.page.locator(".recommended").all()
    ]
    expected = [link("/article", id=each.article_id) for each in asked.articles]
    assert columns == [expected, expected[::-1]]
    assert link("/article", id=HOSTILE_ARTICLE) in expected


def test_a_page_is_read_in_the_order_of_its_headings_and_by_keyboard(browser, origin):
    visitor = Visitor(browser, origin)
    page = visitor.page
    for address in ("/", "/catalogue", "/customers", "/versions", "/runs", link("/customer", id=HOSTILE_CUSTOMER)):
        page.goto(origin + address)
        assert page.locator("h1").count() == 1
        unnamed = page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden]), select')].filter(e => !e.labels.length).length"
        )
        assert unnamed == 0
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"


def _quoted(address: str) -> str:
    escaped = address.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
