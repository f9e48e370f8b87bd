"""Figures to compare with: other recommendations for the last week, and the duration of a run."""

import dataclasses
import json
import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from benchmarks.quality.shop import Shop
from models.metrics import per_customer
from transforms import columns


@dataclasses.dataclass(frozen=True)
class References:
    """Figures that are not measured by a cell.

    Attributes:
        rival: `[customers]` values of each metric for other recommendations, customers sorted as in the cells; or None.
        run_s: seconds from the CSVs to a pushed version without cached steps; or None.
    """

    rival: dict[str, np.ndarray] | None = None
    run_s: float | None = None

    @classmethod
    def read(cls, shop: Shop, rival: pathlib.Path | None, run: pathlib.Path | None) -> "References":
        """Reads a CSV of `customer_id,prediction` and the summary of a run.

        Args:
            shop: the shop, with the purchases that the rival is judged on.
            rival: the CSV, plain or gzip, or None.
            run: OUT of a run, or None.

        Raises:
            ValueError: there is a rival but no purchases to judge it on, or steps of the run were cached.
        """
        return cls(_rival(shop, rival) if rival else None, _seconds(run) if run else None)


def _rival(shop: Shop, path: pathlib.Path) -> dict[str, np.ndarray]:
    if shop.truth is None:
        raise ValueError("--rival needs --truth, the purchases that it is judged on. Received: no --truth.")
    options = pa_csv.ConvertOptions(column_types={columns.CUSTOMER_ID: pa.string(), "prediction": pa.string()})
    table = pa_csv.read_csv(path, convert_options=options)
    lists = dict(zip(table[columns.CUSTOMER_ID].to_pylist(), table["prediction"].to_pylist(), strict=True))
    bought = shop.bought_after(0, 1)
    return per_customer([(lists.get(customer) or "").split() for customer in bought], list(bought.values()))


def _seconds(out: pathlib.Path) -> float:
    summary = json.loads((out / "summary.json").read_text())
    if summary["cached"]:
        raise ValueError(f"--run must name a run of which no step was cached. Received: {summary['cached']} in {out}.")
    return float(summary["seconds"])
