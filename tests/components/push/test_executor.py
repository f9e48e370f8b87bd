"""Push publishes a model that both gates blessed and that has the weights of the judged model."""

import json

import pytest
from tfx.types import artifact_utils, standard_artifacts
from tfx.utils import json_utils, proto_utils

from components.evaluation.report import Evaluation
from components.model_files import description_of
from components.push import executor as push
from components.served_folder import version_folders
from tests.fake_version import write_version
from transforms.errors import GateError

OVERALL = {"map_at_12": 0.25, "customers": 7.0}


@pytest.fixture(autouse=True)
def _evaluation(monkeypatch):
    monkeypatch.setattr(push, "read_evaluation", lambda folder: Evaluation({"all": OVERALL}))


@pytest.fixture
def run(tmp_path):
    """Runs the executor on a judged and a new model; returns the serving folder and the `pushed_model` artifact."""

    def make(
        *,
        model_blessed=True,
        infra_blessed=True,
        judged_digest="d",
        digest="d",
        keep=5,
        key="this-run",
        end="2020-01-08",
        allow_older="false",
    ):
        def artifact(kind, name):
            made = kind()
            made.uri = str(tmp_path / name)
            (tmp_path / name).mkdir(exist_ok=True)
            return made

        def model(name, weights_digest, as_of):
            made = artifact(standard_artifacts.Model, name)
            write_version(tmp_path / name / "Format-Serving", weights_digest=weights_digest, as_of=as_of)
            return made

        judged, new = model("cut", judged_digest, "2020-01-01"), model("end", digest, end)
        blessing = artifact(standard_artifacts.ModelBlessing, "blessing")
        blessing.set_int_custom_property("blessed", int(model_blessed))
        blessing.set_string_custom_property("current_model", judged.uri)
        infra = artifact(standard_artifacts.InfraBlessing, "infra")
        infra.set_int_custom_property("blessed", int(infra_blessed))
        statistics = artifact(standard_artifacts.ExampleStatistics, "statistics")
        (tmp_path / "statistics" / "FeatureStats.pb").write_bytes(b"statistics")
        pushed = artifact(standard_artifacts.PushedModel, "pushed")
        serving = tmp_path / "serving"
        destination = push.pusher_pb2.PushDestination()
        destination.filesystem.base_directory = str(serving)
        push.Executor().Do(
            {
                "model": [new],
                "judged": [judged],
                "model_blessing": [blessing],
                "infra_blessing": [infra],
                "evaluation": [artifact(standard_artifacts.ModelEvaluation, "evaluation")],
                "drift_statistics": [statistics],
            },
            {"pushed_model": [pushed]},
            {
                "push_destination": proto_utils.proto_to_json(destination),
                "custom_config": json_utils.dumps({"run_key": key, "keep_versions": keep, "allow_older": allow_older}),
            },
        )
        return serving, artifact_utils.get_single_instance([pushed])

    return make


def test_a_model_that_both_gates_blessed_is_pushed_with_its_figures(run, tmp_path):
    serving, pushed = run()
    (version,) = version_folders(serving)
    assert (version / "saved_model.pb").read_bytes() == b"graph"
    assert (version / "assets.extra" / "drift" / "FeatureStats.pb").read_bytes() == b"statistics"
    assert description_of(version) == {
        "weights_digest": "d",
        "as_of": "2020-01-08",
        "judged_as_of": "2020-01-01",
        "run_key": "this-run",
        "evaluation": OVERALL,
    }
    assert pushed.get_int_custom_property("pushed") == 1
    assert pushed.get_string_custom_property("pushed_version") == version.name
    assert pushed.get_string_custom_property("pushed_destination") == str(version)
    assert json.loads((tmp_path / "pushed" / "version.json").read_text()) == {"version": str(version)}


@pytest.mark.parametrize("no", ["model_blessed", "infra_blessed"])
def test_a_model_that_one_gate_refused_is_not_pushed(run, tmp_path, no):
    serving, pushed = run(**{no: False})
    assert not serving.exists()
    assert pushed.get_int_custom_property("pushed") == 0
    assert not (tmp_path / "pushed" / "version.json").exists()


def test_weights_other_than_the_judged_ones_stop_the_run(run, tmp_path):
    with pytest.raises(GateError, match=r"weights_digest .* must be equal. Received: other in .*cut.*, d in .*end"):
        run(judged_digest="other")
    assert not (tmp_path / "serving").exists()


def test_only_the_newest_versions_are_kept(run):
    for _ in range(3):
        serving, pushed = run(keep=2)
    newest = [version.name for version in version_folders(serving)]
    assert len(newest) == 2
    assert newest[-1] == pushed.get_string_custom_property("pushed_version")


def test_a_model_of_older_data_than_the_served_one_is_pushed_only_if_allowed(run):
    serving, _ = run(end="2020-01-08")
    run(end="2020-01-08")
    with pytest.raises(GateError, match=r"the data end on 2020-01-06, those of the served version \d+ on 2020-01-07\."):
        run(end="2020-01-07")
    assert [description_of(version)["as_of"] for version in version_folders(serving)] == ["2020-01-08"] * 2
    run(end="2020-01-07", allow_older="true")
    assert description_of(version_folders(serving)[-1])["as_of"] == "2020-01-07"
