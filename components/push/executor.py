"""Push's executor: requires both blessings and equal digests, and pushes by atomic rename."""

import datetime
import json
import logging
import pathlib

from tfx.components.pusher import executor as tfx_pusher
from tfx.proto import pusher_pb2
from tfx.types import artifact_utils, standard_component_specs
from tfx.utils import path_utils, proto_utils

from components.evaluation.report import read_evaluation
from components.gates.freshness.executor import require_fresh
from components.model_files import AS_OF, DRIFT, FIGURES, JUDGED_AS_OF, RUN_KEY, WEIGHTS_DIGEST, as_of, description_of
from components.push.publish import drop_old, publish
from transforms.errors import GateError

EVALUATION, JUDGED, DRIFT_STATISTICS = "evaluation", "judged", "drift_statistics"
VERSION = "version.json"


class Executor(tfx_pusher.Executor):
    """Pushes `model` if the model gate blessed `judged` and the infra gate blessed `model`.

    `custom_config` holds `run_key`, `keep_versions` and `allow_older`.
    """

    def Do(self, input_dict, output_dict, exec_properties) -> None:  # noqa: N802 (TFX's name)
        """Pushes the model, or marks the output as not pushed.

        Args:
            input_dict: `model`, `judged`, `evaluation`, `drift_statistics` and both blessings.
            output_dict: `pushed_model`.
            exec_properties: `push_destination` and `custom_config`, both as JSON.

        Raises:
            GateError: the judged model and the model to push have different weights, or a version with newer data was
                pushed in the meantime.
        """
        pushed = artifact_utils.get_single_instance(output_dict[standard_component_specs.PUSHED_MODEL_KEY])
        if not self.CheckBlessing(input_dict):
            self._MarkNotPushed(pushed)
            return
        model = pathlib.Path(self.GetModelPath(input_dict))
        # Not from the address in the blessing, because on a cluster only the inputs have local copies.
        judged = pathlib.Path(path_utils.serving_model_dir(artifact_utils.get_single_uri(input_dict[JUDGED])))
        require_equal_digests(judged, model)
        destination = pusher_pb2.PushDestination()
        proto_utils.json_to_proto(exec_properties[standard_component_specs.PUSH_DESTINATION_KEY], destination)
        serving_dir = pathlib.Path(destination.filesystem.base_directory)
        custom = json.loads(exec_properties.get(standard_component_specs.CUSTOM_CONFIG_KEY) or "{}")
        last_day = as_of(description_of(model))
        if last_day is not None:
            last_day -= datetime.timedelta(days=1)
            require_fresh(last_day, serving_dir, allow_older=custom["allow_older"] == "true")
        evaluation = read_evaluation(pathlib.Path(artifact_utils.get_single_uri(input_dict[EVALUATION])))
        pathlib.Path(pushed.uri).mkdir(parents=True, exist_ok=True)
        figures = {RUN_KEY: custom["run_key"], JUDGED_AS_OF: description_of(judged)[AS_OF], FIGURES: evaluation.overall}
        statistics = pathlib.Path(artifact_utils.get_single_uri(input_dict[DRIFT_STATISTICS]))
        version = publish(model, serving_dir, figures, folders={DRIFT: statistics})
        drop_old(serving_dir, custom["keep_versions"])
        (pathlib.Path(pushed.uri) / VERSION).write_text(json.dumps({"version": str(version)}))
        self._MarkPushed(pushed, pushed_destination=str(version), pushed_version=version.name)
        logging.info("pushed %s", version)


def require_equal_digests(judged: pathlib.Path, model: pathlib.Path) -> None:
    """Checks that the judged and the pushed model have the same weights.

    Args:
        judged: SavedModel as of the cut.
        model: SavedModel as of the end.

    Raises:
        GateError: the values of `weights_digest` differ.
    """
    one, other = (description_of(folder)[WEIGHTS_DIGEST] for folder in (judged, model))
    if one != other:
        raise GateError(
            f"weights_digest of the judged and the pushed model must be equal. Received: {one} in {judged}, {other} in "
            f"{model}. Run the pipeline again without changing its artifacts."
        )
