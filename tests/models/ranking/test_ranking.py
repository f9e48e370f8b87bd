"""The layers, the training and the saved weights of the ranking network."""

import gc
import json
import weakref

import numpy as np
import pytest
import tensorflow as tf

from models.ranking.config import RankingConfig
from models.ranking.lists import moments
from models.ranking.losses import listwise_softmax
from models.ranking.model import RankingModel
from models.ranking.network import NormalisedDense
from models.ranking.training import fit, mean_loss
from models.ranking.weights import build_network, load_network, save_network
from tests.models.ranking.toy_lists import toy
from transforms.errors import ConfigError, WeightsError

SMALL = RankingConfig(
    networks=2, units=16, blocks=1, dropout=0.0, epochs=30, min_steps=1, batch_lists=16, learning_rate=0.01
)
NAMES = ("signal", "noise", "constant")


def test_a_normalised_dense_layer_equals_keras_normalisation_and_dense():
    draw = np.random.default_rng(0)
    rows = draw.normal(3.0, 2.0, (50, 16)).astype(np.float32)
    gamma, beta = np.linspace(0.5, 2, 16), np.linspace(-1, 1, 16)
    kernel, bias = draw.normal(size=(16, 8)), draw.normal(size=8)
    ours = NormalisedDense(8, tf.keras.initializers.Zeros(), name="ours")
    normalisation, dense = tf.keras.layers.LayerNormalization(), tf.keras.layers.Dense(8, "relu")
    for layer, width, weights in (
        (ours, 16, [gamma, beta, kernel, bias]),
        (normalisation, 16, [gamma, beta]),
        (dense, 16, [kernel, bias]),
    ):
        layer.build([None, width])
        layer.set_weights(weights)
    np.testing.assert_allclose(ours(rows), dense(normalisation(rows)), atol=1e-4)


@pytest.fixture
def train(tmp_path):
    """Returns a function that trains a network and returns the losses of its epochs."""
    return lambda network, lists, config: fit(
        network, lists, config, logs=str(tmp_path / "logs"), backup=str(tmp_path / "backup")
    )


@pytest.mark.parametrize("kind", ["listwise", "pointwise"])
def test_the_network_learns_a_clear_signal(kind, train, tmp_path):
    lists, config = toy(), SMALL.replace(loss=kind)
    network = build_network(config, NAMES)
    losses = train(network, lists, config)
    assert len(losses) == config.epochs
    assert losses[-1] < 0.5 * losses[0]
    scores = np.where(lists.labels >= 0, network(lists.features).numpy(), -np.inf)
    assert (lists.labels[np.arange(len(scores)), scores.argmax(axis=1)] == 1).mean() > 0.9
    mean, deviation = moments(lists)
    np.testing.assert_array_equal(network.mean.numpy(), mean)
    np.testing.assert_array_equal(network.deviation.numpy(), deviation)
    assert list((tmp_path / "logs").rglob("events.out.tfevents*"))


def test_the_loss_of_held_out_lists_is_logged_after_each_epoch_and_changes_no_score(tmp_path):
    lists, held_out = toy(), toy()[:7]
    networks = [build_network(SMALL, NAMES) for _ in range(2)]
    for network, validation in zip(networks, (None, held_out), strict=True):
        name = "without" if validation is None else "with"
        folders = {"logs": str(tmp_path / name), "backup": str(tmp_path / f"{name}-backup")}
        fit(network, lists, SMALL, **folders, validation=validation)
    # The loss does not see a constant that is added to the scores of a list, so the last bias follows the rounding.
    without, with_validation = (network(lists.features).numpy() for network in networks)
    relative = [scores - scores.mean(axis=1, keepdims=True) for scores in (without, with_validation)]
    np.testing.assert_allclose(*relative, atol=1e-4)  # sums of threads differ in the last bits
    assert not (tmp_path / "without" / "validation").exists()
    (file,) = (tmp_path / "with" / "validation").iterdir()
    logged = [
        float(tf.make_ndarray(value.tensor))
        for event in tf.compat.v1.train.summary_iterator(str(file))
        for value in event.summary.value
        if value.tag == "epoch_total_loss"
    ]
    assert len(logged) == SMALL.epochs
    assert logged[-1] == pytest.approx(mean_loss(networks[1], held_out, SMALL), rel=1e-6)


def test_a_feature_constant_in_training_does_not_change_scores(train):
    lists = toy()
    network = build_network(SMALL, NAMES)
    train(network, lists, SMALL)
    another_day = lists.features + np.array([0, 0, 1], np.float32)
    np.testing.assert_array_equal(network(another_day).numpy(), network(lists.features).numpy())


def test_loaded_weights_give_the_same_scores(tmp_path):
    network = build_network(SMALL, NAMES)
    network.mean.assign([1.0, 2.0, 3.0])
    save_network(network, SMALL, NAMES, tmp_path)
    again = load_network(tmp_path, NAMES)
    pairs = np.random.default_rng(0).normal(size=(4, 5, 3)).astype(np.float32)
    np.testing.assert_array_equal(network(pairs), again(pairs))


@pytest.mark.parametrize(
    ("names", "differing"), [(("signal", "noise"), r"\['constant'\]"), (("noise", "signal", "constant"), "the order")]
)
def test_weights_of_other_features_are_refused_by_name(tmp_path, names, differing):
    save_network(build_network(SMALL, NAMES), SMALL, NAMES, tmp_path)
    with pytest.raises(
        WeightsError, match=rf"features must be those the ranking network .* differing in {differing}\."
    ):
        load_network(tmp_path, names)


def change_saved_settings(folder, **changes):
    tree = json.loads((folder / "ranking.json").read_text())
    tree["config"] = {**{name: value for name, value in tree["config"].items() if name != "min_steps"}, **changes}
    (folder / "ranking.json").write_text(json.dumps(tree))


def test_weights_saved_under_the_former_name_of_a_setting_are_loaded(tmp_path):
    network = build_network(SMALL, NAMES)
    save_network(network, SMALL, NAMES, tmp_path)
    change_saved_settings(tmp_path, least_steps=3)
    for saved, loaded in zip(network.get_weights(), load_network(tmp_path, NAMES).get_weights(), strict=True):
        np.testing.assert_array_equal(saved, loaded)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"unitz": 8},
            r"must be those of RankingConfig, but unitz is not a setting; the nearest is units\. Train again",
        ),
        ({"units": 7}, r"but units must be a whole number from 8 to 4,096\. Received: 7\. Train again"),
    ],
)
def test_weights_with_unknown_or_wrong_settings_are_refused(tmp_path, changes, message):
    save_network(build_network(SMALL, NAMES), SMALL, NAMES, tmp_path)
    change_saved_settings(tmp_path, **changes)
    with pytest.raises(WeightsError, match=message):
        load_network(tmp_path, NAMES)


def test_the_score_is_the_mean_of_different_networks():
    network = build_network(SMALL, NAMES)
    pairs = np.random.default_rng(0).normal(size=(4, 5, 3)).astype(np.float32)
    one, two = network.each(pairs).numpy()
    assert (one != two).all()
    np.testing.assert_allclose(network(pairs), (one + two) / 2, rtol=1e-6)


def test_each_network_trains_on_its_own_loss():
    network = build_network(SMALL, NAMES)
    model = RankingModel(network, "listwise")
    draw = np.random.default_rng(0)
    features = tf.constant(draw.normal(size=(6, 5, 3)), tf.float32)
    labels = tf.constant(draw.integers(0, 2, (6, 5)), tf.float32)
    with tf.GradientTape(persistent=True) as tape:
        together = model.compute_loss({"features": features, "labels": labels})
        alone = [tf.reduce_mean(listwise_softmax(labels, scores)) for scores in tf.unstack(network.each(features))]
    assert float(together) == pytest.approx(sum(map(float, alone)) / 2, rel=1e-6)
    weights = network.trainable_variables
    half = len(weights) // 2
    for loss_of_one, own in zip(alone, (weights[:half], weights[half:]), strict=True):
        for found, wanted in zip(tape.gradient(together, own), tape.gradient(loss_of_one, own), strict=True):
            np.testing.assert_allclose(found, wanted / 2, atol=1e-6)


def test_the_same_seed_gives_the_same_network():
    one, two = (build_network(SMALL, NAMES) for _ in range(2))
    for a, b in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("name", "value"), [("units", 4), ("loss", "hinge"), ("negatives_per_list", 0)])
def test_a_setting_out_of_range_is_refused_by_name(name, value):
    with pytest.raises(ConfigError, match=rf"ranking\.{name} must .* Received: {value!r}"):
        RankingConfig.from_tree({name: value}, "ranking")


def test_few_lists_are_trained_for_more_epochs(train):
    lists, config = toy(), SMALL.replace(epochs=1, min_steps=10, batch_lists=16)
    steps_per_epoch = len(lists.labels) // 16
    losses = train(build_network(config, NAMES), lists, config)
    assert (len(losses) - 1) * steps_per_epoch < 10 <= len(losses) * steps_per_epoch


def test_the_mean_loss_does_not_depend_on_the_batch_size():
    lists, network = toy(lists=40), build_network(SMALL, NAMES)
    wanted = float(tf.reduce_mean(tf.stack([listwise_softmax(lists.labels, s) for s in network.each(lists.features)])))
    for batch in (7, 16, 100):
        found = mean_loss(network, lists, SMALL.replace(batch_lists=batch))
        assert found == pytest.approx(wanted, rel=1e-5)


def test_training_releases_its_lists(train):
    lists, network = toy(), build_network(SMALL, NAMES)
    held = weakref.ref(lists.features)
    train(network, lists, SMALL)
    assert held() is lists.features
    del lists
    gc.collect()
    assert held() is None
