"""Facts of a report for tests: a run of a small shop, and one whose every name is hostile and as long as it may be."""

import datetime
import io

from PIL import Image

from pages.charts.days import Band
from pages.interval import Interval
from pages.report.article import ArticleFacts
from pages.report.changes import DataSize, Previous, SettingChange
from pages.report.document import ReportFacts
from pages.report.sections import (
    article_map,
    card,
    cases,
    data,
    drift,
    feedback,
    figures,
    funnel,
    importance,
    neighbours,
    reach,
    steps,
    training,
    verdict,
)

FIRST, LAST = datetime.date(2020, 6, 1), datetime.date(2020, 9, 22)
CUT = LAST - datetime.timedelta(days=6)
SCRIPT = "<script>alert('x')</script>"
METRICS = {"MAP@12": 0.25, "NDCG@12": 0.35, "Precision@12": 0.1, "Recall@12": 0.45}


def metrics(factor: float = 1.0) -> dict[str, Interval]:
    return {
        title: Interval(value * factor, value * factor - 0.01, value * factor + 0.01)
        for title, value in METRICS.items()
    }


def verdict_facts(**changes) -> verdict.VerdictFacts:
    size = DataSize(first_day=FIRST, last_day=LAST, articles=600, customers=1500, transactions=40036)
    earlier = DataSize(
        first_day=FIRST, last_day=LAST - datetime.timedelta(days=7), articles=590, customers=1400, transactions=38000
    )
    gates = (
        verdict.GateFacts(title="freshness gate", stops="run", passed=True, line="passed: fresh"),
        verdict.GateFacts(title="data gate", stops="run", passed=True, line="passed", warnings=("few customers",)),
        verdict.GateFacts(title="model gate", stops="push", passed=True, line="passed, proven: MAP@12 0.2500"),
        verdict.GateFacts(title="infra gate", stops="push", passed=True, line="passed: 50 canary queries"),
    )
    facts = {
        "outcome": "pushed",
        "version": "1700000001",
        "run": verdict.RunFacts(
            kind="run",
            finished=datetime.datetime(2020, 9, 23, 6, 30),
            seconds=329.0,
            peak_gib=2.25,
            steps=28,
            cached=3,
            code_version="c0de",
            package="lookbook 0.1.0",
        ),
        "data": size,
        "test_week": (CUT, LAST),
        "trained_until": CUT,
        "gates": gates,
        "metrics": metrics(),
        "differences": {
            "the better simple baseline": Interval(0.05, 0.03, 0.07),
            "the last blessed model": Interval(-0.001, -0.004, 0.002),
        },
        "previous": Previous(
            number="1700000000",
            as_of=LAST - datetime.timedelta(days=6),
            metrics=metrics(0.9),
            data=earlier,
            settings=(SettingChange(name="ranking.epochs", before="3", now="5"),),
            code_version="01d",
        ),
    }
    return verdict.VerdictFacts(**{**facts, **changes})


def data_facts(name: str = "Dress", **changes) -> data.DataFacts:
    days = [FIRST + datetime.timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    lists = CUT - datetime.timedelta(days=14)
    one_day = datetime.timedelta(days=1)
    facts = {
        "tables": (
            data.TableFacts(file="articles.csv", rows_read=600, rows_kept=600, rows_rejected=0),
            data.TableFacts(
                file="transactions_train.csv",
                rows_read=40_043,
                rows_kept=40_036,
                rows_rejected=7,
                reasons=(
                    data.Reason(
                        reason="price: not a number",
                        count=7,
                        consequence="row set aside",
                        examples=(data.Example(line=101, value=name),),
                    ),
                ),
            ),
        ),
        "sales": tuple((day, 100 + n % 7) for n, day in enumerate(days)),
        "bands": (
            Band("trained on", FIRST, lists - one_day),
            Band("list weeks", lists, CUT - one_day),
            Band("test week", CUT, LAST),
        ),
        "columns": (
            data.ColumnFacts(
                table="articles",
                name="product_type_name",
                kind="text",
                rows=600,
                missing=3,
                distinct=38,
                top=((name, 120.0), ("Top", 60.0)),
            ),
            data.ColumnFacts(
                table="customers",
                name="age",
                kind="number",
                rows=1500,
                missing=150,
                low=16.0,
                median=32.0,
                high=99.0,
                mean=36.5,
                buckets=((16.0, 24.0, 300.0), (24.0, 32.0, 500.0), (32.0, 40.0, 700.0)),
            ),
        ),
        "anomalies": (data.Anomaly(where=f"articles.{name}", what="unexpected values", is_error=False),),
    }
    return data.DataFacts(**{**facts, **changes})


def figures_facts(name: str = "25 to 34", **changes) -> figures.FiguresFacts:
    facts = {
        "customers": 339,
        "rankings": (
            figures.RankingFacts(title="this model", is_model=True, metrics=metrics()),
            figures.RankingFacts(title="own purchases", is_model=False, metrics=metrics(0.8)),
        ),
        "differences": verdict_facts().differences,
        "slices": tuple(
            figures.SliceFacts(
                feature="age group",
                value=value,
                customers=100 + n,
                map_at_12=Interval(0.2 + n / 100, 0.1, 0.3),
                difference=Interval(0.02 * (1 - n), 0.02 * (1 - n) - 0.01, 0.02 * (1 - n) + 0.01),
            )
            for n, value in enumerate((name, "35 to 49", "50 and older"))
        ),
        "versions": tuple(
            figures.VersionFacts(
                number=str(1_700_000_000 + n),
                judged=CUT - datetime.timedelta(days=7 * (1 - n)),
                map_at_12=Interval(0.2 + n / 20, 0.1, 0.3),
                difference=Interval(0.04 + n / 100, 0.01, 0.09),
                is_this=n == 1,
            )
            for n in range(2)
        ),
    }
    return figures.FiguresFacts(**{**facts, **changes})


def funnel_facts(name: str = "towers", **changes) -> funnel.FunnelFacts:
    facts = {
        "candidates": funnel.CandidatesFacts(
            week=CUT,
            customers=400,
            candidates=199.5,
            recall=0.875,
            channels=(
                funnel.ChannelFacts(name=name, found=0.5, alone=0.125),
                funnel.ChannelFacts(name="popular", found=0.25, alone=0.0625),
            ),
        ),
        "customers": 339,
        "ranked": Interval(0.45, 0.43, 0.47),
        "new": Interval(0.2, 0.18, 0.22),
        "towers": (("week-000", ((12, 0.25), (100, 0.625))), ("week-001", ((12, 0.3), (100, 0.7)))),
        "index": "scann",
        "index_recall": 0.98,
    }
    return funnel.FunnelFacts(**{**facts, **changes})


def training_facts(name: str = "week 000", **changes) -> training.TrainingFacts:
    facts = {
        "towers": (
            training.TrainingCurve(
                name=name,
                loss=((1, 6.5), (2, 6.25), (3, 6.125)),
                validation={"recall at 100": ((1, 0.5), (2, 0.625), (3, 0.6))},
            ),
            training.TrainingCurve(name="week 001", loss=((1, 6.0),)),
        ),
        "ranking": (training.TrainingCurve(name="judged network", loss=((1, 4.25), (2, 4.0))),),
    }
    return training.TrainingFacts(**{**facts, **changes})


def reach_facts(name: str = "this model", **changes) -> reach.ReachFacts:
    def ranking(title, first, **figures):
        by_decile = (first, *([(1 - first) / 10] * 10))
        figures = {
            "coverage": 0.5,
            "coverage_on_sale": 0.75,
            "novelty_bits": 4.25,
            "diversity": 0.625,
            "product_types": 7.5,
            "new_arrivals": 0.125,
            **figures,
        }
        return reach.ReachRanking(title=title, is_model=title == name, by_decile=by_decile, **figures)

    bought = ranking("bought in the test week", 0.375, diversity=None, product_types=None)
    facts = {
        "customers": 303,
        "articles": 600,
        "on_sale": 296,
        "window_days": 28,
        "rankings": (ranking(name, 0.5), ranking("popular", 1.0), bought),
    }
    return reach.ReachFacts(**{**facts, **changes})


def importance_facts(name: str = "own_strength", **changes) -> importance.ImportanceFacts:
    def drop(title, mean):
        spread = {"MAP@12": Interval(mean, mean - 0.01, mean + 0.01), "NDCG@12": Interval(mean / 2, 0.0, mean)}
        return importance.Drop(name=title, drops=spread)

    facts = {
        "lists": 256,
        "with_a_positive": 128,
        "repeats": 3,
        "all_features": 68,
        "intact": {"MAP@12": 0.25, "NDCG@12": 0.375},
        "families": (drop("article", 0.05), drop("pair", 0.125)),
        "features": (drop(name, 0.0625), drop("article_age_days", -0.03125)),
    }
    return importance.ImportanceFacts(**{**facts, **changes})


def article(number: int = 0, name: str = "Hazel top", **changes) -> ArticleFacts:
    facts = {"article_id": f"01080{number:05d}", "name": name, "kind": "Top", "colour": "Black", "photo": None}
    return ArticleFacts(**{**facts, **changes})


def case_facts(name: str = "Hazel top", **changes) -> cases.CaseFacts:
    recommended = tuple(
        cases.Recommended(
            article=article(number, name, photo="photo-0" if number < 3 else None),
            reasons=("bought 3x, last 12 days ago", "popular now, place 4", f"like {name}, bought before"),
            is_bought=number in (1, 4),
        )
        for number in range(12)
    )
    facts = {
        "customer_id": "0082406209acfb0e905198d93b121ee5",
        "drawn_from": "standing=returning",
        "slices": {"age_group": "25 to 34", "club_member_status": "ACTIVE", "standing": "returning"},
        "last": (cases.LastPurchase(article=article(0, name, photo="photo-0"), day=CUT - datetime.timedelta(days=3)),),
        "recommended": recommended,
        "num_bought": 14,
        "bought": (article(1, name, photo="photo-1"), article(4, name), article(77, name)),
    }
    return cases.CaseFacts(**{**facts, **changes})


def neighbours_facts(name: str = "Hazel top", **changes) -> neighbours.NeighboursFacts:
    nearest = {"picture": (article(1, name, photo="photo-1"), article(2, name)), "text": (article(3, name),)}
    one = neighbours.Neighbours(article=article(0, name, photo="photo-0"), nearest=nearest)
    return neighbours.NeighboursFacts(**{"articles": (one,), **changes})


def cases_facts(**changes) -> cases.CasesFacts:
    new = case_facts(customer_id="c2", slices={"standing": "new"}, drawn_from="standing=new", last=(), num_bought=3)
    return cases.CasesFacts(**{"as_of": CUT, "customers": 303, "cases": (case_facts(), new), **changes})


def map_facts(name: str = "Hazel top", **changes) -> article_map.MapFacts:
    def point(number):
        return article_map.Point(
            article=article(number, name, photo="photo-1" if number < 2 else None),
            group=("Garment Upper body", "Shoes", "")[number % 3],
            x=number * 0.1,
            y=(number * 7 % 10) * 0.1,
        )

    points = tuple(point(number) for number in range(30))
    return article_map.MapFacts(**{"articles": 400, "variance": (0.25, 0.125), "points": points, **changes})


def steps_facts(name: str = "Transform", **changes) -> steps.StepsFacts:
    facts = {
        "steps": (
            steps.StepFacts(name="Ingest", seconds=2.0, cached=True),
            steps.StepFacts(name=name, seconds=30.0, cached=False),
            steps.StepFacts(name="Push", seconds=0.01, cached=False),
        ),
        "seconds": 50.0,
        "fingerprint": "f1a9",
        "weights_digest": "d19e57",
        "run_key": "4e7",
        "code_version": "c0de",
        "package": "lookbook 0.1.0",
        "trained_until": CUT,
        "refitted_until": LAST,
        "as_of": LAST,
        "settings": {"seed": "0", "ranking.loss": '"listwise"'},
    }
    return steps.StepsFacts(**{**facts, **changes})


def card_facts(name: str = "25 to 34", **changes) -> card.CardFacts:
    shown = verdict_facts()
    facts = {
        "version": "1700000001",
        "outcome": "pushed",
        "package": "lookbook 0.1.0",
        "data": shown.data,
        "test_week": shown.test_week,
        "trained_until": CUT,
        "refitted_until": LAST,
        "metrics": metrics(),
        "differences": shown.differences,
        "judged": 339,
        "slices": figures_facts(name).slices,
        "sliced_by": ("age group", "standing"),
        "read_columns": ("age",),
        "unread_columns": ("postal_code",),
    }
    return card.CardFacts(**{**facts, **changes})


def photo(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (120, 160), colour).save(buffer, "JPEG")
    return buffer.getvalue()


PHOTOS = {"photo-0": photo("red"), "photo-1": photo("blue")}


def feedback_facts(label: str = "stable", **changes) -> feedback.FeedbackFacts:
    def rate(value, bought, shown=1000):
        mean = bought / shown
        bounds = Interval(mean, mean - 0.01, mean + 0.01)
        return feedback.HitRateFacts(value=value, customers=100, shown=shown, bought=bought, rate=bounds)

    pair = (rate(label, 40), rate("canary", 60))
    facts = {
        "first_day": CUT - datetime.timedelta(days=21),
        "last_day": CUT - datetime.timedelta(days=7),
        "data_last_day": CUT,
        "days": 7,
        "left_out": {"too recent": 120, "without a customer": 0},
        "articles": rate("all", 100, 2000),
        "answers": rate("all", 90, 200),
        "groups": {
            "version": tuple(rate(str(n), 10 * n) for n in range(3, 6)),
            "label": pair,
            "position": tuple(rate(str(n), 80 - 5 * n) for n in range(1, 13)),
            "reason": (),
        },
        "comparison": feedback.ComparisonFacts(
            a=pair[0],
            b=pair[1],
            difference=Interval(0.02, 0.005, 0.035),
            always=Interval(0.02, 0.001, 0.039),
            verdict=f"canary is better than {label}, however often you look",
        ),
    }
    return feedback.FeedbackFacts(**{**facts, **changes})


def drift_facts(name: str = "Dress", **changes) -> drift.DriftFacts:
    def column(of: str, value: float | None, state: str, **more) -> drift.DriftColumn:
        counts = {"rows": 2000, "rows_before": 3000, "threshold": 0.1, "measure": "L-infinity distance"}
        return drift.DriftColumn(**{**counts, "name": of, "value": value, "state": state, **more})

    facts = {
        "version": "1700000000",
        "columns": (
            column("recent.colour_group_name", 0.01, "steady", shares=((name, 0.6, 0.61), ("Top", 0.4, 0.39))),
            column("recent.product_group_name", 0.4, "drifted", shares=((name, 0.9, 0.5), ("", 0.1, 0.5))),
            column("recent.age", None, "few"),
            column("customers.age", None, "lost", rows=0),
        ),
        "ranking": (column("ranking.article_price", 0.02, "steady", shares=(("to 1", 0.5, 0.5), ("to 2", 0.5, 0.5))),),
    }
    return drift.DriftFacts(**{**facts, **changes})


def report_facts() -> ReportFacts:
    """The facts of a run that pushed."""
    return ReportFacts(
        {
            "verdict": verdict_facts(),
            "data": data_facts(),
            "drift": drift_facts(),
            "funnel": funnel_facts(),
            "figures": figures_facts(),
            "feedback": feedback_facts(),
            "reach": reach_facts(),
            "training": training_facts(),
            "importance": importance_facts(),
            "map": map_facts(),
            "cases": cases_facts(),
            "neighbours": neighbours_facts(),
            "steps": steps_facts(),
            "card": card_facts(),
        },
        PHOTOS,
    )


def hostile_facts() -> ReportFacts:
    """The facts of a run whose names, values, reasons and messages are markup."""
    gates = tuple(
        verdict.GateFacts(title=SCRIPT, stops="push", passed=False, line=f"refused: {SCRIPT}", warnings=(SCRIPT,) * 100)
        for _ in range(4)
    )
    changes = tuple(SettingChange(name=SCRIPT, before=SCRIPT, now=SCRIPT) for _ in range(500))
    previous = Previous(
        number=SCRIPT, as_of=None, metrics={SCRIPT: Interval(0.1)}, data=None, settings=changes, code_version=SCRIPT
    )
    run = verdict.RunFacts(kind="run", code_version=SCRIPT, package=SCRIPT, failed_step=SCRIPT, error=SCRIPT * 100)
    long = f"{SCRIPT}{'x' * 100_000}"
    columns = tuple(
        data.ColumnFacts(
            table="articles",
            name="product_type_name",
            kind="text",
            rows=10,
            missing=0,
            distinct=10,
            top=tuple((f"{long}{n}", 5.0) for n in range(50)),
        )
        for _ in range(100)
    )
    reasons = tuple(
        data.Reason(reason=long, count=1, consequence=SCRIPT, examples=(data.Example(line=1, value=long),) * 9)
        for _ in range(1000)
    )
    anomalies = tuple(data.Anomaly(where=long, what=long, is_error=True) for _ in range(1000))
    tables = (data.TableFacts(file=SCRIPT, rows_read=1, rows_kept=0, rows_rejected=1, reasons=reasons),)
    days = [FIRST + datetime.timedelta(days=n) for n in range(5000)]
    one = figures.SliceFacts(feature=SCRIPT, value=long, customers=1, map_at_12=Interval(0.1), difference=Interval(0.1))
    version = figures.VersionFacts(
        number=SCRIPT, judged=None, map_at_12=Interval(0.1), difference=Interval(0.1, 0.0, 0.2), is_this=False
    )
    return ReportFacts(
        {
            "verdict": verdict_facts(outcome="failed", version=SCRIPT, run=run, gates=gates, previous=previous),
            "data": data_facts(
                tables=tables,
                columns=columns,
                anomalies=anomalies,
                sales=tuple((day, n) for n, day in enumerate(days)),
                bands=(Band(SCRIPT, days[0], days[-1]),),
            ),
            "drift": drift_facts(
                long, version=SCRIPT, columns=drift_facts(long).columns * 100, ranking=drift_facts(long).columns * 100
            ),
            "funnel": funnel_facts(SCRIPT, towers=((SCRIPT, ((12, 0.25), (100, 0.5))),) * 50, index=SCRIPT),
            "training": training_facts(SCRIPT, towers=training_facts(SCRIPT).towers * 50),
            "figures": figures_facts(
                slices=(one,) * 200,
                versions=(version,) * 200,
                rankings=(figures.RankingFacts(title=long, is_model=True, metrics=metrics()),),
                differences={SCRIPT: Interval(0.1)},
            ),
            "feedback": feedback_facts(
                long,
                left_out={SCRIPT: 5},
                groups={name: feedback_facts(long).groups["label"] * 100 for name in (SCRIPT, "label", "version")},
            ),
            "reach": reach_facts(SCRIPT),
            "importance": importance_facts(
                SCRIPT,
                families=importance_facts(SCRIPT).features * 100,
                features=importance_facts(SCRIPT).features * 100,
            ),
            "neighbours": neighbours_facts(long, articles=neighbours_facts(long).articles * 50),
            "map": map_facts(long, points=map_facts(long).points * 100),
            "cases": cases_facts(
                cases=(case_facts(long, customer_id=long, drawn_from=long, slices={SCRIPT: long, "standing": long}),)
                * 20
            ),
            "steps": steps_facts(
                SCRIPT,
                steps=steps_facts(SCRIPT).steps * 100,
                package=SCRIPT,
                fingerprint=SCRIPT,
                settings={f"{SCRIPT}{n}": long for n in range(500)},
            ),
            "card": card_facts(
                SCRIPT, version=SCRIPT, package=long, read_columns=(long,) * 9, sliced_by=(SCRIPT,) * 99
            ),
        },
        PHOTOS,
    )
