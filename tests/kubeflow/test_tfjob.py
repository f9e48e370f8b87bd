"""A step of several workers starts a TFJob, waits for it, and moves artifacts between the launcher and the workers."""

import json
import pathlib

import kubernetes_validate
import pytest

from kubeflow.step import BUCKETS, INVOCATION
from kubeflow.tfjob import JobSpec, ended, manifest, run_job

SUCCEEDED = {"conditions": [{"type": "Running", "status": "False"}, {"type": "Succeeded", "status": "True"}]}
FAILED = {"conditions": [{"type": "Failed", "status": "True", "message": "worker 1 exited with 137"}]}
RUNNING = {"conditions": [{"type": "Running", "status": "True"}]}
ARTIFACTS = {"examples": "minio://bucket/examples", "model": "minio://bucket/model"}


class FakeJobs:
    """Jobs whose chief copies the examples to the model, as soon as the job has been polled twice."""

    def __init__(self, *statuses):
        self.statuses, self.jobs, self.deleted = list(statuses), {}, []

    def create(self, job):
        if job["metadata"]["name"] in self.jobs:
            return False
        self.jobs[job["metadata"]["name"]] = job
        return True

    def status(self, name):
        if name not in self.jobs:
            return None
        status = self.statuses.pop(0)
        if status is SUCCEEDED:
            self.run_chief(self.jobs[name])
        return status

    def delete(self, name):
        self.deleted.append(name)
        del self.jobs[name]

    def run_chief(self, job):
        (container,) = job["spec"]["tfReplicaSpecs"]["Chief"]["template"]["spec"]["containers"]
        command, environment = container["command"], {one["name"]: one["value"] for one in container["env"]}
        invocation = json.loads(command[command.index(INVOCATION) + 1])
        assert command[:3] == ["python", "-m", "kubeflow.step"]
        bucket = pathlib.Path(environment[BUCKETS]) / "minio" / "bucket"
        (bucket / "model").mkdir(parents=True)
        (bucket / "model" / "weights").write_text((bucket / "examples" / "rows").read_text() + " learned")
        pathlib.Path(invocation["outputs"]["outputFile"]).write_text('{"artifacts": {}}')


@pytest.fixture
def step(tmp_path):
    """Runs the step with some jobs; has the launcher's folder and the volume."""

    class Step:
        buckets, volume, slept = tmp_path / "launcher", tmp_path / "volume", []
        output_file = tmp_path / "kfp" / "output.json"

        def run(self, jobs):
            sides = {
                side: {"artifacts": {name: {"artifacts": [{"uri": ARTIFACTS[name]}]}}}
                for side, name in (("inputs", "examples"), ("outputs", "model"))
            }
            sides["outputs"]["outputFile"] = str(self.output_file)
            arguments = ["--executor_class_path", "x.Y", INVOCATION, json.dumps(sides)]
            return run_job(job_spec(self.volume), arguments, jobs, self.buckets, sleep=self.slept.append)

    examples = Step.buckets / "minio" / "bucket" / "examples"
    examples.mkdir(parents=True)
    (examples / "rows").write_text("rows")
    return Step()


def job_spec(volume="/mnt/lookbook", gpus=0):
    return JobSpec(
        step="retrieval",
        workers=3,
        image="lookbook:0.1.0",
        cpu=1.5,
        memory_gb=32.0,
        gpus=gpus,
        gpu_type="nvidia.com/gpu",
        restarts=2,
        volume_claim="lookbook",
        mount_path=str(volume),
    )


def test_inputs_go_to_the_workers_and_outputs_come_back(step):
    jobs = FakeJobs(RUNNING, SUCCEEDED)
    assert step.run(jobs) == 0
    assert len(step.slept) == 1
    assert (step.buckets / "minio" / "bucket" / "model" / "weights").read_text() == "rows learned"
    assert json.loads(step.output_file.read_text()) == {"artifacts": {}}
    assert jobs.jobs == {}
    assert list((step.volume / "workers").iterdir()) == []


def test_a_failed_job_is_kept_for_its_logs_and_replaced_by_the_next_attempt(step, capsys):
    jobs = FakeJobs(FAILED)
    assert step.run(jobs) == 1
    assert "failed: worker 1 exited with 137" in capsys.readouterr().out
    assert len(jobs.jobs) == 1
    assert not step.output_file.exists()
    jobs.statuses = [FAILED, RUNNING, SUCCEEDED]
    assert step.run(jobs) == 0
    assert len(jobs.deleted) == 2


def test_a_restarted_step_waits_for_the_job_that_it_started(step):
    def stop(seconds):
        raise InterruptedError

    jobs = FakeJobs(RUNNING, RUNNING, SUCCEEDED)
    step.slept = type("Sleeps", (), {"append": staticmethod(stop)})
    with pytest.raises(InterruptedError):
        step.run(jobs)
    step.slept = []
    assert step.run(jobs) == 0
    assert len(jobs.deleted) == 1


def test_a_deleted_job_has_failed(step):
    jobs = FakeJobs()
    jobs.create = lambda job: True
    assert step.run(jobs) == 1


def test_a_job_ends_with_a_true_condition():
    assert ended({}) is None
    assert ended(RUNNING) is None
    assert ended(SUCCEEDED) == (True, "")
    assert ended(FAILED) == (False, "worker 1 exited with 137")


@pytest.mark.parametrize(("gpus", "limits"), [(0, {}), (2, {"nvidia.com/gpu": "2"})])
def test_the_job_has_a_chief_and_workers_whose_pods_are_valid(gpus, limits):
    job = manifest(job_spec(gpus=gpus), "one", {"Chief": ["a"], "Worker": ["b"]}, {"KEY": "value"})
    replicas = job["spec"]["tfReplicaSpecs"]
    assert {kind: one["replicas"] for kind, one in replicas.items()} == {"Chief": 1, "Worker": 2}
    assert {one["restartPolicy"] for one in replicas.values()} == {"OnFailure"}
    for kind, command in (("Chief", ["a"]), ("Worker", ["b"])):
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "one"},
            "spec": replicas[kind]["template"]["spec"],
        }
        kubernetes_validate.validate(pod, "1.34", strict=True)
        (container,) = pod["spec"]["containers"]
        assert (container["name"], container["command"]) == ("tensorflow", command)
        assert container["resources"]["limits"] == {"cpu": "1.5", "memory": "32000000000", **limits}
        assert container["volumeMounts"] == [{"name": "volume", "mountPath": "/mnt/lookbook"}]
