"""The search tries the settings of the run first, draws the others from its seed, and can be continued."""

import keras_tuner
import pytest

from models.ranking.config import RankingConfig
from models.tuning.search import SettingsSearch
from models.tuning.space import RANKING

OWN = RankingConfig(units=48)


def search(folder, trials, seed=5):
    return SettingsSearch(
        RANKING, OWN, part="ranking", metric="map_at_12", trials=trials, seed=seed, folder=folder / "trials"
    )


def score(config, folder, what):
    """A score that is best for the most units and the highest learning rate."""
    return config.units / 1000 + config.learning_rate


class Recorder:
    """Scores trials and records their settings; is interrupted in a chosen call."""

    def __init__(self, interrupted_in=None):
        self.configs, self.folders, self.names, self._interrupted_in = [], [], [], interrupted_in

    def __call__(self, config, folder, what):
        self.configs.append(config)
        self.folders.append(folder)
        self.names.append(what)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "checkpoint").touch()
        if len(self.configs) == self._interrupted_in:
            raise KeyboardInterrupt
        return score(config, folder, what)


def tried(folder, trials, seed=5):
    recorder = Recorder()
    search(folder, trials, seed).search(judge=recorder)
    return recorder.configs


def scores(tuner):
    return {int(trial.trial_id): trial.score for trial in tuner.oracle.trials.values()}


def test_the_first_trial_has_the_settings_of_the_run_and_the_others_differ(tmp_path):
    configs = tried(tmp_path, 6)
    assert configs[0] == OWN
    assert len({config.fingerprint() for config in configs}) == 6
    fixed = set(RankingConfig.model_fields) - set(RANKING)
    assert all(getattr(config, name) == getattr(OWN, name) for config in configs for name in fixed)


def test_the_seed_decides_the_trials_and_more_trials_begin_with_the_same(tmp_path):
    four = tried(tmp_path / "a", 4)
    assert tried(tmp_path / "b", 6)[:4] == four
    assert tried(tmp_path / "c", 4, seed=6)[1:] != four[1:]


def test_the_best_trial_is_that_with_the_highest_score(tmp_path):
    tuner, recorder = search(tmp_path, 6), Recorder()
    tuner.search(judge=recorder)
    best = max(recorder.configs, key=lambda config: score(config, None, None))
    assert OWN.replace(**tuner.get_best_hyperparameters()[0].values) == best


def test_finished_trials_are_not_repeated_when_more_are_asked_for(tmp_path):
    first, second = Recorder(), Recorder()
    search(tmp_path, 3).search(judge=first)
    tuner = search(tmp_path, 12)
    tuner.search(judge=second)
    assert len(second.configs) == 9
    assert first.configs + second.configs == tried(tmp_path / "other", 12)
    assert scores(tuner) == {
        number: score(config, None, None) for number, config in enumerate(first.configs + second.configs)
    }


def test_fewer_trials_than_are_finished_repeat_and_drop_nothing(tmp_path):
    search(tmp_path, 4).search(judge=score)
    tuner, recorder = search(tmp_path, 2), Recorder()
    tuner.search(judge=recorder)
    assert recorder.configs == []
    assert len(tuner.oracle.get_best_trials(tuner.oracle.max_trials)) == 4


def test_a_search_interrupted_in_its_first_trial_continues_with_more_trials(tmp_path):
    interrupted, rest = Recorder(interrupted_in=1), Recorder()
    with pytest.raises(KeyboardInterrupt):
        search(tmp_path, 3).search(judge=interrupted)
    search(tmp_path, 12).search(judge=rest)
    assert rest.folders[0] == interrupted.folders[0]
    assert rest.configs == tried(tmp_path / "uninterrupted", 12)
    assert sorted(scores(search(tmp_path, 12))) == list(range(12))


def test_an_interrupted_trial_is_repeated_with_its_settings_and_its_checkpoints(tmp_path):
    interrupted, rest = Recorder(interrupted_in=3), Recorder()
    with pytest.raises(KeyboardInterrupt):
        search(tmp_path, 5).search(judge=interrupted)
    assert (interrupted.folders[2] / "checkpoint").exists()
    assert not interrupted.folders[1].exists()
    tuner = search(tmp_path, 5)
    tuner.search(judge=rest)
    assert rest.configs[0] == interrupted.configs[2]
    assert rest.folders[0] == interrupted.folders[2]
    assert interrupted.configs[:2] + rest.configs == tried(tmp_path / "uninterrupted", 5)
    assert sorted(scores(tuner)) == [0, 1, 2, 3, 4]


def test_each_trial_has_a_name_for_its_progress(tmp_path):
    recorder = Recorder()
    search(tmp_path, 2).search(judge=recorder)
    assert recorder.names == ["ranking, trial 1 of 2", "ranking, trial 2 of 2"]


def test_a_failed_training_ends_the_search_with_its_cause(tmp_path):
    def fail(config, folder, what):
        raise ValueError("the disk is full")

    with pytest.raises(keras_tuner.errors.FatalError, match="ValueError: the disk is full"):
        search(tmp_path, 2).search(judge=fail)


def test_nothing_is_printed(tmp_path, capsys):
    search(tmp_path, 2).search(judge=score)
    tuner = search(tmp_path, 3)
    tuner.search_space_summary()
    tuner.search(judge=score)
    tuner.results_summary()
    assert capsys.readouterr().out == ""
