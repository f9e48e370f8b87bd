"""Facts of the section Steps and lineage: the record of the run, and the description of its model."""

from __future__ import annotations

from components.model_files import RUN_KEY, WEIGHTS_DIGEST, as_of, refitted_until, trained_until
from components.report.artifacts import RunArtifacts
from components.report.facts.settings import flat
from components.report.facts.verdict import describe_model
from pages.report.sections.steps import StepFacts, StepsFacts


def read(artifacts: RunArtifacts) -> StepsFacts:
    """Reads the facts.

    Args:
        artifacts: artifacts of the run.
    """
    record, description = artifacts.record, describe_model(artifacts)
    steps = record.steps
    return StepsFacts(
        steps=None
        if steps is None
        else tuple(StepFacts(name=step.name, seconds=step.seconds, cached=step.cached) for step in steps),
        seconds=record.seconds,
        fingerprint=record.fingerprint,
        weights_digest=description.get(WEIGHTS_DIGEST),
        run_key=description.get(RUN_KEY),
        code_version=record.code_version,
        package=record.package,
        trained_until=trained_until(description) if description else None,
        refitted_until=refitted_until(description),
        as_of=as_of(description),
        settings=flat(record.settings),
    )
