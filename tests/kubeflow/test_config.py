"""The settings of the cluster: presets, assignments, and values that are refused."""

import pytest

from kubeflow.config import KubeflowConfig, StepConfig, WorkersConfig, load_config, preset_names
from transforms.errors import ConfigError


def test_presets_are_named_and_resolve():
    assert {"kubeflow-cpu", "kubeflow-gpu", "kubeflow-workers"} <= set(preset_names())
    assert load_config("kubeflow-cpu", []).kubeflow.retrieval.gpus == 0
    assert load_config("kubeflow-gpu", []).kubeflow.retrieval.gpus == 1


def test_one_assignment_sets_the_pipeline_and_another_the_cluster():
    config = load_config("kubeflow-gpu", ["label_days=14", "kubeflow.ranking.gpus=4"])
    assert (config.label_days, config.kubeflow.ranking.gpus, config.kubeflow.retrieval.gpus) == (14, 4, 1)


def test_a_path_to_a_file_is_a_preset(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text('seed = 3\n[kubeflow]\nimage = "registry/lookbook:7"\n')
    config = load_config(str(path), [])
    assert (config.seed, config.kubeflow.image) == (3, "registry/lookbook:7")


def test_an_unknown_preset_is_refused_with_the_known_names():
    with pytest.raises(ConfigError, match=r"kubeflow-cpu.*Received: 'nimbus'"):
        load_config("nimbus", [])


def test_trainers_have_resources_of_their_own():
    config = KubeflowConfig(step=StepConfig(cpu=1), retrieval=WorkersConfig(cpu=2), ranking=StepConfig(cpu=3))
    assert [config.of_step(name).cpu for name in ("transform", "retrieval", "ranking")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("kubeflow.pipeline_root=/mnt/lookbook/root", "must begin with one of gs://, s3://, minio://"),
        ("kubeflow.serving_dir=gs://bucket/serving", "serving_dir must lie below mount_path"),
        ("kubeflow.data_dir=/mnt/lookbooks/data", "data_dir must lie below mount_path"),
        ("kubeflow.mount_path=mnt", "absolute path"),
        ("kubeflow.volume_claim=Lookbook", "Kubernetes name"),
        ("kubeflow.step.cpu=0", "kubeflow.step.cpu must be a number above 0. Received: 0"),
        ("kubeflow.step.memory_gb=-1", "memory_gb must be a number above 0"),
        ("kubeflow.ranking.gpus=-1", "gpus must be a whole number of at least 0"),
        ("kubeflow.step.retries=11", "retries must be a whole number from 0 to 10"),
        ("kubeflow.step.backoff_s=-1", "backoff_s must be a whole number of at least 0"),
        ("kubeflow.retrieval.workers=0", "workers must be a whole number from 1 to 64"),
        ("kubeflow.retrieval.workers=3", r"batch_size must be a multiple .* 3, .* Received: 1024"),
        ("kubeflow.ranking.workers=2", "not a setting"),
        ("kubeflow.imagine=x", "not a setting"),
    ],
)
def test_an_invalid_setting_is_refused(assignment, message):
    with pytest.raises(ConfigError, match=message):
        load_config(None, [assignment])
