"""A cell of the tiny shop, from the CSVs to the figures, without and with cached stages."""

import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from benchmarks.quality.cell_runner import run
from benchmarks.quality.cells import Cell
from benchmarks.quality.shop import Shop
from benchmarks.quality.stages import Stages
from transforms.columns import FILES, TABLES

SETTINGS = (
    "features.list_weeks=1",
    "retrieval.embedding_dim=8",
    "retrieval.hidden_units=16",
    "retrieval.epochs=1",
    "ranking.units=16",
    "ranking.epochs=1",
    "ranking.min_steps=2",
    "recommender.index=exact",
)


@pytest.fixture(scope="module")
def shop(tiny, tmp_path_factory):
    folder = tmp_path_factory.mktemp("csvs")
    for name in TABLES:
        pa_csv.write_csv(pq.read_table(tiny.tables / f"{name}.parquet"), folder / FILES[name])
    return Shop(folder)


@pytest.mark.proof
def test_a_cell_is_trained_on_earlier_weeks_and_shares_stages(shop, tmp_path):
    made: list[str] = []
    cell = Cell(name="one", shop=shop, back=1, assignments=SETTINGS, detailed=True)

    result = run(cell, Stages(tmp_path, made.append))

    assert [text.split(":")[0].strip() for text in made] == list(result["stages"])[:-1]
    assert result["first_day"] == str(shop.end(1, 7))
    assert result["customers"] == len(shop.bought_after(1, 7))
    last = pq.read_table(tmp_path / "tables" / result["stages"]["tables"]["key"] / "transactions.parquet")["t_dat"]
    assert max(last.to_pylist()) < shop.end(1, 7)

    made.clear()
    masked = run(
        Cell(name="two", shop=shop, back=1, assignments=SETTINGS, masked="pair"), Stages(tmp_path, made.append)
    )
    assert [text.split(":")[0].strip() for text in made] == ["ranking"]
    assert masked["candidates"] == result["candidates"]
    assert masked["rankings"]["fused"] == result["rankings"]["fused"]

    made.clear()
    again = run(cell, Stages(tmp_path, made.append))
    assert made == []
    assert {**again, "stages": None} == {**result, "stages": None}
