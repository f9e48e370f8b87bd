"""An A/B test from end to end: labels, split, log, feedback, verdict, and a canary that stops.

2,000 customers of the synthetic shop are answered by two versions under two labels and buy by the oracle's
probabilities, whatever they were shown. By the clock of the log they are answered nine days ago, so that the days in
which they buy have passed.
"""

import datetime
import json
import time
import types

import numpy as np
import pytest

from lookbook.cli import main
from operations.version_labels import labels_of, set_labels
from serving.client import ClientConfig, Split, SplitClients
from serving.server import request_log
from serving.server.config import ServerConfig
from serving.server.log_config import LogStorage
from serving.server.model_config_file import read_model_config_file
from serving.server.model_server import ModelServer
from synthetic import demand
from synthetic.catalogue import make_catalogue
from synthetic.config import ShopConfig
from synthetic.oracle import Oracle
from synthetic.people import make_people
from synthetic.periods import periods
from synthetic.simulation import simulate

pytestmark = pytest.mark.proof

SALT = "a salt of the test"
SPLIT = Split({"B": 0.5, "A": 0.5}, salt="test")
UNITS = 8  # that each customer buys
BATCH = 50
SINCE = datetime.timedelta(days=9)  # the answers


class World:
    """A small shop in its last week: the customers, what they buy, and two rankings of the articles."""

    def __init__(self):
        config = ShopConfig(customers=2000, articles=300, transactions=20_000, days=56, seed=0)
        rng = np.random.default_rng(0)
        number = len(periods(config))
        catalogue = make_catalogue(config.articles, number, rng, config.habits)
        styles = demand.make_styles(catalogue, rng, config.habits)
        people = make_people(config.customers, number, styles.ages, rng, config.habits)
        for week in simulate(config, catalogue, people, styles, rng):
            last = week
        everybody = np.arange(config.customers)
        self.customers = people.ids.to_pylist()
        self.articles = catalogue.ids.to_pylist()
        oracle = Oracle(last.market)
        popular = np.argsort(-oracle.unit_probability(everybody, last.memory).sum(axis=0))[:12]
        self.popular = np.tile(popular, (config.customers, 1))
        # The better ranking: the customer's four most probable articles, then popular ones.
        best = oracle.rank(everybody, last.memory, k=4)
        self.better = np.stack(
            [np.r_[own, popular[~np.isin(popular, own)]][:12] for own in best],
        )
        buyers, self.bought = last.market.draw(np.repeat(everybody, UNITS), last.memory, rng)
        self.buyers = np.repeat(everybody, UNITS)[buyers]

    def export(self, ranking, folder):
        """Exports a model that answers the customers by a ranking."""
        import tensorflow as tf

        class Ranked(tf.Module):
            def __init__(self, customers, lists):
                self.rows = tf.lookup.StaticHashTable(
                    tf.lookup.KeyValueTensorInitializer(customers, tf.range(len(customers), dtype=tf.int32)), -1
                )
                self.lists = tf.constant(lists)

            @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
            def answer(self, customer_id):
                ids = tf.gather(self.lists, self.rows.lookup(customer_id))
                zeros = tf.zeros(tf.shape(ids))
                return {"article_ids": ids, "scores": zeros, "channels": tf.fill(tf.shape(ids), "ranking")}

        model = Ranked(self.customers, np.array(self.articles)[ranking].tolist())
        tf.saved_model.save(model, str(folder), signatures={"serving_default": model.answer})

    def write_transactions(self, folder):
        """The purchases, one and two days after the answers, and a last day a week after them."""
        answered = (datetime.datetime.now(datetime.timezone.utc) - SINCE).date()
        lines = ["t_dat,customer_id,article_id,price,sales_channel_id"]
        for n, (buyer, article) in enumerate(zip(self.buyers, self.bought, strict=True)):
            day = answered + datetime.timedelta(days=1 + n % 2)
            lines.append(f"{day},{self.customers[buyer]},{self.articles[article]},0.1,1")
        lines.append(f"{answered + datetime.timedelta(days=8)},{self.customers[0]},{self.articles[0]},0.1,1")
        folder.mkdir()
        (folder / "transactions_train.csv").write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def world():
    return World()


@pytest.fixture(scope="module")
def tested(world, tmp_path_factory):
    """Runs the test: version 1 (popular) under A, version 2 (better) under B. Returns the folder of everything."""
    folder = tmp_path_factory.mktemp("ab")
    world.export(world.popular, folder / "versions" / "1")
    world.export(world.better, folder / "versions" / "2")
    world.write_transactions(folder / "shop")
    (folder / "salt").write_text(SALT)
    path = folder / "models.config"
    path.write_text(
        f'model_config_list {{ config {{ name: "lookbook" base_path: "{folder / "versions"}" '
        'model_platform: "tensorflow" model_version_policy { specific { versions: 1 versions: 2 } } '
        'version_labels { key: "A" value: 1 } version_labels { key: "B" value: 2 } '
        f'logging_config {{ log_collector_config {{ filename_prefix: "{folder / "log" / "requests"}" }} '
        "sampling_config { sampling_rate: 1 } } } }"
    )
    config = ServerConfig(
        models=tuple(read_model_config_file(path)),
        model_config_file=path,
        port=0,
        poll_interval_s=0.05,
        log=LogStorage(salt=SALT.encode()),
    )
    with pytest.MonkeyPatch.context() as patch, ModelServer(config) as server:
        patch.setattr(request_log, "time", types.SimpleNamespace(time=lambda: time.time() - SINCE.total_seconds()))
        end_s = time.monotonic() + 300
        while len(server.served_versions()) < 2:
            assert time.monotonic() < end_s, server.failures()
            time.sleep(0.05)
        ask_for_all(world, server)
        server.stop(grace_s=60)
    return folder


def ask_for_all(world, server):
    """Asks for the recommendations of each customer from the version of the customer's label."""
    with SplitClients(f"127.0.0.1:{server.port}", SPLIT, ClientConfig(deadline_s=120, max_attempts=5)) as clients:
        for label in SPLIT.shares:
            own = [customer for customer in world.customers if SPLIT.label(customer) == label]
            wanted = {"A": 1, "B": 2}[label]
            for start in range(0, len(own), BATCH):
                answers = clients.of(own[0]).recommend_default(own[start : start + BATCH])
                assert {answer.model_version for answer in answers} == {wanted}


def feedback(folder, *more):
    return ["feedback", "--log", str(folder / "log"), "--data", str(folder / "shop"), "--salt-file",
            str(folder / "salt"), *more]  # fmt: skip


def test_feedback_names_the_better_version_with_the_hit_rates_of_the_simulation(world, tested, capsys):
    assert main(feedback(tested, "--compare", "A", "B", "--json")) == 0
    found = json.loads(capsys.readouterr().out)
    comparison = found["comparison"]
    assert comparison["verdict"] == "B is better than A, however often you look"
    assert comparison["customers_in_both"] == 0
    bought = set(zip(world.buyers.tolist(), world.bought.tolist(), strict=True))
    for label, side, ranking in (("A", "a", world.popular), ("B", "b", world.better)):
        own = [n for n, customer in enumerate(world.customers) if SPLIT.label(customer) == label]
        hits = sum((n, article) in bought for n in own for article in ranking[n].tolist())
        assert (comparison[side]["customers"], comparison[side]["shown"]) == (len(own), 12 * len(own))
        assert comparison[side]["bought"] == hits
        assert comparison[side]["low"] < comparison[side]["rate"] < comparison[side]["high"]


def test_the_better_version_as_a_canary_stays_and_the_worse_one_is_stopped(tested, capsys):
    path = tested / "models.config"
    assert main(feedback(tested, "--compare", "A", "B", "--stop", str(path), "--json")) == 0
    assert "B stays at version 2: it is not certainly worse than A" in capsys.readouterr().err
    assert main(feedback(tested, "--compare", "B", "A", "--stop", str(path), "--json")) == 0
    assert "stopped: A moves from version 1 back to version 2 of B" in capsys.readouterr().err
    assert labels_of(path) == {"A": 2, "B": 2}
    set_labels(path, {"A": 1})
