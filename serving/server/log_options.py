"""Options of the command line for the request log."""

from __future__ import annotations

import argparse
import pathlib

from serving.hashed_ids import read_salt
from serving.server.log_config import LoggingConfig, LogStorage


def add_to(parser: argparse.ArgumentParser) -> None:
    """Adds the options to a parser."""
    defaults = LogStorage()
    parser.add_argument(
        "--log-prefix",
        help="log Predict requests into the files PREFIX-*.tfrecord (with --base-path; a model config file has "
        "logging_config)",
    )
    parser.add_argument(
        "--log-sampling-rate", type=float, default=1.0, help="share of the requests that --log-prefix logs (default: 1)"
    )
    parser.add_argument(
        "--log-salt-file",
        type=pathlib.Path,
        help="file with a secret salt; the log then holds keyed hashes instead of customer ids",
    )
    parser.add_argument(
        "--log-file-bytes", type=int, default=defaults.file_bytes, help="size at which a new log file is begun"
    )
    parser.add_argument(
        "--log-max-bytes",
        type=int,
        default=defaults.max_bytes,
        help="limit of all log files of a prefix; the oldest are deleted",
    )
    parser.add_argument(
        "--log-queue-bytes",
        type=int,
        default=defaults.queue_bytes,
        help="limit of what waits for being written; further requests are not logged",
    )
    parser.add_argument(
        "--log-root",
        action="append",
        default=[],
        help="folder that must contain the log files of reloads; repeatable (default: the folders of the first logs)",
    )


def logging_config(options: argparse.Namespace) -> LoggingConfig | None:
    """The logging of the model of `--base-path`.

    Raises:
        ValueError: an option is out of range.
    """
    if options.log_prefix is None:
        return None
    return LoggingConfig(filename_prefix=options.log_prefix, sampling_rate=options.log_sampling_rate)


def storage(options: argparse.Namespace) -> LogStorage:
    """How the logs are kept.

    Raises:
        ValueError: an option is out of range, or options contradict each other.
        OSError: the salt cannot be read.
    """
    if options.log_prefix is not None and options.model_config_file is not None:
        raise ValueError(
            "--log-prefix must be given with --base-path. Received: --model-config-file. "
            "Write a logging_config into the file instead."
        )
    return LogStorage(
        file_bytes=options.log_file_bytes,
        max_bytes=options.log_max_bytes,
        queue_bytes=options.log_queue_bytes,
        salt=read_salt(options.log_salt_file) if options.log_salt_file is not None else None,
        roots=tuple(options.log_root),
    )
