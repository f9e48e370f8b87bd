"""Runs continue a killed training, and compare with the last blessed model."""

import re
import signal
import subprocess
import time

import pytest

from tests.e2e.shop import STEPS, Shop, command, synthesize

pytestmark = [pytest.mark.proof, pytest.mark.timeout(3600)]
KILL_TIMEOUT_S = 3000
# Enough epochs over the old purchases to kill the run during one.
LONG = ("retrieval.epochs=40", "retrieval.patience=40")
EPOCH = re.compile(r"towers, week 0, old, epoch (\d+): ")


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Shop:
    root = tmp_path_factory.mktemp("runs")
    synthesize(root / "shop")
    return Shop(root / "shop", root / "out")


def epochs(shop):
    """The epochs over the old purchases in the log of the last run."""
    log = shop.out / "run.log"
    return [int(number) for number in EPOCH.findall(log.read_text())] if log.exists() else []


def cached_steps(done):
    """Whether each step was cached, by name."""
    lines = [line.split("]")[1].split() for line in done.err.splitlines() if line.startswith("[")]
    return {words[0]: words[-1] == "cached" for words in lines}


@pytest.fixture(scope="module")
def resumed(shop):
    """A run killed during training, and a second run: epochs of the first, output and epochs of the second."""
    with (shop.data.parent / "killed.txt").open("w") as output:
        process = subprocess.Popen(command(shop.command(*LONG)), stdout=output, stderr=output)
        end_s = time.monotonic() + KILL_TIMEOUT_S
        try:
            while len(epochs(shop)) < 3:
                assert process.poll() is None, "the run ended before it could be killed"
                assert time.monotonic() < end_s
                time.sleep(0.05)
        finally:
            process.kill()
        assert process.wait() == -signal.SIGKILL
    seen = epochs(shop)
    assert shop.versions == []
    return seen, shop.run(*LONG), epochs(shop)


@pytest.fixture(scope="module")
def pushed(shop, resumed):
    """The version that the resumed run pushed, and its summary."""
    _, done, _ = resumed
    assert done.code == 0, done.err
    (version,) = shop.versions
    return version, shop.summary


def test_a_killed_training_continues_and_finished_steps_are_cached(resumed, pushed):
    seen, done, after = resumed
    # The last logged epoch may not be in a checkpoint yet; earlier ones are.
    assert after[0] >= seen[-1] > 1
    assert after == list(range(after[0], 41))
    cached = cached_steps(done)
    assert len(cached) == STEPS
    before = list(cached)[: list(cached).index("retrieval")]
    assert "Transform" in before
    assert [name for name in before if not cached[name]] == []
    assert not cached["retrieval"]
    assert pushed[1]["model_gate"].startswith("passed")


def test_the_same_weights_equal_the_last_blessed_model(shop, pushed):
    """Changes a setting of the gate, which does not change the weights."""
    done = shop.run(*LONG, "evaluation.margin=0.1")
    assert done.code == 0, done.err
    version, before = pushed
    now = shop.summary
    assert now["model_gate"].endswith("+0.0000 [+0.0000, +0.0000] against the last blessed model")
    assert now["figures"]["last_blessed"] == now["figures"]["recommended"] == before["figures"]["recommended"]
    assert "last blessed model" in done.out
    assert [str(path) for path in shop.versions] == [str(version), now["version"]]
    cached = cached_steps(done)
    assert cached["retrieval"]
    assert cached["ranking"]
    assert not cached["Evaluator"]


def test_a_model_of_new_data_is_compared_with_the_last_blessed_weights(shop, pushed, tmp_path):
    _, *days = sorted(shop.ids("transactions_train", "t_dat"))  # data that end earlier would be refused
    shorter = shop.copy(tmp_path / "shop", shop.out)
    transactions = shorter.data / "transactions_train.csv"
    lines = transactions.read_text().splitlines(keepends=True)
    transactions.write_text("".join(line for line in lines if line.split(",")[0] in (*days, "t_dat")))
    (shorter.data / "oracle.csv").unlink()
    before = len(shop.versions)
    done = shorter.run()
    assert done.code == 0, done.err
    now = shorter.summary
    assert not any(cached_steps(done)[name] for name in ("Ingest", "Transform", "retrieval", "ranking", "Evaluator"))
    assert "against the last blessed model" in now["model_gate"]
    assert 0 < now["figures"]["last_blessed"]["map_at_12"] != now["figures"]["recommended"]["map_at_12"]
    assert now["oracle"] is None
    assert (now["version"] is not None) == now["model_gate"].startswith("passed")
    assert len(shop.versions) == before + (now["version"] is not None)


def test_an_anomaly_stops_the_run_before_training_in_one_line(shop, tmp_path):
    broken = shop.copy(tmp_path / "shop", tmp_path / "out")
    customers = broken.data / "customers.csv"
    header, row, *rest = customers.read_text().splitlines()
    cells = row.split(",")
    cells[header.split(",").index("age")] = "212"
    customers.write_text("\n".join([header, ",".join(cells), *rest]) + "\n")
    done = broken.run()
    assert done.code == 1
    assert done.last_line.startswith("lookbook: data gate: customers.age: ")
    assert done.err.count("lookbook: ") == 1
    assert "Traceback" not in done.err
    assert "retrieval" not in done.err
    assert broken.versions == []
