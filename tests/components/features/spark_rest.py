"""Reads Spark's REST API, which tells what the stages and executors of a running application do."""

import json
import time
import urllib.request

DEADLINE_S = 300
POLL_S = 0.05


class SparkRest:
    """The REST API of a session that has `spark.ui.enabled`."""

    def __init__(self, session):
        context = session.sparkContext
        self._url = f"{context.uiWebUrl}/api/v1/applications/{context.applicationId}"

    def get(self, path):
        with urllib.request.urlopen(f"{self._url}/{path}", timeout=DEADLINE_S) as answer:
            return json.load(answer)

    def finished(self, executor_id):
        """The tasks that succeeded on an executor, as pairs of stage and partition."""
        return {
            (stage["stageId"], task["index"])
            for stage in self.get("stages?details=true")
            for task in stage.get("tasks", {}).values()
            if task["executorId"] == executor_id and task["status"] == "SUCCESS"
        }


def wait_until(condition):
    """Polls until the condition is true; returns its value."""
    end_s = time.monotonic() + DEADLINE_S
    while not (value := condition()):
        assert time.monotonic() < end_s, "the condition was not met"
        time.sleep(POLL_S)
    return value
