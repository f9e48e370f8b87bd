"""The files of `synthesize`: layout, formats, sizes, lifetimes, determinism and structure."""

import datetime
import filecmp
import hashlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from benchmarks.synthetic import compare, score
from synthetic import ShopConfig, demand, synthesize
from synthetic.catalogue import make_catalogue
from synthetic.people import make_people
from synthetic.periods import periods
from transforms import columns

SMALL = ShopConfig(customers=800, articles=500, transactions=24_000, days=120, seed=3)
FILES = [*(columns.FILES[table] for table in columns.TABLES), "oracle.csv", "oracle_arrivals.csv"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    return folder, synthesize(SMALL, folder)


@pytest.fixture(scope="module")
def tables(shop):
    return {
        name: pd.read_csv(shop[0] / file, dtype=str) for name, file in columns.FILES.items() if name in columns.TABLES
    }


@pytest.fixture(scope="module")
def catalogue():
    rng = np.random.default_rng(np.random.SeedSequence(SMALL.seed).spawn(4)[0])
    return make_catalogue(SMALL.articles, len(periods(SMALL)), rng)


def test_columns_have_the_order_of_h_and_m(tables):
    for name, expected in columns.TABLES.items():
        assert list(tables[name].columns) == [column.name for column in expected]


def test_required_columns_have_no_nulls_and_others_the_rates_of_h_and_m(tables):
    for name, expected in columns.TABLES.items():
        for column in expected:
            if column.required:
                assert tables[name][column.name].notna().all(), column.name
    nulls = tables["customers"].isna().mean()
    assert nulls["FN"] == pytest.approx(0.652, abs=0.01)
    assert nulls["Active"] == pytest.approx(0.662, abs=0.02)
    for column in ("club_member_status", "fashion_news_frequency", "age"):
        assert 0 < nulls[column] < 0.03
    assert tables["articles"]["detail_desc"].isna().mean() < 0.03


def test_ids_have_the_format_of_h_and_m(tables):
    articles, customers = tables["articles"], tables["customers"]
    assert articles.article_id.str.fullmatch(r"0\d{9}").all()
    assert (articles.article_id.str[1:7] == articles.product_code).all()
    assert customers.customer_id.str.fullmatch(r"[0-9a-f]{64}").all()
    assert customers.postal_code.str.fullmatch(r"[0-9a-f]{64}").all()
    assert articles.article_id.is_unique
    assert customers.customer_id.is_unique


def test_every_sale_is_of_a_known_article_to_a_known_customer(tables):
    sales = tables["transactions"]
    assert sales.article_id.isin(tables["articles"].article_id).all()
    assert sales.customer_id.isin(tables["customers"].customer_id).all()
    assert set(sales.sales_channel_id) == {"1", "2"}
    assert sales.price.astype(float).between(0, 1, inclusive="neither").all()


def test_sizes_are_those_of_the_config(shop, tables):
    assert len(tables["customers"]) == 800
    assert len(tables["articles"]) == 500
    assert len(tables["transactions"]) == pytest.approx(24_000, rel=0.02)
    assert shop[1].transactions == len(tables["transactions"])


def test_every_day_has_sales_and_rows_are_sorted_by_day(shop, tables):
    days = tables["transactions"].t_dat
    assert days.is_monotonic_increasing
    assert days.nunique() == 120
    assert (days.iloc[0], days.iloc[-1]) == ("2020-03-27", "2020-07-24")
    assert shop[1].label_first_day == datetime.date(2020, 7, 18)


def test_articles_sell_only_between_launch_and_withdrawal(catalogue, tables):
    all_periods = periods(SMALL)
    assert catalogue.ids.to_pylist() == tables["articles"].article_id.tolist()
    sales = tables["transactions"]
    day = (pd.to_datetime(sales.t_dat) - pd.Timestamp(SMALL.first_day)).dt.days
    period = np.searchsorted([period.first for period in all_periods], day, side="right") - 1
    article = pd.Index(catalogue.ids.to_pylist()).get_indexer(sales.article_id)
    assert (catalogue.launch[article] <= period).all()
    assert (period < catalogue.withdrawal[article]).all()
    assert (catalogue.launch > 0).any()
    assert (catalogue.withdrawal < len(all_periods)).any()


def test_products_are_launched_in_every_period_after_the_first_up_to_the_last(catalogue):
    launched = np.bincount(catalogue.launch[catalogue.launch >= 0], minlength=len(periods(SMALL)))
    assert launched.min() > 0


def test_about_one_purchase_in_twenty_is_of_an_article_first_sold_in_that_week(tables):
    sales = tables["transactions"]
    week = (pd.Timestamp("2020-07-24") - pd.to_datetime(sales.t_dat)).dt.days // 7
    new = week == week.groupby(sales.article_id).transform("max")
    by_week = new.groupby(week).mean()
    assert by_week[:8].mean() == pytest.approx(0.05, abs=0.02)
    assert by_week[0] > 0.01


def test_arrivals_are_the_purchases_of_articles_that_were_not_sold_before_the_last_week(shop, tables):
    sales = tables["transactions"]
    before = set(sales.article_id[sales.t_dat < "2020-07-18"])
    last = sales[sales.t_dat >= "2020-07-18"]
    new = last[~last.article_id.isin(before)]
    expected = set(zip(new.customer_id, new.article_id, strict=True))
    arrivals = pd.read_csv(shop[0] / "oracle_arrivals.csv", dtype={"article_id": str})
    assert set(zip(arrivals.customer_id, arrivals.article_id, strict=True)) == expected
    assert len(arrivals) == len(expected) > 10


def test_the_rank_of_an_arrival_agrees_with_the_list_of_the_oracle(shop):
    summary = shop[1].arrivals
    arrivals = pd.read_csv(shop[0] / "oracle_arrivals.csv", dtype={"article_id": str})
    lists = pd.read_csv(shop[0] / "oracle.csv").set_index("customer_id").prediction.str.split()
    for row in arrivals.itertuples():
        place = lists[row.customer_id].index(row.article_id) + 1 if row.article_id in lists[row.customer_id] else None
        assert (row.rank if row.rank <= 12 else None) == place
    assert summary.recall_at(12) == pytest.approx((arrivals["rank"] <= 12).mean())
    assert 0.1 < summary.recall_at(12) < summary.recall_at(200) <= 1


def test_customers_buy_the_shade_and_the_motifs_of_their_eye_more_often(catalogue, tables):
    rngs = [np.random.default_rng(seed) for seed in np.random.SeedSequence(SMALL.seed).spawn(4)]
    made = make_catalogue(SMALL.articles, len(periods(SMALL)), rngs[0])
    styles = demand.make_styles(made, rngs[1])
    people = make_people(SMALL.customers, len(periods(SMALL)), styles.ages, rngs[2])
    assert people.ids.to_pylist() == tables["customers"].customer_id.tolist()
    sales = tables["transactions"]
    eye = people.eye[pd.Index(people.ids.to_pylist()).get_indexer(sales.customer_id)]
    article = pd.Index(catalogue.ids.to_pylist()).get_indexer(sales.article_id)
    shades = np.zeros((4, 4))
    np.add.at(shades, (eye, catalogue.tone[article]), 1)
    lift = shades * shades.sum() / np.outer(shades.sum(axis=1), shades.sum(axis=0))
    assert (np.diag(lift) > 1.25).all()
    assert (lift[~np.eye(4, dtype=bool)] < 1.1).all()
    liked = styles.look_affinity[:, article]
    own = liked[eye, np.arange(len(eye))].mean()
    assert own > 1.3 * liked.mean()


def test_the_seed_determines_the_bytes(shop, tmp_path):
    tiny = {"customers": 60, "articles": 80, "transactions": 600, "days": 30}
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        synthesize(ShopConfig(**tiny, seed=seed), tmp_path / name)
    assert filecmp.cmpfiles(tmp_path / "a", tmp_path / "b", FILES, shallow=False)[0] == FILES
    assert filecmp.cmpfiles(tmp_path / "a", tmp_path / "c", FILES, shallow=False)[1] == FILES
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted(FILES)


def test_chunk_sizes_and_cores_do_not_change_the_bytes(tmp_path, monkeypatch):
    config = ShopConfig.at_scale(0.0001, seed=5)
    synthesize(config, tmp_path / "a")
    monkeypatch.setattr("synthetic.tables.ROWS_PER_CHUNK", 7)
    monkeypatch.setattr("synthetic.oracle.BATCH_CUSTOMERS", 3)
    monkeypatch.setattr("synthetic.oracle.MAX_CELLS", 100)
    monkeypatch.setattr("synthetic.oracle.FIRST_ARTICLES", 12)
    cores = pa.cpu_count()
    pa.set_cpu_count(cores + 1)
    try:
        synthesize(config, tmp_path / "b")
    finally:
        pa.set_cpu_count(cores)
    assert filecmp.cmpfiles(tmp_path / "a", tmp_path / "b", FILES, shallow=False)[0] == FILES


def test_the_bytes_of_a_dense_shop_do_not_change(tmp_path):
    synthesize(ShopConfig(customers=60, articles=80, transactions=600, days=30, seed=1), tmp_path)
    digests = [hashlib.sha256((tmp_path / file).read_bytes()).hexdigest()[:12] for file in FILES]
    assert digests == ["7f85cb3424af", "c4c463e7fce7", "2056bcf3d12a", "450b84dda5ed", "11b8866e7e8e"]


def test_a_large_shop_has_the_exact_number_of_rows(tmp_path, monkeypatch):
    monkeypatch.setattr("synthetic.simulation.EXACT_FROM", 60_000)
    config = ShopConfig(customers=3_000, articles=300, transactions=60_000, days=21)
    assert synthesize(config, tmp_path).transactions == 60_000
    with (tmp_path / "transactions_train.csv").open() as stream:
        assert sum(1 for _ in stream) == 60_001


def test_a_failure_leaves_no_transactions(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr("synthetic.shop.Oracle.rank", fail)
    with pytest.raises(OSError, match="disk full"):
        synthesize(ShopConfig(customers=60, articles=80, transactions=600, days=30), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["articles.csv", "customers.csv"]


def test_the_oracle_ranks_twelve_articles_for_each_buyer_of_the_last_week(shop, tables):
    predictions = pd.read_csv(shop[0] / "oracle.csv")
    sales = tables["transactions"]
    buyers = set(sales.customer_id[sales.t_dat >= "2020-07-18"])
    assert set(predictions.customer_id) == buyers
    assert predictions.prediction.str.split().map(lambda ids: len(set(ids)) == 12).all()


def test_the_oracle_is_far_better_than_the_simple_recommenders(shop):
    figures = score.map_at_12(shop[0])
    simple = max(figures["popular_7_days"], figures["own_recent"], figures["own_frequent"])
    assert figures["oracle"] > 1.2 * simple
    assert figures["own_recent"] > figures["popular_7_days"]


def test_between_a_quarter_and_half_of_purchases_are_repeats(shop):
    assert 0.25 < compare.statistics(shop[0])["bought again, later day"] < 0.5


def test_partners_share_a_basket_far_more_often_than_by_chance(catalogue, tables):
    ids = catalogue.ids.to_pylist()
    partner = {ids[a]: ids[p] for a, p in enumerate(catalogue.partners[:, 0]) if p >= 0}
    rng = np.random.default_rng(0)
    stranger = {a: ids[rng.integers(len(ids))] for a in partner}
    baskets = tables["transactions"].groupby(["customer_id", "t_dat"]).article_id.agg(set)
    together = sum(partner.get(a) in basket for basket in baskets for a in basket)
    by_chance = sum(stranger.get(a) in basket for basket in baskets for a in basket)
    assert together > 5 * by_chance
