"""Beam's in-process runner, which reports progress.

Beam knows the stages of a pipeline before it runs them, but not their number of elements or their duration, so progress
counts finished stages. The time left is not estimated, because stages that read and write take most of the time.
"""

from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner

from transforms.progress import Progress


class ProgressRunner(FnApiRunner):
    """Runs pipelines like its base class, one at a time, and reports finished stages."""

    def run_stages(self, stage_context, stages):
        """Runs the stages and counts each once, when its first bundle is done."""
        with Progress("Beam", "stages", len(stages), even=False) as progress:
            self._progress, self._done = progress, set()
            return super().run_stages(stage_context, stages)

    def _execute_bundle(self, runner_execution_context, bundle_context_manager, bundle_input):
        result = super()._execute_bundle(runner_execution_context, bundle_context_manager, bundle_input)
        self._done.add(bundle_context_manager.stage.name)
        self._progress.reach(len(self._done))
        return result
