"""Uploads a compiled pipeline to a cluster, starts or schedules a run, and waits for its end, with the KFP SDK."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kubeflow.schedule import kubeflow_cron
from transforms.errors import LookbookError

if TYPE_CHECKING:
    import kfp

SUCCEEDED = "SUCCEEDED"
# The wait function of KFP's client never returns for a canceled run.
ENDED = (SUCCEEDED, "FAILED", "CANCELED", "SKIPPED", "ERROR")
CONNECT_TIMEOUT_S = 20.0
POLL_S = 10.0
MAX_LOST_POLLS = 6  # failed polls in a row before the wait fails
SCHEDULED_TIME = "[[ScheduledTime]]"  # Kubeflow replaces it by the time of the run


class ClusterError(LookbookError):
    """The cluster refused a request, cannot be reached, or failed a run."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Submitted:
    """Ids of the objects on the cluster.

    Attributes:
        pipeline_id: id of the pipeline.
        version_id: id of the uploaded version.
        run_id: id of the run, or of the recurring run if there is a schedule.
        replaced: ids of the deleted recurring runs of the same name.
    """

    pipeline_id: str
    version_id: str
    run_id: str
    replaced: tuple[str, ...] = ()


def connect(host: str, *, namespace: str | None = None, token: str | None = None) -> kfp.Client:
    """Connects to a cluster.

    Args:
        host: address of the API, such as http://localhost:8888 of a port-forward.
        namespace: namespace of the runs on a multi-user cluster.
        token: bearer token, if the cluster requires one.

    Returns:
        A client of KFP's SDK.

    Raises:
        ClusterError: the cluster cannot be reached.
    """
    if not host.startswith(("http://", "https://")):
        raise ClusterError(f"host must begin with http:// or https://. Received: {host!r}")
    import kfp
    import urllib3

    with _translated_errors(host), warnings.catch_warnings():
        # The client makes this request too, but retries it five times with pauses.
        urllib3.PoolManager().request("GET", f"{host}/apis/v2beta1/healthz", retries=False, timeout=CONNECT_TIMEOUT_S)
        warnings.simplefilter("ignore", FutureWarning)  # says that the server must have version 2
        return kfp.Client(host=host, namespace=namespace or "kubeflow", existing_token=token)


def submit(
    client: kfp.Client,
    file: pathlib.Path,
    *,
    pipeline: str,
    version: str,
    experiment: str,
    parameters: Mapping[str, Any],
    schedule: str | None = None,
    namespace: str | None = None,
) -> Submitted:
    """Uploads a compiled pipeline as a version, and starts or schedules a run of it.

    Args:
        client: from `connect`.
        file: the compiled pipeline.
        pipeline: name of the pipeline on the cluster; created if it does not exist.
        version: name of the version and of the run.
        experiment: experiment that groups the runs; created if it does not exist.
        parameters: parameters of the run.
        schedule: five cron fields; replaces recurring runs of the same pipeline. None starts a run now.
        namespace: namespace on a multi-user cluster.

    Raises:
        ConfigError: `schedule` is not valid.
        ClusterError: the cluster refused a request or cannot be reached.
    """
    cron = kubeflow_cron(schedule) if schedule is not None else None
    with _translated_errors("the cluster"):
        pipeline_id = client.get_pipeline_id(pipeline)
        if pipeline_id is None:
            pipeline_id = client.upload_pipeline(str(file), pipeline_name=pipeline, namespace=namespace).pipeline_id
        uploaded = client.upload_pipeline_version(str(file), version, pipeline_id=pipeline_id)
        version_id = uploaded.pipeline_version_id
        experiment_id = client.create_experiment(experiment, namespace=namespace).experiment_id
        fields = {"pipeline_id": pipeline_id, "version_id": version_id, "params": dict(parameters)}
        if cron is None:
            run_id = client.run_pipeline(experiment_id, f"{pipeline} {version}", **fields).run_id
            return Submitted(pipeline_id=pipeline_id, version_id=version_id, run_id=run_id)
        before = _recurring(client, experiment_id, pipeline)
        made = client.create_recurring_run(
            experiment_id, pipeline, cron_expression=cron, max_concurrency=1, no_catchup=True, **fields
        )
        for old in before:  # after the new one exists, so that the pipeline is scheduled at all times
            client.delete_recurring_run(old)
    return Submitted(
        pipeline_id=pipeline_id, version_id=version_id, run_id=made.recurring_run_id, replaced=tuple(before)
    )


def wait(
    client: kfp.Client,
    run_id: str,
    *,
    timeout_s: float,
    on_state: Callable[[str], None] = lambda state: None,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> None:
    """Waits until a run has succeeded.

    Args:
        client: from `connect`.
        run_id: id of the run.
        timeout_s: timeout in seconds.
        on_state: called with each new state.
        sleep: sleeps between polls, for a number of seconds.
        now: monotonic clock in seconds.

    Raises:
        ClusterError: the run failed (the message names the failed tasks), or did not end within the timeout.
    """
    end_s, state, lost_polls = now() + timeout_s, "", 0
    while True:
        try:
            with _translated_errors("the cluster"):
                run = client.get_run(run_id)
            lost_polls = 0
        except ClusterError:
            lost_polls += 1
            if lost_polls >= MAX_LOST_POLLS:
                raise
            run = None
        if run is not None and run.state != state:
            state = run.state
            on_state(str(state))
        if run is not None and state in ENDED:
            break
        if now() >= end_s:
            raise ClusterError(f"run {run_id} must end within {timeout_s:.0f} s; it is still {state or 'pending'}")
        sleep(POLL_S)
    if state != SUCCEEDED:
        raise ClusterError(f"run {run_id} ended as {state}{_failure_details(run)}")


def _failure_details(run: Any) -> str:
    details = getattr(run.run_details, "task_details", None) or []
    failed = sorted({task.display_name for task in details if task.state == "FAILED" and task.display_name})
    message = getattr(run.error, "message", None)
    return "".join([f"; failed: {', '.join(failed)}" if failed else "", f"; {message}" if message else ""])


def _recurring(client: kfp.Client, experiment_id: str, name: str) -> list[str]:
    found, token = [], ""
    while True:
        page = client.list_recurring_runs(experiment_id=experiment_id, page_size=100, page_token=token)
        found += [r.recurring_run_id for r in page.recurring_runs or [] if r.display_name == name]
        token = page.next_page_token
        if not token:
            return found


@contextlib.contextmanager
def _translated_errors(host: str) -> Iterator[None]:
    """Raises the SDK's errors as `ClusterError`, and redirects its output to standard error."""
    import kfp_server_api
    import urllib3

    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    except kfp_server_api.ApiException as error:
        message = str(error.body or error.reason).strip()
        raise ClusterError(f"{host} answered {error.status}: {message[:300]}") from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise ClusterError(f"{host} cannot be reached: {error}; is the port-forward open?") from error
    except ValueError as error:  # of the SDK, such as for two pipelines of one name
        raise ClusterError(f"{host}: {error}") from error
