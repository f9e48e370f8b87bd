"""The tables of two customers and two weeks, worked out by hand."""

import numpy as np
import pytest

from benchmarks import document
from benchmarks.quality import comparisons, report, tables
from benchmarks.quality.pooling import Results
from benchmarks.quality.references import References
from models.metrics import METRICS

SIMPLE = ("own_purchases", "popular", "popular_in_segment", "fused", "towers", "exclude_purchased")


def result(ours: list[float], simple: float = 0.1, found: float = 0.5, back: int = 1, **more) -> dict:
    """A result whose metrics are all equal."""
    count = len(ours)
    lists = {"recommended": ours, **{name: [simple] * count for name in SIMPLE}}
    rankings = {name: dict.fromkeys(METRICS, values) for name, values in lists.items()}
    return {
        "cell": "c",
        "data": "shop",
        "settings": [],
        "of": f"week {back}",
        "first_day": f"2020-09-0{9 - back}",
        "customers": count,
        "past": ["none", "more"][:count],
        "rankings": rankings,
        "candidates": {"found": [found] * count, "at_best": [0.9] * count, "number": [100, 200][:count]},
        "never_sold": {"purchases": 10, "new": 4, "among_candidates": 3, "recommended": 1, "popular": 0},
        "new_only": {name: rankings[name] for name in ("recommended", "exclude_purchased")},
        "towers": {kind: {f"recall_at_{k}": [0.3] * count for k in (100, 200)} for kind in ("exact", "scann")},
        "channels": {"towers": {"own": [0.4] * count, "without": [0.2] * count}},
        "sampled": {"auc": 0.8, "precision": 0.7, "recall": 0.6},
        "stages": {"towers": {"key": f"week {back}", "seconds": 60.0}},
        "measured_at": "2026-11-22T00:00:00",
        "commit": "abc",
        "machine": "2 cores",
        "others": 1.0,
        **more,
    }


def default(back: int) -> dict[str, dict]:
    """Results of three seeds with MAP@12 of 0.2, 0.3 and 0.4 for both customers."""
    return {f"default-seed{seed}-{back}": result([0.2 + seed / 10] * 2, back=back) for seed in range(3)}


def rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


def test_a_target_is_met_by_the_mean_of_the_seeds_at_the_last_end():
    measured = Results(default(0))
    met = {words: (text, verdict) for words, _, _, text, verdict in report.targets(measured, References())}

    assert met["MAP@12"] == ("0.3000 [0.3000, 0.3000]", True)
    assert met["NDCG@12"][1] is False
    assert met["share of purchases among the candidates"] == ("0.5000 [0.5000, 0.5000]", False)
    assert met["most candidates of a customer"] == ("200", True)
    assert met["CSVs to pushed"] == ("not run", None)


def test_the_target_of_a_rival_applies_to_every_seed():
    rival = {name: np.array([0.25, 0.25]) for name in METRICS}
    *_, (_, _, _, text, holds), (_, _, _, seconds, fast) = report.targets(Results(default(0)), References(rival, 721.0))

    assert text.split("; ")[0] == "-0.0500 [-0.0500, -0.0500]"
    assert holds is False
    assert (seconds, fast) == ("721 s", False)


def test_missing_cells_have_rows_without_figures():
    measured = Results(default(1))

    assert all(holds is None for *_, holds in report.targets(measured, References()))
    by_week = rows(tables.by_end(measured))[2:]
    assert [row[1] for row in by_week] == ["not run", "2", "not run", "not run"]
    assert by_week[1][2:4] == ["0.3000 [0.3000, 0.3000]", "0.2000, 0.3000, 0.4000"]
    assert by_week[1][-1] == "+0.2000 [+0.2000, +0.2000]"


def test_every_table_can_be_made_without_and_with_all_results():
    whole = {name: cell for back in range(4) for name, cell in default(back).items()}
    whole |= {f"sample-{back}": result([0.5], back=back) for back in range(1, 5)}
    whole |= {"week-0": result([0.5, 0.1])}
    for back in (0, 1, 2):
        whole |= {f"system-{name}-{back}": result([0.1, 0.1], back=back) for name in ("ids_only", "random_negatives")}
    for name, make in tables.TABLES.items():
        assert "not run" in make(Results({})) or name == "What it cost"
        found = rows(make(Results(whole)))
        assert len({len(row) for row in found}) == 1, name
        assert "not run" not in make(Results(whole)) or name in ("Ablations", "Channels"), name


def test_an_ablation_is_compared_with_the_default_of_its_week():
    measured = {**default(1), **default(2)}
    measured |= {f"ablation-no_towers-{back}": result([0.1, 0.2], found=0.4, back=back) for back in (1, 2)}

    table = {row[0]: row[1:] for row in rows(comparisons.ablations(Results(measured)))}

    assert table["nothing: the default"][0] == "0.2000 [0.2000, 0.2000]"
    assert table["no ranker"][0] == "0.1000 [0.1000, 0.1000]"
    assert table["no towers"][0].startswith("0.1500")
    assert table["no towers"][1].startswith("-0.0500")
    assert table["no towers"][2:] == ["-0.0500, -0.0500", "0.4000"]
    (channel,) = rows(comparisons.channels(Results(measured)))[2:]
    assert channel[1:3] == ["0.4000", "-0.3000 [-0.3000, -0.3000]"]
    assert channel[3].startswith("-0.0500")


def test_a_channel_that_is_off_is_compared_where_it_is_enabled():
    measured = {**default(1), **default(2)}
    figures = {"towers": {"own": [0.4] * 2, "without": [0.2] * 2}, "trending": {"own": [0.1] * 2, "without": [0.6] * 2}}
    measured |= {f"ablation-with_trending-{back}": result([0.3] * 2, back=back, channels=figures) for back in (1, 2)}

    tried = {row[0]: row[1:] for row in rows(comparisons.channels(Results(measured)))}["`trending`, off by default"]

    assert tried[:2] == ["0.1000", "+0.1000 [+0.1000, +0.1000]"]
    assert tried[2] == "+0.1000 [+0.1000, +0.1000] when it is on"


def test_an_ablation_of_only_one_week_has_no_figures():
    measured = {**default(1), **default(2), "ablation-no_towers-1": result([0.1, 0.2])}
    table = rows(comparisons.ablations(Results(measured, [*measured, "ablation-no_popular-1"])))

    for name in ("no towers", "no popular"):
        assert [name, "not run", "", "", ""] in table


def test_customers_are_grouped_by_earlier_purchases():
    measured = {f"default-seed{seed}-1": result([0.2, 0.6]) for seed in range(3)}

    table = {row[0]: row[1:] for row in rows(tables.cold_customers(Results(measured)))}

    assert table["none"][:2] == ["1", "0.2000 [0.2000, 0.2000]"]
    assert table["more"][3] == "+0.5000 [+0.5000, +0.5000]"
    assert table["1"][0] == "0"


def test_articles_never_sold_before_are_counted_over_seeds():
    (row,) = rows(tables.cold_articles(Results(default(1))))[2:]

    assert row == ["2020-09-08", "10", "4", "0.4000", "0.7500", "0.2500", "0.0000"]


def test_a_shared_stage_is_counted_once():
    assert rows(tables.cost(Results({**default(1), **default(2)})))[2:] == [
        ["towers", "2", "60", "2.0"],
        ["all", "", "", "2"],
    ]


def test_missing_cells_are_counted():
    text = report.render(default(1), [*default(1), "week-0"], References())

    assert "3 of 4 cells were run, 1 of `week` not." in text
    assert report.render({}, ["week-0"], References()) == "Nothing was measured yet."


def test_only_the_text_between_the_marks_is_replaced(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{document.begin('make quality')}\nold\n{document.END}\nafter\n")

    document.write(page, "make quality", "new")

    assert page.read_text() == f"before\n{document.begin('make quality')}\n\nnew\n\n{document.END}\nafter\n"
    with pytest.raises(ValueError, match="must contain the lines"):
        document.write(page, "make tea", "new")
