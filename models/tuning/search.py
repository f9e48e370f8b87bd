"""A random search with Keras Tuner that tries the settings of the run first, and that a killed process can continue."""

import contextlib
import io
import logging
import pathlib
import shutil
from collections.abc import Callable
from typing import Generic, TypeVar

import keras_tuner
from keras_tuner.engine.base_tuner import BaseTuner
from keras_tuner.engine.trial import Trial, TrialStatus

from models.tuning.space import Space, hyperparameters
from transforms.settings import Settings

LOGGER = "lookbook.trials"
S = TypeVar("S", bound=Settings)
Judge = Callable[[S, pathlib.Path, str], float]
"""Trains with settings and returns the score. Gets a folder for checkpoints and a name for the progress report."""
_log = logging.getLogger(LOGGER)


class SettingsSearch(BaseTuner, Generic[S]):
    """Trains with the settings of each trial and records a score; higher is better.

    Finished trials are read from `folder`. A trial that was interrupted is repeated with the same settings and the same
    folder of checkpoints, so that its training continues. Trials are drawn from the seed in a fixed order: a search of
    20 trials begins with the trials of a search of 10.

    Args:
        space: values of each setting.
        config: settings of the run, the first trial.
        part: name of what is tuned, for the log.
        metric: name of the score.
        trials: number of trials, finished ones included; if more are finished, all of them count.
        seed: seed of the drawing.
        folder: folder of the trials.
    """

    def __init__(
        self, space: Space, config: S, *, part: str, metric: str, trials: int, seed: int, folder: pathlib.Path
    ):
        self._config, self._part, self._metric = config, part, metric
        oracle = _RunFirst(
            objective=keras_tuner.Objective(metric, "max"),
            max_trials=trials,
            hyperparameters=hyperparameters(space, config),
            seed=abs(seed) or 1,  # Keras Tuner draws a seed if it is 0
        )
        oracle.verbose = 0
        with contextlib.redirect_stdout(io.StringIO()):  # Keras Tuner prints whether it continues
            super().__init__(oracle=oracle, directory=str(folder.parent), project_name=folder.name)
        # Fewer trials than there are would be reported without those of the lowest scores.
        self._count = oracle.max_trials = max(trials, len(oracle.trials))
        self.save()  # Keras Tuner saves after the first trial, and reloads only what was saved

    def run_trial(self, trial: Trial, judge: Judge[S]) -> dict[str, float]:
        """Trains and scores one trial.

        Args:
            trial: values of the settings.
            judge: trains and scores.

        Raises:
            keras_tuner.errors.FatalError: the training failed. Keras Tuner would count other errors as bad settings.
        """
        number = int(trial.trial_id) + 1
        work = pathlib.Path(self.get_trial_dir(trial.trial_id)) / "training"
        config = self._config.replace(**trial.hyperparameters.values)
        try:
            score = judge(config, work, f"{self._part}, trial {number} of {self._count}")
        except Exception as error:  # any library's
            raise keras_tuner.errors.FatalError(f"{type(error).__name__}: {error}") from error
        shutil.rmtree(work, ignore_errors=True)
        settings = dict(trial.hyperparameters.values)
        shown = " ".join(f"{name}={value}" for name, value in settings.items())
        fields = {"part": self._part, "trial": number, "trials": self._count, self._metric: score, "settings": settings}
        message = f"{self._part}, trial {number} of {self._count}: {self._metric} {score:.4f} with {shown}"
        _log.info(message, extra={"event": "trial", "fields": fields})
        return {self._metric: score}

    def search_space_summary(self, extended: bool = False) -> None:
        """Prints nothing; TFX asks for a summary on standard output, which is for results."""

    def results_summary(self, num_trials: int = 10) -> None:
        """Prints nothing, as `search_space_summary`."""


class _RunFirst(keras_tuner.oracles.RandomSearchOracle):
    """Tries the default of each hyperparameter first, then random values."""

    def populate_space(self, trial_id: str) -> dict:
        if not self.start_order:
            values = {hp.name: hp.default for hp in self.hyperparameters.space}
            return {"status": TrialStatus.RUNNING, "values": values}
        return super().populate_space(trial_id)
