"""`lookbook tune` on the tiny shop: two trials of each part, the table, the preset, and more trials later."""

import json
import re

import pytest

from lookbook.cli import main
from models.tuning.space import RANKING as RANKING_SPACE
from models.tuning.space import TOWERS as TOWERS_SPACE
from operations.tuning import METRICS, TriedSettings, Tuned, write_preset
from pipeline.config import PipelineConfig, load_config
from pipeline.toml_text import to_toml
from tests.operations.finished_run import write_run
from tests.tiny_training import RANKING, RECOMMENDER, RETRIEVAL

SPACES = {"retrieval": TOWERS_SPACE, "ranking": RANKING_SPACE}
CONFIG = PipelineConfig(retrieval=RETRIEVAL, ranking=RANKING, recommender=RECOMMENDER)


@pytest.fixture(scope="module")
def out(tiny, transformed, trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tuned") / "out"
    write_run(folder, tiny.states, transformed, trained)
    (folder / "settings.toml").write_text(to_toml(CONFIG.as_tree()))
    return folder


@pytest.fixture(scope="module")
def shown(out, tmp_path_factory):
    """The preset, and the standard output and error of the first call."""
    import contextlib
    import io

    preset, output, errors = tmp_path_factory.mktemp("preset") / "tuned.toml", io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        assert main(["tune", "--out", str(out), "--trials", "2", "--to", str(preset)]) == 0
    return preset, output.getvalue(), errors.getvalue()


def results(out, part):
    """The newest results of a part, by number of the trial from 0."""
    folders = (out / "tuning" / "pipeline" / f"tune_{part}" / "tuner_results").iterdir()
    newest = max(folders, key=lambda folder: int(folder.name))
    rows = json.loads((newest / "tuner_results.json").read_text())
    return {int(row.pop("trial_id")): row for row in rows}


@pytest.mark.parametrize("part", SPACES)
def test_the_first_trial_has_the_settings_of_the_run_and_every_score_is_a_share(shown, out, part):
    trials = results(out, part)
    assert sorted(trials) == [0, 1]
    assert {name: trials[0][name] for name in SPACES[part]} == {
        name: getattr(getattr(CONFIG, part), name) for name in SPACES[part]
    }
    assert all(0 < trial["score"] <= 1 for trial in trials.values())


def test_the_preset_has_the_best_settings_of_both_parts_and_otherwise_those_of_the_run(shown, out):
    preset, _, _ = shown
    expected = CONFIG
    for part, space in SPACES.items():
        best = max(results(out, part).values(), key=lambda trial: trial["score"])
        section = getattr(expected, part).replace(**{name: best[name] for name in space})
        expected = expected.replace(**{part: section})
    assert load_config(str(preset), []) == expected


def test_the_table_has_a_row_for_each_trial_with_its_settings_score_and_difference(shown, out):
    _, output, _ = shown
    for part, space in SPACES.items():
        trials = results(out, part)
        for number, trial in trials.items():
            words = [str(trial[name]) for name in space] + [f"{trial['score']:.4f}"]
            if number:
                words.append(f"{trial['score'] - trials[0]['score']:+.4f}")
            label = str(number + 1) if number else r"1 \(settings of the run\)"
            pattern = r"\W+".join([label, *map(re.escape, words)])
            assert re.search(pattern, re.sub(r"[│┃|]", " ", output)), (part, number, output)


def test_each_trial_is_reported_when_it_ends(shown):
    _, _, errors = shown
    for part, metric in METRICS.items():
        for number in (1, 2):
            assert re.search(rf"^{part}, trial {number} of 2: {metric} 0\.\d+ with ", errors, re.M)


def test_a_second_call_repeats_nothing_and_more_trials_continue(shown, out, tmp_path, capsys):
    first = results(out, "ranking")
    arguments = ["tune", "models", "--out", str(out), "--part", "ranking", "--to", str(tmp_path / "again.toml")]
    assert main([*arguments, "--trials", "2"]) == 0
    assert not re.search("^ranking, trial", capsys.readouterr().err, re.M)
    assert main([*arguments, "--trials", "3"]) == 0
    errors = capsys.readouterr().err
    assert re.findall(r"ranking, trial (\d) of 3: map_at_12", errors) == ["3"]
    third = results(out, "ranking")
    assert {number: third[number] for number in first} == first
    assert sorted(third) == [0, 1, 2]


def test_only_settings_that_differ_from_the_defaults_are_written(tmp_path):
    run = TriedSettings(number=1, settings={"units": 32, "epochs": 5}, score=0.2)
    best = TriedSettings(number=2, settings={"units": 64, "epochs": 8}, score=0.25)
    config = PipelineConfig(seed=3)
    config = config.replace(ranking=config.ranking.replace(units=32, dropout=0.1))
    write_preset(config, [Tuned("ranking", "map_at_12", (best, run))], tmp_path / "new" / "tuned.toml")
    lines = (tmp_path / "new" / "tuned.toml").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == [
        "seed = 3",
        "[ranking]",
        "dropout = 0.1",
        "epochs = 8",
    ]
    assert "# ranking: map_at_12 0.2500 in trial 2 of 2, 0.2000 with the settings of the run." in lines


def test_a_file_that_no_preset_can_be_is_refused(out, tmp_path, capsys):
    assert main(["tune", "--out", str(out), "--trials", "2", "--to", str(tmp_path / "tuned.json")]) == 2
    assert "must end in .toml" in capsys.readouterr().err
