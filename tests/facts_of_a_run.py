"""Facts of sections of a report about a run: outcome, figures, training, steps and the card."""

import datetime

from pages.interval import Interval
from pages.report.changes import DataSize, Previous, SettingChange
from pages.report.sections import card, figures, funnel, steps, training, verdict

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
