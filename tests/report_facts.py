"""Facts of a report for tests: a run of a small shop, and one whose every name is hostile and as long as it may be."""

import datetime

from pages.charts.days import Band
from pages.interval import Interval
from pages.report.changes import Previous, SettingChange
from pages.report.document import ReportFacts
from pages.report.sections import data, figures, verdict
from tests.facts_of_a_run import (
    FIRST,
    SCRIPT,
    card_facts,
    figures_facts,
    funnel_facts,
    metrics,
    steps_facts,
    training_facts,
    verdict_facts,
)
from tests.facts_of_a_shop import data_facts, drift_facts, feedback_facts
from tests.facts_of_articles import (
    PHOTOS,
    case_facts,
    cases_facts,
    importance_facts,
    map_facts,
    neighbours_facts,
    reach_facts,
)


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
