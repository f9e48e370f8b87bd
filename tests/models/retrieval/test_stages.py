"""Training forward in time: finished stages are loaded, interrupted ones continue, and switches work."""

import dataclasses
import shutil
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from models.retrieval import snapshot, stages
from models.retrieval.config import RetrievalConfig
from models.retrieval.model import TwoTowerModel
from models.retrieval.purchases import sort_purchases
from models.retrieval.towers import Towers
from models.retrieval.trainer import checkpoint_key, strategy_over
from models.retrieval.validation import TopKValidation, embed_all_articles, measure
from tests.tiny_shop import purchases as all_purchases
from tests.tiny_training import RETRIEVAL, read_data, train_towers, with_purchases
from transforms.errors import ConfigError


@pytest.fixture(scope="module")
def data(transformed):
    return read_data(transformed)


@pytest.fixture(scope="module")
def one_week(data):
    """Purchases of weeks 0 and 1: one stage."""
    bought = data.purchases
    keep = bought.weeks <= 1
    fewer = sort_purchases(
        *(getattr(bought, name)[keep] for name in ("customer_rows", "article_rows", "days", "weeks"))
    )
    return dataclasses.replace(data, purchases=fewer)


def weights(folder):
    with np.load(folder / "weights.npz") as arrays:
        return [arrays[name] for name in arrays.files]


def test_training_data_equal_the_purchases(data, tiny, transformed):
    again = with_purchases(data, tiny, transformed).purchases
    for name in ("customer_rows", "article_rows", "days", "weeks", "customer_starts", "day_starts"):
        np.testing.assert_array_equal(getattr(data.purchases, name), getattr(again, name))
    assert len(data.purchases.days) == len({purchase[:3] for purchase in all_purchases()})
    assert len(data.articles.article_index) == 31
    np.testing.assert_array_equal(data.articles.article_index, [*range(30), -1])


def test_there_is_a_snapshot_for_every_list_week_and_the_test_week(trained, tiny):
    names = sorted(path.name for path in (trained / "towers").iterdir())
    assert names == [snapshot.snapshot_name(week) for week in range(len(tiny.calendar.list_days) + 1)]
    first, last = weights(trained / "towers" / names[0]), weights(trained / "towers" / names[-1])
    assert any((a != b).any() for a, b in zip(first, last, strict=True))
    assert list((trained / "logs").rglob("events.out.tfevents*"))


def test_a_finished_stage_is_not_trained_again(trained, data, tmp_path, monkeypatch):
    shutil.copytree(trained / "checkpoints", tmp_path / "checkpoints")

    def refuse(*args, **kwargs):
        raise AssertionError("trained again")

    monkeypatch.setattr(TwoTowerModel, "fit", refuse)
    figures = train_towers(data, tmp_path)
    assert list(figures) == ["week-000", "week-001", "week-002"]
    for name in figures:
        for a, b in zip(weights(trained / "towers" / name), weights(tmp_path / "towers" / name), strict=True):
            np.testing.assert_array_equal(a, b)
    shutil.rmtree(tmp_path / "checkpoints" / "week-002")
    with pytest.raises(AssertionError, match="trained again"):
        train_towers(data, tmp_path)


def test_an_interrupted_training_continues_at_its_epoch(one_week, tmp_path, monkeypatch):
    config = RETRIEVAL.replace(epochs=3, patience=5)
    measured = []
    honest = TopKValidation.on_epoch_end

    def killed(self, epoch, logs=None):
        measured.append(epoch)
        if epoch == 1:
            raise KeyboardInterrupt
        honest(self, epoch, logs)

    monkeypatch.setattr(TopKValidation, "on_epoch_end", killed)
    with pytest.raises(KeyboardInterrupt):
        train_towers(one_week, tmp_path, config)
    assert measured == [0, 1]
    assert not (tmp_path / "checkpoints" / "week-000").exists()

    def noted(self, epoch, logs=None):
        measured.append(epoch)
        honest(self, epoch, logs)

    monkeypatch.setattr(TopKValidation, "on_epoch_end", noted)
    train_towers(one_week, tmp_path, config)
    assert measured == [0, 1, 1, 2]
    assert (tmp_path / "towers" / "week-000" / "weights.npz").exists()


def test_each_epoch_has_pass_examples_in_another_order(one_week, tmp_path, monkeypatch):
    seen = []

    def noted(self, batches, *, epochs, **others):
        seen.append([np.concatenate([batch["customer_rows"].numpy() for batch in batches]) for _ in range(epochs)])

    monkeypatch.setattr(TwoTowerModel, "fit", noted)
    config = RETRIEVAL.replace(epochs=3, batch_size=8, pass_examples=30, week_epochs=1)
    train_towers(one_week, tmp_path, config)
    old, fresh = seen
    assert [len(rows) for rows in old] == [24, 24, 24]  # whole batches
    assert len({tuple(rows) for rows in old}) == 3
    assert [len(rows) for rows in fresh] == [24]


@pytest.mark.parametrize(("switch", "policy"), [("mixed_precision", "mixed_bfloat16"), ("xla", "float32")])
def test_a_switch_builds_and_trains(one_week, tmp_path, monkeypatch, switch, policy):
    built = []

    def noted(config, sizes, dtype_policy):
        built.append(dtype_policy)
        return Towers(config, sizes, dtype_policy)

    monkeypatch.setattr(stages, "Towers", noted)
    figures = train_towers(one_week, tmp_path, RETRIEVAL.replace(**{switch: True}, week_epochs=0))
    assert built == [policy]
    assert all(array.dtype == np.float32 for array in weights(tmp_path / "towers" / "week-000"))
    assert all(np.isfinite(array).all() for array in weights(tmp_path / "towers" / "week-000"))
    assert figures["week-000"]["val_recall_at_12"] > 0


def test_towers_compute_in_their_policy_and_embed_in_float32(data):
    towers = Towers(RETRIEVAL, data.sizes, "mixed_bfloat16")
    towers.build_all()
    kinds = {layer.compute_dtype for layer in towers.submodules if isinstance(layer, tf.keras.layers.Dense)}
    assert kinds == {"bfloat16"}
    assert embed_all_articles(towers, data.articles).dtype == np.float32
    plain = Towers(RETRIEVAL, data.sizes)
    plain.build_all()
    np.testing.assert_allclose(
        embed_all_articles(towers, data.articles), embed_all_articles(plain, data.articles), atol=0.05
    )


@pytest.mark.proof  # TensorFlow is imported once more, with two devices
def test_weights_mirrored_over_two_devices_stay_equal_and_finite(transformed, tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", MIRRORED, str(transformed), str(tmp_path)], capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert "replicas 2 weights together and finite, changed by training" in run.stdout


MIRRORED = """
import dataclasses, pathlib, sys, types
from lookbook.environment import prepare_tensorflow
prepare_tensorflow()
import numpy as np
import tensorflow as tf

tests = types.ModuleType("tests")
tests.__path__ = ["tests"]
sys.modules["tests"] = tests
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from models.retrieval import stages
from models.retrieval.trainer import strategy_over
from tests.tiny_training import RETRIEVAL, read_data
from models.retrieval.purchases import sort_purchases

transformed, to = map(pathlib.Path, sys.argv[1:])
data = read_data(transformed)
bought = data.purchases
keep = bought.weeks <= 1
columns = (getattr(bought, name)[keep] for name in ("customer_rows", "article_rows", "days", "weeks"))
data = dataclasses.replace(data, purchases=sort_purchases(*columns))
strategy = strategy_over([device.name for device in tf.config.list_logical_devices("CPU")])
assert isinstance(strategy, tf.distribute.MirroredStrategy)
kept = []
save = stages.snapshot.save_snapshot
def saved(towers, folder):
    kept.append(towers)
    save(towers, folder)
stages.snapshot.save_snapshot = saved
fresh = stages.Towers(RETRIEVAL, data.sizes)
fresh.build_all()
stages.train_forward(data, RETRIEVAL, label_days=7, strategy=strategy, checkpoints=to / "c", logs=to / "l", to=to / "t")
changed = 0
for variable, before in zip(kept[-1].trainable_variables, fresh.trainable_variables):
    one, two = (copy.numpy() for copy in strategy.experimental_local_results(variable))
    assert np.isfinite(one).all()
    # Each replica sums the gradients of an article in its own order; Adam amplifies the rounding differences.
    np.testing.assert_allclose(one, two, atol=1e-3)
    changed += int((one != before.numpy()).any())
assert changed > 10, changed
print("replicas", strategy.num_replicas_in_sync, "weights together and finite, changed by training")
"""


def test_one_or_no_device_is_not_mirrored():
    assert not isinstance(strategy_over([]), tf.distribute.MirroredStrategy)
    assert not isinstance(strategy_over(["/device:GPU:0"]), tf.distribute.MirroredStrategy)


def test_a_loaded_snapshot_gives_the_same_embeddings(trained, data, tmp_path):
    towers = snapshot.load_snapshot(trained / "towers" / "week-001")
    snapshot.save_snapshot(towers, tmp_path)
    again = snapshot.load_snapshot(tmp_path)
    assert isinstance(again, Towers)
    assert again.config == RETRIEVAL
    np.testing.assert_array_equal(embed_all_articles(towers, data.articles), embed_all_articles(again, data.articles))


def test_recall_is_the_share_of_purchases_among_the_nearest(trained, data):
    model = TwoTowerModel(snapshot.load_snapshot(trained / "towers" / "week-000"))
    bought = data.purchases
    positions = bought.positions(bought.weeks == 1)
    gather = stages.gather_examples(data, RETRIEVAL, positions, tf.distribute.get_strategy())
    figures = measure(model, gather, positions, data.articles)
    query, _ = model.embed(gather(positions))
    products = query.numpy() @ embed_all_articles(model.towers, data.articles)[:-1].T
    own = products[np.arange(len(positions)), bought.article_rows[positions]]
    found = (products > own[:, None] + 1e-7).sum(axis=1) < 12
    assert 0.1 < found.mean() < 0.95
    assert figures["val_recall_at_12"] == pytest.approx(found.mean(), abs=1e-6)


def test_a_week_without_purchases_has_zero_recall(trained, data):
    model = TwoTowerModel(snapshot.load_snapshot(trained / "towers" / "week-000"))
    gather = stages.gather_examples(data, RETRIEVAL, np.arange(3, dtype=np.int32), tf.distribute.get_strategy())
    assert set(measure(model, gather, np.zeros(0, np.int32), data.articles).values()) == {0.0}


def test_the_checkpoint_key_depends_on_the_inputs_of_the_training():
    class Args:
        train_files, transform_graph_path = ["a"], "g"
        custom_config = {"retrieval": {"seed": 1}, "checkpoints": "here"}

    key = checkpoint_key(Args)
    Args.custom_config = {**Args.custom_config, "checkpoints": "elsewhere"}
    assert checkpoint_key(Args) == key
    Args.custom_config = {**Args.custom_config, "retrieval": {"seed": 2}}
    assert checkpoint_key(Args) != key


@pytest.mark.parametrize(("name", "value"), [("embedding_dim", 2), ("batch_size", 1), ("optimizer", "sgd")])
def test_a_setting_out_of_range_is_refused_by_name(name, value):
    with pytest.raises(ConfigError, match=rf"retrieval\.{name} must .* Received: "):
        RetrievalConfig.from_tree({name: value}, "retrieval")


def test_towers_compute_their_formula(data):
    # Initial corrections are 0, so the sum is that of the pooled embeddings.
    towers = Towers(RETRIEVAL.replace(use_customer_id=True), data.sizes)
    towers.build_all()
    table = {weight.name.split("/")[0]: weight.numpy() for weight in towers.weights}
    embedded = embed_all_articles(towers, data.articles)
    np.testing.assert_allclose(embedded, table["article_id_embedding"][data.articles.article_index + 1], atol=1e-6)
    query = towers.embed_customers(
        tf.constant([4]),
        tf.constant(data.customers.categories[4:5]),
        tf.constant([0.0]),
        tf.constant([[2, 5, -1]]),
        tf.constant([[0.0, 60.0, 0.0]]),
    )
    one, two = table["article_id_embedding"][3], table["article_id_embedding"][6]
    pooled = sum(
        (one + 0.5 ** (60 / half_life) * two) / np.sqrt(1 + 0.5 ** (60 / half_life)) for half_life in (14, 60, 365)
    )
    np.testing.assert_allclose(query.numpy()[0], pooled + table["customer_id_embedding"][5], rtol=1e-4)


def test_a_query_tower_without_inputs_is_refused():
    with pytest.raises(ConfigError, match="use_customer_id, use_recent or use_attributes must be true"):
        RetrievalConfig.from_tree({"use_customer_id": False, "use_recent": False, "use_attributes": False})
