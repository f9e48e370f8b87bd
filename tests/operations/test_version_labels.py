"""Version labels of a model config file are shown and set."""

import pytest
from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from operations.version_labels import labels_of, read_labels, set_labels
from transforms.errors import DataError

CONFIG = """
# a comment
model_config_list {{ config {{
  name: "lookbook" base_path: "{base}" model_platform: "tensorflow"
  model_version_policy {{ {policy} }}
  version_labels {{ key: "stable" value: 3 }}
  logging_config {{ sampling_config {{ sampling_rate: 0.5 }} log_collector_config {{ filename_prefix: "/logs/x" }} }}
}} }}
"""


@pytest.fixture
def config_file(tmp_path):
    """Writes a file for a base path with the versions 3 and 5."""

    def write(policy="specific { versions: 3 }"):
        for number in (3, 5):
            (tmp_path / "versions" / str(number)).mkdir(parents=True, exist_ok=True)
        path = tmp_path / "models.config"
        path.write_text(CONFIG.format(base=tmp_path / "versions", policy=policy))
        return path

    return write


def parsed(path):
    """The file as TensorFlow Serving's own class reads it."""
    (model,) = text_format.Parse(path.read_text(), model_server_config_pb2.ModelServerConfig()).model_config_list.config
    return model


def test_a_label_is_set_and_everything_else_stays(config_file):
    path = config_file()
    before = parsed(path)
    set_labels(path, {"canary": 5})
    model = parsed(path)
    assert dict(model.version_labels) == {"stable": 3, "canary": 5}
    assert labels_of(path) == {"stable": 3, "canary": 5}
    assert (model.logging_config, model.base_path) == (before.logging_config, before.base_path)


def test_a_labelled_version_is_added_to_the_specific_versions(config_file):
    path = config_file()
    set_labels(path, {"canary": 5, "stable": 3})
    assert list(parsed(path).model_version_policy.specific.versions) == [3, 5]


def test_other_policies_stay(config_file):
    path = config_file(policy="all {}")
    set_labels(path, {"canary": 5})
    assert parsed(path).model_version_policy.WhichOneof("policy_choice") == "all"


def test_a_version_that_does_not_exist_is_an_error(config_file):
    path = config_file()
    with pytest.raises(DataError, match=r"label canary must name a version in .*versions. Received: 7, which is not"):
        set_labels(path, {"canary": 7})
    assert labels_of(path) == {"stable": 3}


def test_an_unknown_model_and_an_invalid_file_are_errors(config_file, tmp_path):
    with pytest.raises(DataError, match=r"--model must be one of lookbook of .*models.config. Received: other"):
        labels_of(config_file(), "other")
    (tmp_path / "broken.config").write_text("model_config_list {")
    with pytest.raises(DataError, match=r"the model config file .*broken.config cannot be read"):
        read_labels(tmp_path / "broken.config")
