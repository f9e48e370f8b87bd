"""Beam's in-process runner, telling how far it is.

Beam knows the stages of a pipeline before it runs them, but neither how many elements each will have nor how long it
takes: stages done, of all there are, is as much as can be told. Those that read and write take longest, most of the
others no time at all, so that nothing can be said of the time left.
"""

from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner

from transforms.progress import Progress


class WatchedRunner(FnApiRunner):
    """Runs pipelines as its base does, one at a time."""

    def run_stages(self, stage_context, stages):
        """Runs the stages, and tells each the first time it is done."""
        with Progress("Beam", "stages", len(stages), even=False) as progress:
            self._progress, self._done = progress, set()
            return super().run_stages(stage_context, stages)

    def _execute_bundle(self, runner_execution_context, bundle_context_manager, bundle_input):
        result = super()._execute_bundle(runner_execution_context, bundle_context_manager, bundle_input)
        self._done.add(bundle_context_manager.stage.name)
        self._progress.reach(len(self._done))
        return result
