"""Training mirrored over several devices."""

import subprocess
import sys

import pytest
import tensorflow as tf

from models.retrieval.distribution import strategy_over


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
from models.retrieval.distribution import strategy_over
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
