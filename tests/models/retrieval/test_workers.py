"""Training by several workers of a cluster on this machine, which `TF_CONFIG` names."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from models.retrieval.distribution import is_chief, require_replicas_fit
from transforms.errors import ConfigError

PROCESS = pathlib.Path(__file__).parent / "worker_process.py"
ROOT = pathlib.Path(__file__).parents[3]
TIMEOUT_S = 1200  # for a busy machine; a process needs 15 s of processor time


class Resolved:
    """A strategy of a process that is one task of a cluster."""

    def __init__(self, task_type, task_id, *jobs):
        self.task_type, self.task_id = task_type, task_id
        self.spec = tf.train.ClusterSpec({job: ["a:1", "b:1"][: 1 if job == "chief" else 2] for job in jobs})
        self.cluster_resolver, self.num_replicas_in_sync = self, 2

    def cluster_spec(self):
        return self.spec


def test_one_task_is_the_chief():
    assert is_chief(tf.distribute.get_strategy())
    assert [is_chief(Resolved("worker", number, "worker")) for number in (0, 1)] == [True, False]
    of_job = [("chief", 0), ("worker", 0), ("worker", 1)]
    assert [is_chief(Resolved(*task, "chief", "worker")) for task in of_job] == [True, False, False]


def test_settings_that_do_not_fit_the_replicas_are_refused():
    require_replicas_fit(Resolved("worker", 0, "worker"), 64, xla=False)
    with pytest.raises(ConfigError, match=r"batch_size must be a multiple .* 2\. Received: 65"):
        require_replicas_fit(Resolved("worker", 0, "worker"), 65, xla=False)
    with pytest.raises(ConfigError, match=r"xla must be false on several replicas"):
        require_replicas_fit(Resolved("worker", 0, "worker"), 64, xla=True)


def start(folder, *to_kill, workers=0):
    """Starts the processes of a training: one without `TF_CONFIG`, or the workers of a cluster."""
    folder.mkdir(exist_ok=True)
    sockets = [socket.socket() for _ in range(workers)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    addresses = [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
    for one in sockets:
        one.close()
    environment = {name: value for name, value in os.environ.items() if name != "TF_CONFIG"}
    environment["PYTHONPATH"] = str(ROOT)
    processes = []
    for index in range(max(1, workers)):
        if workers:
            task = {"type": "worker", "index": index}
            environment["TF_CONFIG"] = json.dumps({"cluster": {"worker": addresses}, "task": task})
        with (folder / f"log-{index}.txt").open("w") as log:
            command = [sys.executable, str(PROCESS), str(folder), *to_kill]
            processes.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log))
    return processes


def finish(processes):
    """Waits for the processes and returns their exit codes; kills what runs after the deadline."""
    try:
        return [process.wait(TIMEOUT_S) for process in processes]
    finally:
        for process in processes:
            process.kill()


def losses(folder):
    """The loss of the chief's last step in each epoch of the first pass, as TensorBoard shows it."""
    found = {}
    for path in sorted((folder / "worker-0" / "logs").glob("week-*/train/events*")):
        for event in tf.compat.v1.train.summary_iterator(str(path)):
            for value in event.summary.value:
                if value.tag == "epoch_loss":
                    found[event.step] = float(tf.make_ndarray(value.tensor))
    return [found[step] for step in sorted(found)]


def weights(folder):
    with np.load(folder / "worker-0" / "towers" / "week-000" / "weights.npz") as arrays:
        return [arrays[name] for name in arrays.files]


@pytest.mark.proof  # seven processes import TensorFlow
def test_two_workers_train_as_one_and_continue_after_one_is_killed(tmp_path):
    one, two, killed = tmp_path / "one", tmp_path / "two", tmp_path / "killed"
    assert finish(start(one)) == [0]
    assert finish(start(two, workers=2)) == [0, 0], (two / "log-0.txt").read_text()[-3000:]
    # Worker 1 is killed after epoch 1, which the chief has saved or is saving: it needs no exchange for that. The chief
    # fails in epoch 2, when TensorFlow misses the heartbeat of worker 1.
    chief, other = finish(start(killed, "worker-1", workers=2))
    assert chief != 0
    assert other == -signal.SIGKILL
    assert len(losses(killed)) == 2
    assert not (killed / "worker-0" / "towers").exists()
    assert finish(start(killed, workers=2)) == [0, 0], (killed / "log-0.txt").read_text()[-3000:]

    assert len(losses(one)) == 4
    np.testing.assert_allclose(losses(two), losses(one), rtol=1e-4)
    np.testing.assert_allclose(losses(killed), losses(two), rtol=1e-5)
    for alone, together, again in zip(weights(one), weights(two), weights(killed), strict=True):
        np.testing.assert_allclose(together, alone, atol=1e-4)
        np.testing.assert_allclose(again, together, atol=1e-5)
    assert not (two / "worker-1" / "checkpoints").exists()
    assert not list((two / "checkpoints").glob("state*"))
