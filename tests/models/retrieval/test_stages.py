"""Training forward in time: finished stages are loaded, interrupted ones continue, and switches work."""

import dataclasses
import shutil

import numpy as np
import pytest
import tensorflow as tf

from models.retrieval import snapshot, stages
from models.retrieval.config import RetrievalConfig
from models.retrieval.model import TwoTowerModel
from models.retrieval.purchases import sort_purchases
from models.retrieval.resuming import Position, TrainingState
from models.retrieval.towers import Towers
from models.retrieval.trainer import checkpoint_key
from models.retrieval.validation import TopKValidation, embed_all_articles, measure
from tests.tiny_shop import purchases as all_purchases
from tests.tiny_training import RETRIEVAL, train_towers, with_purchases
from transforms.errors import ConfigError


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


def test_a_training_killed_in_an_epoch_and_between_weeks_has_the_result_of_an_uninterrupted_one(
    data, tmp_path, monkeypatch
):
    bought = data.purchases
    keep = bought.weeks <= 2
    columns = (getattr(bought, name)[keep] for name in ("customer_rows", "article_rows", "days", "weeks"))
    two_stages = dataclasses.replace(data, purchases=sort_purchases(*columns))
    config = RETRIEVAL.replace(epochs=3, patience=5, id_dropout=0.2)
    measured, saved = [], []
    honest, save = TopKValidation.on_epoch_end, TrainingState.save

    def noted(self, epoch, logs=None):
        measured.append(epoch)
        if len(measured) == 2:
            raise KeyboardInterrupt
        honest(self, epoch, logs)

    def noted_save(self, position, memory=None):
        saved.append(position)
        if position == Position(1, 1) and saved.count(position) == 1:
            raise KeyboardInterrupt
        save(self, position, memory)

    with monkeypatch.context() as patched:
        patched.setattr(TopKValidation, "on_epoch_end", noted)
        patched.setattr(TrainingState, "save", noted_save)
        with pytest.raises(KeyboardInterrupt):
            train_towers(two_stages, tmp_path, config)
        assert not (tmp_path / "checkpoints" / "week-000").exists()
        with pytest.raises(KeyboardInterrupt):
            train_towers(two_stages, tmp_path, config)
        assert (tmp_path / "checkpoints" / "week-000").exists()
        assert measured == [0, 1, 1, 2]
        train_towers(two_stages, tmp_path, config)
    assert measured == [0, 1, 1, 2]
    assert not (tmp_path / "checkpoints" / "state").exists()
    train_towers(two_stages, tmp_path / "whole", config)
    for week in ("week-000", "week-001"):
        again, whole = (weights(root / "towers" / week) for root in (tmp_path, tmp_path / "whole"))
        for a, b in zip(again, whole, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)


def test_each_epoch_has_pass_examples_in_another_order(one_week, tmp_path, monkeypatch):
    seen = []

    def noted(self, batches, *, epochs, steps_per_epoch, **others):
        rows = [batch["customer_rows"].numpy() for batch in batches.take(epochs * steps_per_epoch)]
        seen.append([np.concatenate(rows[at : at + steps_per_epoch]) for at in range(0, len(rows), steps_per_epoch)])

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


@pytest.mark.parametrize(("share", "changes"), [(0.0, False), (0.5, True)])
def test_dropped_ids_train_the_embedding_of_unseen_articles(one_week, tmp_path, share, changes):
    config = RETRIEVAL.replace(id_dropout=share, week_epochs=0)
    train_towers(one_week, tmp_path, config)
    fresh = Towers(config, one_week.sizes)
    fresh.build_all()
    trained, initial = (
        next(weight.numpy()[0] for weight in towers.weights if weight.name.startswith("article_id_embedding"))
        for towers in (snapshot.load_snapshot(tmp_path / "towers" / "week-000"), fresh)
    )
    assert np.allclose(trained, initial, atol=1e-6) != changes


def test_articles_count_as_trained_from_the_first_week_with_a_purchase(trained, data):
    bought = data.purchases
    for week in (0, 1):
        towers = snapshot.load_snapshot(trained / "towers" / f"week-{week:03d}")
        index = towers.trained_index(tf.constant(data.articles.article_index)).numpy()
        expected = np.unique(bought.article_rows[bought.weeks <= week])
        assert set(index[index >= 0].tolist()) == set(data.articles.article_index[expected].tolist())


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
    gather = stages.gather_examples(data, RETRIEVAL, positions)
    figures = measure(model, gather, positions, data.articles)
    query, _ = model.embed(gather(positions))
    products = query.numpy() @ embed_all_articles(model.towers, data.articles)[:-1].T
    own = products[np.arange(len(positions)), bought.article_rows[positions]]
    found = (products > own[:, None] + 1e-7).sum(axis=1) < 12
    assert 0.1 < found.mean() < 0.95
    assert figures["val_recall_at_12"] == pytest.approx(found.mean(), abs=1e-6)


def test_a_week_without_purchases_has_zero_recall(trained, data):
    model = TwoTowerModel(snapshot.load_snapshot(trained / "towers" / "week-000"))
    gather = stages.gather_examples(data, RETRIEVAL, np.arange(3, dtype=np.int32))
    assert set(measure(model, gather, np.zeros(0, np.int32), data.articles).values()) == {0.0}


def test_the_checkpoint_key_depends_on_the_inputs_of_the_training():
    class Args:
        train_files, transform_graph_path, base_model = ["a"], "g", "b"
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
