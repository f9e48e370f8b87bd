"""What a run leaves to the next: a killed training to go on with, a blessed model to be held against; or nothing."""

import re
import signal
import subprocess
import time

import pytest

from tests.e2e.shop import STEPS, Shop, command, synthesize

pytestmark = pytest.mark.proof
KILL_TIMEOUT_S = 600
# Enough passes over the old purchases that there is time to be killed among them.
LONG = ("retrieval.epochs=40", "retrieval.patience=40")
EPOCH = re.compile(r"towers, week 0, old, epoch (\d+): ")


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Shop:
    root = tmp_path_factory.mktemp("runs")
    synthesize(root / "shop")
    return Shop(root / "shop", root / "out")


def epochs(shop):
    """The passes over the old purchases that the last run's log tells of."""
    log = shop.out / "run.log"
    return [int(number) for number in EPOCH.findall(log.read_text())] if log.exists() else []


def how(done):
    """Which steps were cached, by name."""
    told = [line.split("]")[1].split() for line in done.err.splitlines() if line.startswith("[")]
    return {words[0]: words[-1] == "cached" for words in told}


@pytest.fixture(scope="module")
def resumed(shop):
    """A run killed in mid-training, and run again: passes seen before, what the second said, its passes."""
    with (shop.data.parent / "killed.txt").open("w") as output:
        process = subprocess.Popen(command(shop.command(*LONG)), stdout=output, stderr=output)
        end_s = time.monotonic() + KILL_TIMEOUT_S
        while len(epochs(shop)) < 3:
            assert process.poll() is None, "ended before it could be killed"
            assert time.monotonic() < end_s
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        assert process.wait(60) == -signal.SIGKILL
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


def test_a_killed_training_goes_on_where_it_was_and_finished_steps_are_not_repeated(resumed, pushed):
    seen, done, after = resumed
    # The last pass that was told may not have been backed up yet; all before it were.
    assert after[0] >= seen[-1] > 1
    assert after == list(range(after[0], 41))
    cached = how(done)
    assert len(cached) == STEPS
    before = list(cached)[: list(cached).index("retrieval")]
    assert "Transform" in before
    assert [name for name in before if not cached[name]] == []
    assert not cached["retrieval"]
    assert pushed[1]["model_gate"].startswith("passed")


def test_the_same_weights_do_not_differ_from_the_last_blessed_model(shop, pushed):
    """A changed gate leaves the weights as they are."""
    done = shop.run(*LONG, "evaluation.margin=0.1")
    assert done.code == 0, done.err
    version, before = pushed
    now = shop.summary
    assert now["model_gate"].endswith("+0.0000 [+0.0000, +0.0000] against the last blessed model")
    assert now["figures"]["last_blessed"] == now["figures"]["recommended"] == before["figures"]["recommended"]
    assert "last blessed model" in done.out
    assert [str(path) for path in shop.versions] == [str(version), now["version"]]
    cached = how(done)
    assert cached["retrieval"]
    assert cached["ranking"]
    assert not cached["Evaluator"]


def test_new_data_are_judged_against_the_last_blessed_weights(shop, pushed, tmp_path):
    *days, _ = sorted(shop.ids("transactions_train", "t_dat"))
    data = tmp_path / "shop"
    data.mkdir()
    for path in shop.data.glob("*.csv"):
        lines = path.read_text().splitlines(keepends=True)
        kept = [
            line for line in lines if not path.name.startswith("transactions") or line.split(",")[0] in (*days, "t_dat")
        ]
        (data / path.name).write_text("".join(kept))
    (data / "oracle.csv").unlink()
    shorter = Shop(data, shop.out)
    before = len(shop.versions)
    done = shorter.run()
    assert done.code == 0, done.err
    now = shorter.summary
    assert not any(how(done)[name] for name in ("Ingest", "Transform", "retrieval", "ranking", "Evaluator"))
    assert "against the last blessed model" in now["model_gate"]
    assert 0 < now["figures"]["last_blessed"]["map_at_12"] != now["figures"]["recommended"]["map_at_12"]
    assert now["oracle"] is None
    assert (now["version"] is not None) == now["model_gate"].startswith("passed")
    assert len(shop.versions) == before + (now["version"] is not None)


def test_an_anomaly_stops_the_run_before_training_with_a_line_and_nothing_is_pushed(shop, tmp_path):
    data = tmp_path / "shop"
    data.mkdir()
    for path in shop.data.glob("*.csv"):
        (data / path.name).write_bytes(path.read_bytes())
    header, row, *rest = (data / "customers.csv").read_text().splitlines()
    cells = row.split(",")
    cells[header.split(",").index("age")] = "212"
    (data / "customers.csv").write_text("\n".join([header, ",".join(cells), *rest]) + "\n")
    broken = Shop(data, tmp_path / "out")
    done = broken.run()
    assert done.code == 1
    assert done.last_line.startswith("lookbook: data gate: customers.age: ")
    assert done.err.count("lookbook: ") == 1
    assert "Traceback" not in done.err
    assert "retrieval" not in done.err
    assert broken.versions == []
