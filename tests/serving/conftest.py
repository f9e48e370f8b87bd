"""A small model with the signatures of a real one, and servers that share one worker host."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from serving.server.config import ModelConfig, ServerConfig, VersionPolicy
from serving.server.model_server import ModelServer
from serving.server.worker_client import WorkerHost
from tests.serving.stock_client import StockClient

READY_S = 600
ARTICLES = [f"{i:010d}" for i in range(108775001, 108775101)]


class Shop:
    """A base path; versions are pushed by rename, as the pipeline does it."""

    def __init__(self, base: Path, exported: Path) -> None:
        self.base, self.exported = base, exported
        base.mkdir(parents=True, exist_ok=True)

    def push(self, number: int, edit: Callable[[Path], object] = lambda _: None) -> Path:
        staging = self.base / f".tmp-{number}"
        shutil.copytree(self.exported, staging)
        edit(staging)
        target = self.base / str(number)
        staging.rename(target)
        return target

    def remove(self, number: int) -> None:
        removed = self.base / f".gone-{number}"
        (self.base / str(number)).rename(removed)
        shutil.rmtree(removed)


@pytest.fixture(scope="session")
def exported(tmp_path_factory) -> Path:
    """The SavedModel, exported once."""
    path = tmp_path_factory.mktemp("exported") / "model"
    _export(path)
    return path


@pytest.fixture(scope="session")
def worker_host() -> Iterator[WorkerHost]:
    host = WorkerHost()
    host.start()
    yield host
    host.stop()


@pytest.fixture(scope="module")
def served(tmp_path_factory, exported, worker_host):
    """One server with versions 7 and 8 for the tests of a module, which must not change it."""
    shop = Shop(tmp_path_factory.mktemp("served") / "shop", exported)
    shop.push(7)
    shop.push(8)
    model = ModelConfig(name="lookbook", base_path=str(shop.base), policy=VersionPolicy(latest=2), labels={"stable": 7})
    config = ServerConfig(models=(model,), port=0, poll_interval_s=0.02, metrics_port=0, max_batch=100)
    with ModelServer(config, worker_host) as server:
        stock = StockClient(server.port)
        end_s = time.monotonic() + READY_S
        while [state for state, *_ in stock.states().values()] != ["AVAILABLE"] * 2:
            assert time.monotonic() < end_s, server.failures()
            time.sleep(0.01)
        yield SimpleNamespace(server=server, stock=stock, port=server.port, shop=shop)
        stock.channel.close()
        server.stop(grace_s=1)


@pytest.fixture
def shop(tmp_path, exported) -> Shop:
    return Shop(tmp_path / "shop", exported)


@pytest.fixture
def serve(worker_host):
    """Starts servers of one model; they are stopped after the test."""
    started = []

    def start(shop: Shop, *, wait: bool = True, policy: VersionPolicy | None = None, **settings):
        model = ModelConfig(name="lookbook", base_path=str(shop.base), policy=policy or VersionPolicy())
        config = ServerConfig(models=(model,), **{"port": 0, "poll_interval_s": 0.02, **settings})
        server = ModelServer(config, worker_host).start()
        stock = StockClient(server.port)
        started.append((server, stock))
        if wait:
            assert server.wait_ready(READY_S), server.failures()
        return SimpleNamespace(server=server, stock=stock, port=server.port)

    yield start
    for server, stock in started:
        stock.channel.close()
        server.stop(grace_s=1)


@pytest.fixture
def serve_first(shop, serve):
    """Pushes version 1 and starts a server of it, with the settings of `serve`."""

    def start(**settings):
        shop.push(1)
        return serve(shop, **settings)

    return start


@pytest.fixture(scope="session")
def eventually():
    """Polls until a condition holds."""

    def wait(condition: Callable[[], object], event: str, timeout_s: float = 60) -> None:
        end_s = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < end_s, f"not within {timeout_s} s: {event}"
            time.sleep(0.01)

    return wait


@pytest.fixture(scope="session")
def articles() -> list[str]:
    """The catalogue, best first; the model recommends it to all customers."""
    return list(ARTICLES)


def _export(path: Path) -> None:
    """Exports a model that recommends the catalogue in order, hidden articles last; scores fall by 1."""
    import tensorflow as tf

    text, number = tf.string, tf.int32

    class Recommender(tf.Module):
        def __init__(self):
            self.catalogue = tf.Variable(ARTICLES, trainable=False, dtype=text)
            self.weights = tf.Variable([[1.0, 2.0, 3.0, 4.0]])

        def _answer(self, customer_id, hidden, k):
            seen = tf.reduce_any(self.catalogue[None, None, :] == hidden[:, :, None], axis=1)
            scores = tf.where(seen, -1000.0, 0.0) - tf.range(100.0)[None]
            scores, at = tf.math.top_k(tf.broadcast_to(scores, [tf.size(customer_id), 100]), k)
            ids = tf.gather(self.catalogue, at)
            known = tf.strings.regex_full_match(customer_id, "c[0-9]+")
            channels = tf.where(known[:, None], tf.fill(tf.shape(ids), "towers,popular"), "popular")
            return {"article_ids": ids, "scores": scores, "channels": channels}

        @tf.function(input_signature=[tf.TensorSpec([None], text)])
        def default(self, customer_id):
            return self._answer(customer_id, tf.fill([tf.size(customer_id), 1], ""), 12)

        @tf.function(
            input_signature=[
                tf.TensorSpec([None], text),
                tf.TensorSpec([None, None], text),
                tf.TensorSpec([None, None], text),
                tf.TensorSpec([None, None], text),
                tf.TensorSpec([None, None], text),
                tf.TensorSpec([None], tf.float32),
                tf.TensorSpec([None], text),
                tf.TensorSpec([], number),
            ]
        )
        def recommend(
            self, customer_id, recent_article_ids, exclude_article_ids, allow, deny, age, club_member_status, k
        ):
            """Leaves out the articles of `deny`; `allow` adds 0.25 to the scores for each condition."""
            denied = tf.strings.regex_replace(deny, "^article=", "")
            hidden = tf.concat([recent_article_ids, exclude_article_ids, denied], axis=1)
            answer = self._answer(customer_id, hidden, k)
            years = tf.where(tf.math.is_nan(age), 0.0, age)
            club = tf.where(club_member_status == "ACTIVE", 0.5, 0.0)
            allowed = 0.25 * tf.reduce_sum(tf.cast(allow != "", tf.float32), axis=1)
            answer["scores"] += (years + club + allowed)[:, None]
            return answer

        @tf.function(input_signature=[tf.TensorSpec([None], text), tf.TensorSpec([], number)])
        def similar_articles(self, article_id, k):
            answer = self._answer(article_id, article_id[:, None], k)
            return {"article_ids": answer["article_ids"], "scores": answer["scores"]}

        @tf.function(
            input_signature=[
                tf.TensorSpec([None], text),
                tf.TensorSpec([None], text),
                tf.TensorSpec([None, None], text),
                tf.TensorSpec([], number),
            ]
        )
        def complete_the_look(self, article_id, customer_id, exclude_article_ids, k):
            """Shoes for every article, and nothing else; a customer adds 1000 to the scores."""
            answer = self._answer(article_id, tf.concat([article_id[:, None], exclude_article_ids], 1), k)
            scores = answer["scores"] + tf.where(customer_id == "", 0.0, 1000.0)[:, None]
            padded = [[0, 0], [0, 1], [0, 0]]
            return {
                "groups": tf.pad(tf.fill([tf.size(article_id), 1], "Shoes"), padded[:2], constant_values=""),
                "article_ids": tf.pad(answer["article_ids"][:, None], padded, constant_values=""),
                "scores": tf.pad(scores[:, None], padded),
            }

        @tf.function(input_signature=[tf.TensorSpec([None], text)])
        def describe_articles(self, article_id):
            known = tf.reduce_any(self.catalogue[None] == article_id[:, None], axis=1)
            names = ("prod_name", "product_type_name", "colour_group_name", "detail_desc")
            return {name: tf.where(known, name + " of " + article_id, "") for name in names}

        @tf.function(input_signature=[tf.TensorSpec([None], text)])
        def article_outlook(self, article_id):
            known = tf.reduce_any(self.catalogue[None] == article_id[:, None], axis=1)
            numbers = {"sold_probability": 0.25, "expected_units": 3.0, "lifetime_weeks": 12.5}
            return {name: tf.where(known, number, float("nan")) for name, number in numbers.items()}

        @tf.function(input_signature=[tf.TensorSpec([None], text)])
        def customer_embedding(self, customer_id):
            length = tf.cast(tf.strings.length(customer_id), tf.float32)
            return {"embedding": length[:, None] * self.weights}

        @tf.function(input_signature=[tf.TensorSpec([None], text)])
        def article_embedding(self, article_id):
            return {"embedding": -tf.ones_like(article_id, tf.float32)[:, None] * self.weights}

        @tf.function(input_signature=[tf.TensorSpec([None], text), tf.TensorSpec([], number)])
        def customer_needs(self, customer_id, k):
            names = tf.concat([["Coat", "Vest top"], tf.fill([98], "")], 0)[:k]
            probabilities = tf.concat([[0.75, 0.5], tf.zeros([98])], 0)[:k]
            shape = [tf.size(customer_id), k]
            return {
                "product_types": tf.broadcast_to(names, shape),
                "probabilities": tf.broadcast_to(probabilities, shape),
            }

        @tf.function(input_signature=[tf.TensorSpec([None], text)])
        def baselines(self, customer_id):
            popular = tf.broadcast_to(self.catalogue[:12], [tf.size(customer_id), 12])
            return {"own_purchases": tf.fill(tf.shape(popular), ""), "popular": popular}

        @tf.function(input_signature=[tf.TensorSpec([], number)])
        def spin(self, rounds):
            """Keeps a processor busy, to test deadlines and limits."""
            step = lambda i, x: (i + 1, tf.linalg.matmul(x, x) / 96.0)  # noqa: E731
            _, x = tf.while_loop(lambda i, _: i < rounds, step, (0, tf.ones([96, 96])))
            return {"x": x[0, 0]}

    model = Recommender()
    names = ("recommend", "similar_articles", "describe_articles", "customer_embedding", "article_embedding")
    names = (*names, "complete_the_look", "article_outlook", "customer_needs", "baselines", "spin")
    signatures = {name: getattr(model, name) for name in names}
    tf.saved_model.save(model, str(path), signatures={"serving_default": model.default, **signatures})
