"""`lookbook query`, `lookbook similar` and `lookbook outlook` against `lookbook serve`."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from lookbook.cli import main
from serving.client import RecommenderClient
from serving.client.reason_texts import ENGLISH
from serving.errors import ModelNotFoundError
from serving.server.config import ServerConfig
from serving.server.model_server import ModelServer
from serving.server.worker_client import WorkerHost
from tests.serving.fake_server import fake_server

START_TIMEOUT_S = 120


@pytest.fixture(scope="module")
def port(out):
    process = subprocess.Popen(
        [sys.executable, "-m", "lookbook", "serve", "--out", str(out), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    watchdog = threading.Timer(START_TIMEOUT_S, process.kill)
    watchdog.start()
    line = process.stdout.readline()
    watchdog.cancel()
    found = re.fullmatch(r"serving lookbook on 127\.0\.0\.1:(\d+)\n", line)
    assert found, line
    yield found[1]
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=START_TIMEOUT_S) == 0
    process.stdout.close()


@pytest.fixture
def wide_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")


def rows(text):
    """The cells of the rows of a table."""
    lines = [re.split(r"\s*[│┃]\s*", line)[1:-1] for line in text.splitlines()]
    return [cells for cells in lines if cells]


def test_query_shows_names_and_reasons(port, capsys, wide_terminal):
    assert main(["query", "c5", "--port", port, "--k", "2"]) == 0
    text = capsys.readouterr().out
    together, popular = "bought together with Name a01, just viewed, by 4 customers", "popular now, place 2"
    assert rows(text) == [
        ["", "article", "name", "type", "colour", "score", "why"],
        ["1", "a05", "Name a05", "T-shirt", "Black", "1.0000", together],
        ["", "", "", "", "", "", popular],
        ["2", "a06", "Name a06", "T-shirt", "Black", "0.5000", together],
        ["", "", "", "", "", "", popular],
    ]
    assert "version 7 of the model" in text


def test_query_writes_reasons_in_the_texts_of_a_file(port, capsys, wide_terminal, tmp_path):
    texts = tmp_path / "de.json"
    german = {**json.loads(ENGLISH.read_text(encoding="utf-8")), "popular_now": "gerade beliebt, Platz {rank}"}
    texts.write_text(json.dumps(german), encoding="utf-8")
    assert main(["query", "c5", "--port", port, "--k", "1", "--reasons", str(texts)]) == 0
    assert rows(capsys.readouterr().out)[2][-1] == "gerade beliebt, Platz 2"


def test_query_refuses_texts_with_unknown_placeholders(port, capsys, tmp_path):
    texts = tmp_path / "wrong.json"
    wrong = {**json.loads(ENGLISH.read_text(encoding="utf-8")), "popular_now": "beliebt, Platz {platz}"}
    texts.write_text(json.dumps(wrong), encoding="utf-8")
    assert main(["query", "c5", "--port", port, "--reasons", str(texts)]) == 1
    error = capsys.readouterr().err
    assert f"--reasons: {texts}: popular_now must have no other placeholder than: {{rank}}" in error


def test_query_without_k_shows_twelve(port, capsys):
    assert main(["query", "c0", "--port", port]) == 0
    ranks = [cells[0] for cells in rows(capsys.readouterr().out)[1:] if cells[0]]
    assert ranks == [str(rank) for rank in range(1, 13)]


def test_brackets_in_a_name_are_not_markup(port, capsys):
    assert main(["query", "c0", "--port", port, "--k", "1"]) == 0
    assert rows(capsys.readouterr().out)[1][2] == "[bold] Tee"


def test_query_uses_recent_articles(port, capsys):
    assert main(["query", "stranger", "--port", port, "--recent", "a07,a01", "--k", "1"]) == 0
    assert rows(capsys.readouterr().out)[1][1] == "a07"


def test_similar_shows_neighbours_without_channels(port, capsys):
    assert main(["similar", "a07", "--port", port, "--k", "2"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("like a07: Name a07, T-shirt, Black\n")
    assert [row[1] for row in rows(text)] == ["article", "a08", "a09"]
    assert "why" not in text


def test_complete_shows_the_articles_of_each_group_for_a_customer(port, capsys):
    assert main(["complete", "a07", "--port", port, "--customer", "c5", "--k", "2"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("with a07: Name a07, T-shirt, Black\n\nShoes\n")
    assert [row[1] for row in rows(text)] == ["article", "a06", "a07"]


def test_complete_says_that_nothing_goes_with_an_article(port, capsys):
    assert main(["complete", "a00", "--port", port]) == 0
    assert "nothing: the shop has sold one group of articles only" in capsys.readouterr().out


def test_outlook_shows_the_forecasts_of_articles(port, capsys):
    assert main(["outlook", "a07", "a01", "--port", port]) == 0
    (_, *found) = rows(capsys.readouterr().out)
    assert found == [[i, f"Name {i}", "25%", "3.0", "12.5"] for i in ("a07", "a01")]


def test_outlook_says_that_sales_of_few_weeks_have_no_forecast(port, capsys):
    assert main(["outlook", "a01", "a00", "--port", port]) == 1
    assert "the sales must span at least four weeks to be forecast" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["similar", "nonesuch"], ["complete", "nonesuch"], ["outlook", "a07", "nonesuch"]])
def test_an_article_that_is_not_in_the_catalogue_is_refused(port, capsys, command):
    assert main([*command, "--port", port]) == 1
    assert "article_id must be in the catalogue. Received: 'nonesuch'" in capsys.readouterr().err


def test_unknown_articles_of_recent_are_reported(port, capsys):
    assert main(["query", "stranger", "--port", port, "--recent", ' a07 , "nonesuch",a07', "--k", "1"]) == 0
    printed = capsys.readouterr()
    assert rows(printed.out)[1][1] == "a07"
    assert printed.err == "1 of 2 --recent article ids are known to the model; ignored: 'nonesuch'\n"


def test_query_fails_if_no_article_of_recent_is_known(port, capsys):
    assert main(["query", "stranger", "--port", port, "--recent", "x,y,z,u"]) == 1
    printed = capsys.readouterr()
    assert "at least one --recent article id must be known to the model. Received: 'x', 'y', 'z', ..." in printed.err
    assert printed.out == ""


@pytest.mark.parametrize(
    "command", [["query", "c1", "--recent", "108775015"], ["similar", "108775015"]], ids=["query", "similar"]
)
def test_lost_leading_zeros_are_hinted_at(numbered, capsys, command):
    assert main([*command, "--port", str(numbered)]) == 1
    printed = capsys.readouterr().err
    assert (
        "'108775015'; 1 would be known with leading zeros, as 0108775015: keep ids as text, not as numbers" in printed
    )


@pytest.fixture
def numbered():
    """The port of a server with one article, 0108775015, which has a name but no similar articles."""
    known = b"0108775015"

    def predict(request, _context):
        ids = request.inputs["article_id"].string_val
        if request.model_spec.signature_name == "describe_articles":
            texts = np.array([b"Strap top" if i == known else b"" for i in ids], object)
            names = ("prod_name", "product_type_name", "colour_group_name", "detail_desc")
            return dict.fromkeys(names, texts)
        shape = (len(ids), 1)
        return {"article_ids": np.full(shape, b"", object), "scores": np.zeros(shape, np.float32)}

    with fake_server(predict) as port:
        yield port


class SlowHost(WorkerHost):
    """Loads no version before `may_load` is set."""

    def __init__(self):
        super().__init__()
        self.may_load = threading.Event()

    def load(self, *args, **kwargs):
        self.may_load.wait(START_TIMEOUT_S)
        return super().load(*args, **kwargs)


def test_a_loading_server_is_reported(out, capsys):
    host = SlowHost()
    config = ServerConfig(base_paths={"lookbook": out / "serving" / "lookbook"}, port=0, poll_interval_s=0.02)
    with ModelServer(config, host) as server:
        target = f"127.0.0.1:{server.port}"
        end_s = time.monotonic() + START_TIMEOUT_S
        with RecommenderClient(target) as client:
            while not states(client):
                assert time.monotonic() < end_s
                time.sleep(0.01)
        for command in (["query", "c5"], ["similar", "a07"]):
            assert main([*command, "--port", str(server.port)]) == 1
            printed = capsys.readouterr().err
            assert f"the model server at localhost:{server.port} is loading version 7; try again in a moment" in printed
        host.may_load.set()
    host.stop()


def states(client):
    try:
        return client.model_status()
    except ModelNotFoundError:
        return []


def test_a_port_in_use_is_reported_and_exits_1(out, port):
    done = subprocess.run(
        [sys.executable, "-m", "lookbook", "serve", "--out", str(out), "--port", port], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "port must be free" in done.stderr
    assert "Traceback" not in done.stderr


def test_query_sends_conditions(port, capsys, wide_terminal):
    conditions = ["--allow", "product_group_name=Shoes", "--deny", "colour_group_name=Red"]
    assert main(["query", "c5", "--port", port, "--k", "1", *conditions]) == 0
    # As the reason of an unknown code, whose underscores are blanks.
    assert rows(capsys.readouterr().out)[3][-1] == "product group name=Shoes colour group name=Red"


def test_a_photo_has_no_conditions(capsys):
    assert main(["similar", "--photo", "photo.jpg", "--deny", "colour_group_name=Red"]) == 2
    assert "--allow and --deny need ARTICLE_ID" in capsys.readouterr().err
