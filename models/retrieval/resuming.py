"""The state of a training between epochs: what a process that was killed needs to continue with the same result.

The state has the weights, the optimizer's moments, the position in the training, and what early stopping remembers. The
orders of the examples and the dropped ids are functions of seed, epoch and step, and need no state.
"""

import dataclasses
import io
import pathlib
import shutil

import numpy as np
import tensorflow as tf

from models.retrieval.towers import Towers

_FILES, _PART = "state", ".part"


@dataclasses.dataclass(frozen=True, order=True)
class Position:
    """A position in the training: the epochs before it are done.

    Attributes:
        week: week of the stage.
        number: number of the pass in the week.
        epoch: number of the epoch in the pass.
    """

    week: int
    number: int = 0
    epoch: int = 0


class ResumableStopping(tf.keras.callbacks.EarlyStopping):
    """Early stopping that continues with what an earlier process remembered; arguments as in Keras."""

    memory: "dict[str, np.ndarray] | None" = None

    def on_train_begin(self, logs=None):
        """Resets the callback, or takes the memory."""
        super().on_train_begin(logs)
        if self.memory:
            kept = dict(self.memory)
            self.wait, self.best, self.best_epoch = int(kept["wait"]), float(kept["best"]), int(kept["best_epoch"])
            self.best_weights = [kept[f"weight_{i}"] for i in range(len(kept) - 3)] or None

    def remembered(self) -> dict[str, np.ndarray]:
        """Returns the memory as arrays."""
        weights = {f"weight_{i}": weight for i, weight in enumerate(self.best_weights or [])}
        return {
            "wait": np.array(self.wait),
            "best": np.array(self.best),
            "best_epoch": np.array(self.best_epoch),
            **weights,
        }


class TrainingState:
    """Writes and reads the state of a training.

    Args:
        folder: folder of the state.
        towers: built towers.
        optimizer: optimizer of the towers.
        writes: whether this process writes the state; of several workers only the chief does.

    Attributes:
        start: position at which the training starts.
        continues: whether it continues from the state of an earlier process.
    """

    def __init__(
        self, folder: pathlib.Path, towers: Towers, optimizer: tf.keras.optimizers.legacy.Optimizer, writes: bool
    ):
        self._folder = folder
        self._arrays = _Arrays()
        self._checkpoint = tf.train.Checkpoint(towers=towers, optimizer=optimizer, arrays=self._arrays)
        self._writes = writes
        saved = sorted(path for path in folder.glob("*") if path.suffix != _PART)
        self._newest = str(saved[-1] / _FILES) if saved else None
        self.start = Position(0)
        self.continues = False

    def find_start(self, week: int) -> Position:
        """Finds where the training starts, and whether it continues from the state.

        Args:
            week: first week without a snapshot. The snapshot of a week is written after the state of its end and before
                the training of the next week. So the state of this week or of the week before is the newest; any other
                state is ignored.

        Returns:
            The position, which is also `start`.
        """
        self.start = Position(week)
        if self._newest is not None:
            self._checkpoint.restore(self._newest).expect_partial()
            saved = Position(*map(int, self._arrays.values["position"]))
            self.continues = week - saved.week in (0, 1)
            self.start = max(self.start, saved) if self.continues else self.start
        return self.start

    def restore(self) -> None:
        """Restores the towers and the optimizer, if the training continues from the state."""
        if self.continues:
            self._checkpoint.restore(self._newest).expect_partial()

    @property
    def memory(self) -> dict[str, np.ndarray]:
        """What early stopping remembered; empty without a state or after a pass."""
        return {name: array for name, array in self._arrays.values.items() if name != "position"}

    def save(self, position: Position, memory: dict[str, np.ndarray] | None = None) -> None:
        """Replaces the state; former ones are deleted after the new one is complete.

        Args:
            position: where to continue.
            memory: of `ResumableStopping`.
        """
        if not self._writes:
            return
        self._arrays.values = {"position": np.array(dataclasses.astuple(position)), **(memory or {})}
        to = self._folder / "{:05d}-{:02d}-{:06d}".format(*dataclasses.astuple(position))
        ignored = [path for path in self._folder.glob("*") if path.name >= to.name]
        part = to.with_suffix(_PART)
        for path in ignored:  # of a training that was not continued
            shutil.rmtree(path)
        # Without a counter of saves, a variable that all workers would have to create at the same time.
        self._checkpoint.write(str(part / _FILES))
        part.rename(to)
        for path in self._folder.glob("*"):
            if path != to:
                shutil.rmtree(path)

    def delete(self) -> None:
        """Deletes the state after the last stage."""
        if self._writes:
            shutil.rmtree(self._folder, ignore_errors=True)


class SaveEachEpoch(tf.keras.callbacks.Callback):
    """Saves the state after each epoch except the last of a pass. It must come after early stopping.

    Args:
        state: state of the training.
        week: week of the stage.
        number: number of the pass.
        stopping: early stopping of the pass, or None.
    """

    def __init__(self, state: TrainingState, week: int, number: int, stopping: ResumableStopping | None):
        super().__init__()
        self._state, self._week, self._number, self._stopping = state, week, number, stopping

    def on_epoch_end(self, epoch, logs=None):
        """Saves the state."""
        if not self.model.stop_training and epoch + 1 < self.params["epochs"]:
            memory = self._stopping.remembered() if self._stopping else None
            self._state.save(Position(self._week, self._number, epoch + 1), memory)


class _Arrays(tf.train.experimental.PythonState):
    """Arrays by name in a checkpoint."""

    def __init__(self) -> None:
        self.values: dict[str, np.ndarray] = {}

    def serialize(self) -> bytes:
        file = io.BytesIO()
        np.savez(file, **self.values)
        return file.getvalue()

    def deserialize(self, string_value: bytes) -> None:
        with np.load(io.BytesIO(string_value), allow_pickle=False) as arrays:
            self.values = dict(arrays)
