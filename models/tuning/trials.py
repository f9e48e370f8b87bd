"""The folder of a search's trials."""

import hashlib
import json
import pathlib

_NOT_IN_KEY = ("folder", "trials")


def trials_folder(fn_args) -> pathlib.Path:
    """Returns the folder of the trials of these inputs, settings and code; more trials have the same folder.

    Args:
        fn_args: TFX's arguments; `custom_config` holds `folder`, in which the folder is.
    """
    custom = {name: value for name, value in fn_args.custom_config.items() if name not in _NOT_IN_KEY}
    inputs = [sorted(fn_args.train_files), fn_args.transform_graph_path, fn_args.base_model]
    text = json.dumps([inputs, custom], sort_keys=True)
    return pathlib.Path(fn_args.custom_config["folder"]) / hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
