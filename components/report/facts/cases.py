"""Facts of the section Customers: the cases of the step Insights, with photos."""

from __future__ import annotations

import datetime
from typing import Any

from components.insights.files import CASES
from components.report.artifacts import RunArtifacts
from components.report.facts.insights import article_of, read_insight
from pages.report.sections.cases import CaseFacts, CasesFacts, LastPurchase, Recommended
from pages.section import Absent
from serving.client import Reason
from serving.client.reason_texts import english


def read(artifacts: RunArtifacts) -> CasesFacts | Absent:
    """Reads the facts.

    Args:
        artifacts: artifacts of the run.
    """
    tree = read_insight(artifacts, CASES, "case of a customer")
    if isinstance(tree, Absent):
        return tree
    return CasesFacts(
        as_of=datetime.date.fromisoformat(tree["as_of"]),
        customers=tree["customers"],
        cases=tuple(_case(artifacts, case) for case in tree["cases"]),
    )


def _case(artifacts: RunArtifacts, case: dict[str, Any]) -> CaseFacts:
    return CaseFacts(
        customer_id=case["customer_id"],
        drawn_from=case["slice"],
        slices=case["slices"],
        last=tuple(
            LastPurchase(article=article_of(artifacts, entry), day=datetime.date.fromisoformat(entry["day"]))
            for entry in case["last"]
        ),
        recommended=tuple(
            Recommended(article=article_of(artifacts, entry), reasons=_reasons(entry), is_bought=entry["bought"])
            for entry in case["recommended"]
        ),
        num_bought=case["num_bought"],
        bought=tuple(article_of(artifacts, entry) for entry in case["bought"]),
    )


def _reasons(entry: dict[str, Any]) -> tuple[str, ...]:
    """Texts of the reasons; none in an artifact of an earlier release."""
    return tuple(
        english().text(
            Reason(reason["code"], reason["subject"], reason["count"], reason["days"]),
            {reason["subject"]: reason["name"]},
        )
        for reason in entry.get("reasons", ())
    )
