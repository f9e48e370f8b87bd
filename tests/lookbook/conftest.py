"""A small pushed model with known answers and the signatures of the pipeline's models.

It has articles a00 to a19 and customers c0 to c9. Customer c5 gets a05, a06, ... a16, and bought a05 before. The
popular articles are a00 to a11. Unknown customers get the answer of c0. Customers who have just viewed a07 get a07,
a08, ... . Articles similar to a07 are a08, a09, ... . The embedding of a07 is [7, 0.7, 1], that
of c5 is [5, -5, 0].
"""

import json
import pathlib
import sys
import types

import pytest

ARTICLES = [f"a{number:02}" for number in range(20)]
CUSTOMERS = [f"c{number}" for number in range(10)]
VERSION = 7


@pytest.fixture
def replace_run(monkeypatch):
    """Replaces the function of `pipeline.run`, whose module imports TensorFlow."""

    def replace(run):
        module = types.ModuleType("pipeline.run")
        module.__dict__["run"] = run
        monkeypatch.setitem(sys.modules, module.__name__, module)

    return replace


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder of `lookbook run --out` with the files that the commands on a model read."""
    out = tmp_path_factory.mktemp("out")
    version = out / "serving" / "lookbook" / str(VERSION)
    _save_model(version)
    extra = version / "assets.extra"
    extra.mkdir()
    (extra / "customer_ids.txt").write_text("\n".join(CUSTOMERS) + "\n")
    (version / "assets" / "article_ids.txt").write_text("\n".join(ARTICLES) + "\n")
    (extra / "lookbook.json").write_text(json.dumps({"cut_day": "2020-09-22", "metrics": {"map_at_12": 0.25}}))
    return out


def _save_model(to: pathlib.Path) -> None:
    import tensorflow as tf

    module = tf.Module()
    articles = tf.constant(ARTICLES)
    names = tf.constant(["[bold] Tee", *(f"Name {article}" for article in ARTICLES[1:])])

    def index(ids, unknown):
        keys = tf.constant(ids)
        initializer = tf.lookup.KeyValueTensorInitializer(keys, tf.range(len(ids)))
        return tf.lookup.StaticHashTable(initializer, unknown)

    module.customers, module.articles = index(CUSTOMERS, 0), index(ARTICLES, -1)
    strings, many = tf.TensorSpec([None], tf.string), tf.TensorSpec([None, None], tf.string)
    count = tf.TensorSpec([], tf.int32)

    def answer(start, k, channel, reason=""):
        ids = tf.gather(articles, (start[:, None] + tf.range(k)) % len(ARTICLES))
        scores = tf.broadcast_to(1.0 / (tf.cast(tf.range(k), tf.float32) + 1.0), tf.shape(ids))
        wide = [tf.shape(ids)[0], k, 1]
        reasons = {
            "reason_codes": tf.tile([[["together_with_viewed", "popular_now", reason]]], wide),
            "reason_subjects": tf.tile([[["a01", "", ""]]], wide),
            "reason_counts": tf.tile([[[4, 2, 0]]], wide),
            "reason_days": tf.tile([[[0, 0, 0]]], wide),
        }
        return {"article_ids": ids, "scores": scores, "channels": tf.fill(tf.shape(ids), channel), **reasons}

    @tf.function(input_signature=[strings])
    def serving_default(customer_id):
        return answer(module.customers.lookup(customer_id), 12, "towers,popular")

    @tf.function(input_signature=[strings, many, many, many, many, tf.TensorSpec([None], tf.float32), strings, count])
    def recommend(customer_id, recent_article_ids, exclude_article_ids, allow, deny, age, club_member_status, k):
        """The conditions that are given stand in the last reason."""
        blank = tf.fill([tf.shape(customer_id)[0], 1], "")
        viewed = module.articles.lookup(tf.concat([recent_article_ids, blank], axis=1)[:, 0])
        known = module.customers.lookup(customer_id)
        given = tf.strings.strip(tf.strings.reduce_join(tf.concat([allow, deny], 1), separator=" "))
        return answer(tf.where(viewed >= 0, viewed, known), k, "recent", given)

    @tf.function(input_signature=[strings, many, count])
    def similar_articles(article_id, exclude_article_ids, k):
        index = module.articles.lookup(article_id)
        answered = answer(index + 1, k, "")
        ids = tf.where((index >= 0)[:, None], answered["article_ids"], "")
        return {"article_ids": ids, "scores": answered["scores"]}

    @tf.function(input_signature=[strings, strings, many, count])
    def complete_the_look(article_id, customer_id, exclude_article_ids, k):
        """Shoes: the articles that follow the first article of the customer; none for the article a00."""
        index = module.articles.lookup(article_id)
        answered = answer(module.customers.lookup(customer_id) + 1, k, "")
        known = (index > 0)[:, None]
        ids = tf.where(known, answered["article_ids"], "")
        return {
            "groups": tf.where(known, "Shoes", ""),
            "article_ids": ids[:, None],
            "scores": answered["scores"][:, None],
        }

    @tf.function(input_signature=[strings])
    def describe_articles(article_id):
        index = module.articles.lookup(article_id)
        blank = tf.fill(tf.shape(article_id), "")
        return {
            "prod_name": tf.where(index >= 0, tf.gather(names, tf.maximum(index, 0)), blank),
            "product_type_name": tf.where(index >= 0, "T-shirt", blank),
            "colour_group_name": tf.where(index >= 0, "Black", blank),
            "detail_desc": blank,
        }

    @tf.function(input_signature=[strings])
    def article_outlook(article_id):  # none of the first article, as of all in a shop of few weeks
        index = module.articles.lookup(article_id)
        numbers = {"sold_probability": 0.25, "expected_units": 3.04, "lifetime_weeks": 12.5}
        return {name: tf.where(index > 0, number, float("nan")) for name, number in numbers.items()}

    @tf.function(input_signature=[strings])
    def article_embedding(article_id):
        index = tf.cast(module.articles.lookup(article_id), tf.float32)
        return {"embedding": tf.stack([index, index * 0.1, tf.ones_like(index)], axis=1)}

    @tf.function(input_signature=[strings])
    def customer_embedding(customer_id):
        index = tf.cast(module.customers.lookup(customer_id), tf.float32)
        return {"embedding": tf.stack([index, -index, tf.zeros_like(index)], axis=1)}

    @tf.function(input_signature=[strings])
    def baselines(customer_id):
        own = tf.gather(articles, module.customers.lookup(customer_id))[:, None]
        popular = tf.broadcast_to(articles[:12], [tf.shape(own)[0], 12])
        return {"own_purchases": tf.pad(own, [[0, 0], [0, 11]], constant_values=""), "popular": popular}

    signatures = {
        "serving_default": serving_default,
        "recommend": recommend,
        "similar_articles": similar_articles,
        "complete_the_look": complete_the_look,
        "describe_articles": describe_articles,
        "article_outlook": article_outlook,
        "article_embedding": article_embedding,
        "customer_embedding": customer_embedding,
        "baselines": baselines,
    }
    tf.saved_model.save(module, str(to), signatures=signatures)
