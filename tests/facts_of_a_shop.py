"""Facts of sections of a report about the shop: its data, drift and feedback."""

import datetime

from pages.charts.days import Band
from pages.interval import Interval
from pages.report.sections import data, drift, feedback
from tests.facts_of_a_run import CUT, FIRST, LAST


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
