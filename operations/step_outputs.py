"""Finds the newest output of a step in the folder that a pipeline wrote to."""

import pathlib

from transforms.errors import DataError


def newest_output(out: pathlib.Path, step: str, output: str) -> pathlib.Path:
    """Finds the folder of the newest output of a step.

    Args:
        out: output folder of `lookbook run`.
        step: id of the step.
        output: name of the output.

    Raises:
        DataError: there is none.
    """
    runs = [path for path in (out / "pipeline" / step / output).glob("*") if path.name.isdigit()]
    if not runs:
        raise DataError(
            f"{out} must hold a training run. Received: no output of {step}; run `lookbook run` into this folder"
        )
    return max(runs, key=lambda path: int(path.name))
