"""The cells of the benchmark, and their stored results."""

import dataclasses

import pytest

from benchmarks.quality.cell_results import CellResults
from benchmarks.quality.cells import cells_of, cells_of_sample, cells_of_week
from benchmarks.quality.shop import Shop
from pipeline.config import load_config
from transforms.errors import DataError

CHANNELS, GROUPS = {"towers": 200, "popular": 100, "trending": 0}, ("pair", "standing")


@pytest.fixture
def shop(tmp_path):
    """Three weeks with one customer each."""
    (tmp_path / "articles.csv").write_text("article_id,product_code\n0100000001,0100000\n")
    (tmp_path / "customers.csv").write_text("customer_id\na\nb\nc\n")
    rows = [("2020-09-01", "a"), ("2020-09-08", "b"), ("2020-09-15", "c"), ("2020-09-21", "c")]
    lines = [f"{day},{customer},0100000001,0.1,1" for day, customer in rows]
    (tmp_path / "transactions_train.csv").write_text(
        "\n".join(["t_dat,customer_id,article_id,price,sales_channel_id", *lines, ""])
    )
    return Shop(tmp_path)


def test_ablations_leave_out_each_channel_and_group_at_two_earlier_ends(shop):
    cells = cells_of(shop, [], CHANNELS, GROUPS)
    ablations = {cell.name: cell for cell in cells if cell.name.startswith("ablation-")}

    assert {cell.back for cell in ablations.values()} == {1, 2}
    assert ablations["ablation-no_towers-1"].config.recommender.channels.towers == 0
    assert ablations["ablation-no_pair_features-2"].masked == "pair"
    assert len({cell.name for cell in cells}) == len(cells)


def test_a_channel_that_is_off_is_enabled_and_measured_alone(shop):
    cells = {cell.name: cell for cell in cells_of(shop, [], CHANNELS, GROUPS)}

    assert "ablation-no_trending-1" not in cells
    assert "ablation-with_popular-1" not in cells
    tried = cells["ablation-with_trending-2"]
    assert tried.config.recommender.channels.trending == 50
    assert tried.detailed


def test_the_ablation_of_ids_keeps_the_channels_but_the_preset_does_not(shop):
    cells = {cell.name: cell for cell in cells_of(shop, [], CHANNELS, GROUPS)}
    preset = load_config("ids-only", [])

    towers = cells["ablation-ids_only_towers-1"].config
    assert towers.retrieval == preset.retrieval
    assert towers.recommender == load_config(None, []).recommender
    assert cells["system-ids_only-1"].config.recommender == preset.recommender
    assert not cells["system-ids_only-1"].ranked


def test_common_settings_apply_to_all_cells(shop):
    changed = ["retrieval.epochs=3"]
    cells = cells_of(shop, changed, CHANNELS, GROUPS) + cells_of_sample(shop, changed) + cells_of_week(shop, changed)

    assert {cell.config.retrieval.epochs for cell in cells} == {3}


def test_a_result_belongs_to_its_settings_seed_and_end(shop, tmp_path):
    store = CellResults(tmp_path / "work")
    cell = cells_of(shop, [], CHANNELS, GROUPS)[0]
    changes = [{}, {"seed": 1}, {"back": 2}, {"masked": "pair"}, {"assignments": ("label_days=3",)}, {"ranked": False}]

    assert len({store.path(dataclasses.replace(cell, **change)) for change in changes}) == len(changes)
    store.write(cell, {"figure": 1})
    assert store.read(cell) == {"figure": 1}
    assert store.read(dataclasses.replace(cell, seed=1)) is None


def test_the_judged_purchases_are_of_the_week_after_the_cut(shop):
    assert str(shop.end(0, 7)) == "2020-09-22"
    assert str(shop.end(2, 7)) == "2020-09-08"
    assert shop.bought_after(2, 7) == {"b": {"0100000001"}}
    assert shop.bought_after(1, 7) == {"c": {"0100000001"}}


def test_purchases_after_the_data_must_be_given(shop, tmp_path):
    assert not shop.knows_what_follows(0)
    with pytest.raises(DataError, match="must be given"):
        shop.bought_after(0, 7)
    truth = tmp_path / "truth.csv"
    truth.write_text("customer_id,article_id\nz,0100000001\nb,0100000002\n")

    assert list(Shop(shop.data, truth).bought_after(0, 7)) == ["b", "z"]
