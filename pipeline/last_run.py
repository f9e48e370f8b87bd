"""What the last run or refresh recorded in `OUT/summary.json`."""

import json
import pathlib

SUMMARY = "summary.json"


def data_of_last_run(out: pathlib.Path) -> pathlib.Path | None:
    """The data folder of the last run or refresh in `OUT`; None if none is recorded or it no longer exists.

    Args:
        out: folder that the pipeline writes to.
    """
    try:
        recorded = json.loads((out / SUMMARY).read_text(encoding="utf-8"))["data_dir"]
        folder = pathlib.Path(recorded)
    except (OSError, ValueError, KeyError, TypeError):  # no run, or one of an earlier release
        return None
    return folder if folder.is_dir() else None
