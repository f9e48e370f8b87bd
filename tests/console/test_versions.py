"""Versions: figures with intervals, differences, and changes that are allowed, confirmed, and recorded."""

import json

import pytest
from starlette.testclient import TestClient

from console.app import Console, create_app
from console.customer_sample import CustomerSample
from console.models import Models
from console.shop import Shop
from console.version_history import history_chart
from console.version_table import WIDTH, differing_fields, interval_rows
from console.versions import Versions
from operations.rollback import delete, rollback
from pipeline.versions import list_versions
from tests.console.hostile_shop import SCRIPT, no_metrics
from tests.console.page_links import PageLinks
from tests.fake_version import write_version

OLD, MIDDLE, NEW = 3, 5, 8


@pytest.fixture
def out(tmp_path):
    """A folder with three versions; the middle one has a report."""
    for number, (mean, low, high) in {OLD: (0.1, 0.05, 0.15), MIDDLE: (-0.1, -0.2, 0.0), NEW: (0.3, 0.1, 0.4)}.items():
        bounds = {"mean": mean, "low": low, "high": high}
        evaluation = {f"difference_best_simple/{name}": value for name, value in bounds.items()}
        write_version(
            tmp_path / "serving" / "lookbook" / str(number),
            as_of=f"2020-09-0{number}",
            index="<b>" if number == OLD else "scann",
            articles=30,
            evaluation={**evaluation, "map_at_12": mean + 0.5, "customers": 40.0},
        )
    report = tmp_path / "serving" / "lookbook" / str(MIDDLE) / "assets.extra" / "report.html"
    report.write_text("<style>p{color:red}</style><p>the report</p>")
    return tmp_path


def made(out, *, allowed: bool) -> TestClient:
    versions = Versions(
        lambda: list_versions(out),
        (lambda number: rollback(out, number)) if allowed else None,
        (lambda number: delete(out, number)) if allowed else None,
    )
    models = Models(lambda: None, waiting=lambda: "None.", remedy="")
    console = Console(
        out=out,
        shop=Shop(out),
        photos=None,
        models=models,
        metrics=no_metrics(),
        versions=versions,
        sample=CustomerSample(models),
    )
    return TestClient(create_app(console), base_url="http://localhost")


def token(client: TestClient, action: str, version: int) -> str:
    page = client.get("/versions/change", params={"action": action, "version": version}).text
    return page.split('name="token" value="')[1].split('"')[0]


def numbers(out):
    return [version.number for version in list_versions(out)]


def test_versions_are_shown_newest_first_with_intervals(out):
    page = made(out, allowed=False).get("/versions").text
    assert page.index(">8 ") < page.index(">5<") < page.index(">3<")
    assert "+0.3000" in page
    assert "(+0.1000 to +0.4000)" in page
    assert "--allow-changes" in page
    assert PageLinks(page).values("/versions/change", "version") == set()


def test_intervals_are_drawn_on_one_scale_with_zero(out):
    newest, middle, oldest = (row.drawn for row in interval_rows(list_versions(out)[::-1]))
    assert middle.low == 8
    assert newest.high == WIDTH - 8
    assert newest.zero == middle.zero == oldest.zero == middle.high == 8 + (WIDTH - 16) / 3
    assert middle.low < middle.mean < middle.high < oldest.low < oldest.mean < oldest.high < newest.high


def test_only_fields_that_differ_are_listed(out):
    fields = {field.name: field.values for field in differing_fields(list_versions(out))}
    assert fields == {"as_of": ("2020-09-03", "2020-09-05", "2020-09-08"), "index": ("<b>", "scann", "scann")}
    assert "<td><b></td>" not in made(out, allowed=False).get("/versions").text


def test_a_report_is_shown_in_a_sandbox_of_its_own(out):
    client = made(out, allowed=False)
    assert PageLinks(client.get("/versions").text).values("/report", "version") == {str(MIDDLE)}
    answer = client.get(f"/report?version={MIDDLE}")
    assert "the report" in answer.text
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "script" not in answer.headers["Content-Security-Policy"]
    assert client.get(f"/report?version={OLD}").status_code == 404
    assert client.get("/report?version=999").status_code == 404
    assert client.get("/report").status_code == 404


def test_changes_need_to_be_allowed(out):
    client = made(out, allowed=False)
    assert client.get(f"/versions/change?action=delete&version={OLD}").status_code == 403
    form = {"action": "delete", "version": OLD, "token": client.app.state.console.versions.token.text}
    assert client.post("/versions/change", data=form).status_code == 403
    assert numbers(out) == [OLD, MIDDLE, NEW]


@pytest.mark.parametrize("wrong", ["", "guess", "ä"])
def test_a_form_without_the_token_is_refused(out, wrong):
    client = made(out, allowed=True)
    form = {"action": "delete", "version": OLD, "token": wrong}
    assert client.post("/versions/change", data=form).status_code == 403
    assert numbers(out) == [OLD, MIDDLE, NEW]
    assert not (out / "console_changes.jsonl").exists()


def test_a_version_is_served_again_after_a_confirmation(out):
    client = made(out, allowed=True)
    assert PageLinks(client.get("/versions").text).values("/versions/change", "version") == {str(OLD), str(MIDDLE)}
    form = {"action": "rollback", "version": OLD, "token": token(client, "rollback", OLD)}
    answer = client.post("/versions/change", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/versions")
    served = list_versions(out)[-1]
    assert (served.number, served.figures["copy_of"]) == (NEW + 1, OLD)


def test_changes_are_recorded(out):
    client = made(out, allowed=True)
    for version in (OLD, MIDDLE):
        form = {"action": "delete", "version": version, "token": token(client, "delete", version)}
        assert client.post("/versions/change", data=form).status_code == 200
    assert numbers(out) == [NEW]
    lines = [json.loads(line) for line in (out / "console_changes.jsonl").read_text().splitlines()]
    recorded = [(line["action"], line["version"], line["result"], line["client"]) for line in lines]
    assert recorded == [("delete", OLD, "done", "testclient"), ("delete", MIDDLE, "done", "testclient")]


@pytest.mark.parametrize(("version", "status"), [(NEW, 409), (4, 404), (10**11, 404)])
def test_the_served_and_unknown_versions_are_not_changed(out, version, status):
    client = made(out, allowed=True)
    assert client.get(f"/versions/change?action=delete&version={version}").status_code == status
    form = {"action": "delete", "version": version, "token": token(client, "delete", OLD)}
    assert client.post("/versions/change", data=form).status_code == status
    assert client.post("/versions/change", data={**form, "version": "x"}).status_code == 400
    assert client.post("/versions/change", data={**form, "action": "format"}).status_code == 400
    assert numbers(out) == [OLD, MIDDLE, NEW]


def write_settings(out, number: int, **ranking) -> None:
    folder = out / "serving" / "lookbook" / str(number) / "assets.extra"
    (folder / "run.json").write_text(json.dumps({"kind": "run", "settings": {"seed": 0, "ranking": ranking}}))


def test_settings_of_two_versions_are_compared(out):
    write_settings(out, NEW, epochs=5, units=[1, 2])
    write_settings(out, OLD, epochs=3, units=[1, 2], name=SCRIPT)
    client = made(out, allowed=False)
    page = client.get(f"/versions?first={NEW}&second={OLD}").text
    assert "<code>ranking.epochs</code></th><td>5</td><td>3</td>" in page
    assert "ranking.units" not in page
    assert SCRIPT not in page
    assert f"Version {MIDDLE} does not record its settings." in client.get("/versions").text
    assert "All settings are equal." in client.get(f"/versions?first={NEW}&second={NEW}").text
    assert client.get("/versions?first=999").status_code == 404


def test_the_chart_of_the_versions_has_each_figure_and_needs_two_versions(out):
    versions = list_versions(out)[::-1]
    chart = history_chart(versions)
    assert chart.description == "3 versions, from 0.6000 to 0.8000."
    assert "style=" not in chart.svg + chart.phone_svg
    assert history_chart(versions[:1]) is None
    assert "MAP@12 of the versions" in made(out, allowed=False).get("/versions").text
