"""The `run_fn` with which TFX's Trainer trains the towers."""

import contextlib
import hashlib
import json
import pathlib
import tempfile

import tensorflow as tf
import tensorflow_transform as tft

from models.retrieval.config import RetrievalConfig
from models.retrieval.distribution import is_chief, training_strategy
from models.retrieval.stages import train_forward
from models.retrieval.transformed import read_training_data
from transforms.content import CONTENT_FILE

SPLITS = ("articles", "customers", "purchases")


def run_fn(fn_args) -> None:
    """Trains the towers forward in time and writes a snapshot for each week.

    With several workers, see `models.retrieval.distribution`, each process calls it; the chief writes the results.

    Args:
        fn_args: TFX's arguments. `train_files` are the transformed examples of `SPLITS`; `base_model` is the folder
            with the articles' content vectors; `custom_config` holds `retrieval` (fields of `RetrievalConfig`),
            `label_days`, `checkpoints` (folder) and `code_version`.
    """
    strategy = training_strategy()
    custom = fn_args.custom_config
    config = RetrievalConfig.from_tree(custom["retrieval"], "retrieval")
    transform = tft.TFTransformOutput(fn_args.transform_graph_path)
    data = read_training_data(fn_args.train_files, transform, pathlib.Path(fn_args.base_model) / CONTENT_FILE)
    to, run = pathlib.Path(fn_args.serving_model_dir), pathlib.Path(fn_args.model_run_dir)
    with contextlib.ExitStack() as stack:
        if not is_chief(strategy):
            to.mkdir(parents=True, exist_ok=True)  # TFX checks that it exists
            to = run = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        figures = train_forward(
            data,
            config.replace(mixed_precision=config.mixed_precision and bool(tf.config.list_physical_devices("GPU"))),
            label_days=custom["label_days"],
            strategy=strategy,
            checkpoints=pathlib.Path(custom["checkpoints"]) / checkpoint_key(fn_args),
            logs=run / "logs",
            to=to,
        )
        for folder in (to, run):  # the report reads the run's folder, not all snapshots
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "figures.json").write_text(json.dumps(figures, indent=1))


def checkpoint_key(fn_args) -> str:
    """Returns the name of the checkpoint folder: a hash of the inputs, the configuration and the code version.

    Args:
        fn_args: TFX's arguments.
    """
    custom = {name: value for name, value in fn_args.custom_config.items() if name != "checkpoints"}
    inputs = [sorted(fn_args.train_files), fn_args.transform_graph_path, fn_args.base_model]
    text = json.dumps([*inputs, custom], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
