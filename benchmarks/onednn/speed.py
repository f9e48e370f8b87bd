"""Measures the speed of training steps and of a model's answers in one process, with and without oneDNN.

Both are measured in turns, each in its own process, so that other load of the machine affects both equally.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Mapping

from benchmarks.environment import ROOT, environment, machine_load

_STEPS = 60
_CALLS = 150
_MEASURE = "import sys; from benchmarks.onednn.speed import measure; measure(sys.argv[1])"
FIGURES = {
    "ranking_step_ms": "training step of the ranking networks, ms",
    "one_client_ms": "one client, batch 1, ms",
    "batch_64_ms": "one client, batch 64, ms",
    "eight_clients_per_s": "eight clients, batch 1, answers/s",
}


def compare_speed(version: pathlib.Path, repeats: int) -> str:
    """A Markdown table of medians with and without oneDNN.

    Args:
        version: folder of the model.
        repeats: number of processes for each of both settings.
    """
    measured: dict[str, list[Mapping[str, float]]] = {"0": [], "1": []}
    load = []
    for _ in range(repeats):
        for onednn, figures in measured.items():
            variables = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": onednn}
            command = [sys.executable, "-c", _MEASURE, str(version)]
            load.append(machine_load())
            done = subprocess.run(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True, check=True)
            figures.append(json.loads(done.stdout.splitlines()[-1]))
    about = environment()
    lines = [
        f"{about['machine']}; {about['measured_at'][:10]}; commit {about['commit']}; {repeats} processes each way in "
        f"turns, medians; {statistics.mean(load):.1f} processes wanted a processor",
        "",
        "| | oneDNN off | oneDNN on |",
        "|---|---|---|",
    ]
    for name, words in FIGURES.items():
        off, on = (statistics.median(each[name] for each in measured[way]) for way in ("0", "1"))
        lines.append(f"| {words} | {off:.2f} | {on:.2f} |")
    return "\n".join(lines)


def measure(version: str) -> None:
    """Measures in this process, with oneDNN as its environment sets it, and prints the figures as JSON."""
    from benchmarks.onednn.one_run import ranking_step
    from benchmarks.onednn.session_model import SessionModel

    step = ranking_step()
    figures = {"ranking_step_ms": _median_ms(step, _STEPS)}
    model = SessionModel(pathlib.Path(version))
    figures["one_client_ms"] = _median_ms(lambda: model.ask("serving_default", 1), _CALLS)
    figures["batch_64_ms"] = _median_ms(lambda: model.ask("serving_default", 64), _CALLS)
    clients = [threading.Thread(target=lambda: _repeat(model, _CALLS)) for _ in range(8)]
    start_s = time.perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    figures["eight_clients_per_s"] = len(clients) * _CALLS / (time.perf_counter() - start_s)
    print(json.dumps(figures))


def _repeat(model, times: int) -> None:
    for _ in range(times):
        model.ask("serving_default", 1)


def _median_ms(call, times: int) -> float:
    call()  # traces
    taken = []
    for _ in range(times):
        start_s = time.perf_counter()
        call()
        taken.append(1e3 * (time.perf_counter() - start_s))
    return statistics.median(taken)
