"""Tests oneDNN for wrong answers on this processor, and measures its speed.

    TF_ENABLE_ONEDNN_OPTS=1 python -m benchmarks.onednn overlap VERSION   # runs that overlap
    TF_ENABLE_ONEDNN_OPTS=1 python -m benchmarks.onednn one-run VERSION   # branches of one run
    python -m benchmarks.onednn speed VERSION [--repeats 5]               # on and off in turns

VERSION is the folder of a version that `lookbook run` pushed, such as out/serving/lookbook/1. The first two leave
oneDNN as the environment sets it and exit 1 if an answer was wrong. With the fault, a signal may also end the process.
"""

import argparse
import os
import pathlib
import sys

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ONEDNN = "TF_ENABLE_ONEDNN_OPTS"  # not set here, because it is under test


def main() -> int:
    """Runs the command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.onednn")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("overlap", "one-run", "speed"):
        command = commands.add_parser(name)
        command.add_argument("version", type=pathlib.Path)
        command.add_argument("--times", type=int, default=1000, help="runs of each call, default 1000")
        command.add_argument("--repeats", type=int, default=5, help="of `speed`, default 5")
    chosen = parser.parse_args()
    if chosen.command == "overlap":
        return _overlap(chosen.version, chosen.times)
    if chosen.command == "one-run":
        return _one_run(chosen.version, chosen.times)
    from benchmarks.onednn.speed import compare_speed

    print(compare_speed(chosen.version, chosen.repeats))
    return 0


def _overlap(version: pathlib.Path, times: int) -> int:
    from benchmarks.onednn.overlapping import BATCH_SIZES, compare_overlapping
    from benchmarks.onednn.session_model import SessionModel

    model, wrong = SessionModel(version), 0
    for signature in sorted(model.signatures):
        for sizes in BATCH_SIZES:
            found = compare_overlapping(model.ask, [(signature, size) for size in sizes], times)
            print(f"{signature} {sizes}: {found.calls} runs, {sum(found.wrong.values())} wrong, worst {found.worst:g}")
            wrong += sum(found.wrong.values())
    return int(wrong > 0)


def _one_run(version: pathlib.Path, times: int) -> int:
    from benchmarks.onednn.one_run import compare_branches, compare_steps

    wrong = 0
    for name, found in [*compare_branches(version, times), ("training step", compare_steps(times))]:
        print(f"{name}: {found.calls} answers, {sum(found.wrong.values())} wrong, worst {found.worst:g}")
        wrong += sum(found.wrong.values())
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
