"""Takes a compiled pipeline to a cluster: a version uploaded, a run started or scheduled, its end waited for.

Everything goes through the client of KFP's SDK.
"""

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
# The client's own wait does not know that a run may be canceled, and would wait for ever.
ENDED = (SUCCEEDED, "FAILED", "CANCELED", "SKIPPED", "ERROR")
CONNECT_TIMEOUT_S = 20.0
POLL_S = 10.0
LOST_POLLS = 6  # polls in a row that may go unanswered before waiting is given up
SCHEDULED_TIME = "[[ScheduledTime]]"  # Kubeflow puts the time of the run in its place


class ClusterError(LookbookError):
    """The cluster did not do what was asked, or cannot be reached."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Submitted:
    """What is on the cluster now.

    Attributes:
        pipeline_id: of the pipeline.
        version_id: of the version uploaded.
        run_id: of the run, or of the recurring run if there is a schedule.
        replaced: recurring runs of the same name, deleted.
    """

    pipeline_id: str
    version_id: str
    run_id: str
    replaced: tuple[str, ...] = ()


def connect(host: str, *, namespace: str | None = None, token: str | None = None) -> kfp.Client:
    """The client of KFP's SDK.

    Args:
        host: address of the API, such as http://localhost:8888 of a port-forward.
        namespace: of the runs, on a multi-user cluster.
        token: bearer token, where the cluster asks for one.

    Raises:
        ClusterError: it cannot be reached.
    """
    if not host.startswith(("http://", "https://")):
        raise ClusterError(f"host must begin with http:// or https://; received {host!r}")
    import kfp
    import urllib3

    with _asking(host), warnings.catch_warnings():
        # The client asks this too, but five times with pauses before it believes that nobody is there.
        urllib3.PoolManager().request("GET", f"{host}/apis/v2beta1/healthz", retries=False, timeout=CONNECT_TIMEOUT_S)
        warnings.simplefilter("ignore", FutureWarning)  # that the server must be of version 2
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
    """Uploads a compiled pipeline as a version and starts a run of it, or lets it run by a schedule.

    Args:
        client: from `connect`.
        file: the compiled pipeline.
        pipeline: its name on the cluster; made if it is not there.
        version: name of the version; also of the run.
        experiment: what runs are grouped by; made if it is not there.
        parameters: of the run.
        schedule: cron's five fields; a recurring run of the same pipeline is replaced.
        namespace: on a multi-user cluster.

    Raises:
        ConfigError: `schedule` is none.
        ClusterError: the cluster refused or cannot be reached.
    """
    cron = kubeflow_cron(schedule) if schedule is not None else None
    with _asking("the cluster"):
        pipeline_id = client.get_pipeline_id(pipeline)
        if pipeline_id is None:
            pipeline_id = client.upload_pipeline(str(file), pipeline_name=pipeline, namespace=namespace).pipeline_id
        uploaded = client.upload_pipeline_version(str(file), version, pipeline_id=pipeline_id)
        version_id = uploaded.pipeline_version_id
        experiment_id = client.create_experiment(experiment, namespace=namespace).experiment_id
        what = {"pipeline_id": pipeline_id, "version_id": version_id, "params": dict(parameters)}
        if cron is None:
            run_id = client.run_pipeline(experiment_id, f"{pipeline} {version}", **what).run_id
            return Submitted(pipeline_id=pipeline_id, version_id=version_id, run_id=run_id)
        before = _recurring(client, experiment_id, pipeline)
        made = client.create_recurring_run(
            experiment_id, pipeline, cron_expression=cron, max_concurrency=1, no_catchup=True, **what
        )
        for old in before:  # afterwards, so that there is always one
            client.delete_recurring_run(old)
    return Submitted(
        pipeline_id=pipeline_id, version_id=version_id, run_id=made.recurring_run_id, replaced=tuple(before)
    )


def wait(
    client: kfp.Client,
    run_id: str,
    *,
    timeout_s: float,
    says: Callable[[str], None] = lambda state: None,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> None:
    """Waits until a run has succeeded.

    Args:
        client: from `connect`.
        run_id: of the run.
        timeout_s: how long to wait, in seconds.
        says: told each new state.
        sleep: waits between looks, seconds.
        now: a clock, seconds.

    Raises:
        ClusterError: it ended otherwise, its failed tasks being named; or it did not end in time.
    """
    end_s, state, lost = now() + timeout_s, "", 0
    while True:
        try:
            with _asking("the cluster"):
                run = client.get_run(run_id)
            lost = 0
        except ClusterError:
            lost += 1
            if lost >= LOST_POLLS:
                raise
            run = None
        if run is not None and run.state != state:
            state = run.state
            says(str(state))
        if run is not None and state in ENDED:
            break
        if now() >= end_s:
            raise ClusterError(
                f"run {run_id} must end within {timeout_s:.0f} s; it is {state or 'pending'} and goes on"
            )
        sleep(POLL_S)
    if state != SUCCEEDED:
        raise ClusterError(f"run {run_id} ended as {state}{_why(run)}")


def _why(run: Any) -> str:
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
def _asking(host: str) -> Iterator[None]:
    """The SDK's errors in ours; its chatter, links to the UI, on standard error."""
    import kfp_server_api
    import urllib3

    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    except kfp_server_api.ApiException as error:
        told = str(error.body or error.reason).strip()
        raise ClusterError(f"{host} answered {error.status}: {told[:300]}") from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise ClusterError(f"{host} cannot be reached: {error}; is the port-forward open?") from error
    except ValueError as error:  # the SDK's, such as two pipelines of one name
        raise ClusterError(f"{host}: {error}") from error
