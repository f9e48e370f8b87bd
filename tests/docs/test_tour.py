"""The tour's feature has the described values, and its commands run in a copy of the repository."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from models.recommender.features import FEATURES, pair
from models.recommender.features.pairs import Pairs
from models.recommender.features.registry import Registry
from models.recommender.query import Query
from models.recommender.state import State, load_tables
from tests.source_tree import ROOT
from transforms.calendar import date_of

BLOCK = r"^(?:<!-- append to (\S+) -->\n)?```(\w+)\n(.*?)^```"


@pytest.fixture(scope="module")
def blocks():
    """The code blocks of the tour in order: the file that a block is appended to or "", its language, its text."""
    return re.findall(BLOCK, (ROOT / "docs" / "tour.md").read_text(encoding="utf-8"), flags=re.M | re.S)


def test_the_feature_is_1_where_the_customer_bought_the_article_in_the_last_14_days(blocks, tiny):
    ((file, _, source),) = [block for block in blocks if block[0]]
    assert (ROOT / file).is_file()
    namespace = {**vars(pair), "feature": Registry()}
    exec(source, namespace)
    ((name, function),) = namespace["feature"].functions.items()
    assert name not in FEATURES, "the tour must add a new feature"
    day = tiny.calendar.cut
    state = State(load_tables(tiny.states, day))
    query = Query(
        state, tf.range(state.num_customers), tf.zeros([state.num_customers, 4]), history_length=state.num_articles
    )
    rows = tf.tile(tf.range(state.num_articles)[None, :], [state.num_customers, 1])
    values = function(Pairs(query, rows, tf.zeros([state.num_articles + 1, 4]))).numpy()
    history = pq.read_table(tiny.states / date_of(day) / "history.parquet").to_pylist()
    expected = {(row["customer_row"], row["article_row"]) for row in history if day - row["last_day"] <= 14}
    assert expected
    assert {(c, a) for c, a in zip(*values.nonzero(), strict=True)} == expected


@pytest.mark.proof
def test_the_commands_train_push_twice_and_repeat_only_what_depends_on_the_feature(blocks, tmp_path):
    copy = tmp_path / "lookbook"
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns(".venv", ".git", "build", "out", "shop", "__pycache__", ".*_cache")
    )
    (copy / ".venv").symlink_to(pathlib.Path(sys.prefix))
    git = ["git", "-c", "user.name=tour", "-c", "user.email=tour@localhost"]
    for arguments in (["init", "-q"], ["add", "models"], ["commit", "-qm", "before the tour"]):
        subprocess.run([*git, *arguments], cwd=copy, check=True)
    script = "set -euo pipefail\n"
    for file, language, text in blocks:
        script += (
            f"cat >> {file} <<'END'\n{text}END\n" if file else f"{text}echo '=== done'\n" if language == "sh" else ""
        )
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "COLUMNS": "120"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    _, first, second, versions, _ = re.split(r"=== done\n", done.stdout, maxsplit=4)
    assert re.search(r" 0 of \d+ steps cached", first)
    cached = set(re.findall(r"^\[ *\d+/\d+\] (\w+) +cached$", second, flags=re.M))
    assert cached >= {"Ingest", "DataGate", "Content", "Features", "Transform", "retrieval"}
    assert not cached & {"ranking", "assemble_end", "Evaluator", "ModelGate", "InfraGate", "Push"}
    assert len(set(re.findall(r"pushed +\S+/serving/lookbook/(\d+)", first + second))) == 2
    assert len(re.findall(r"0\.\d{4}", re.findall(r"^.*map_at_12.*$", versions, flags=re.M)[0])) == 2
    assert not (copy / "build").exists() or not (copy / "build" / "tour").exists()
    changed = subprocess.run(["git", "status", "--porcelain", "models"], cwd=copy, capture_output=True, text=True)
    assert changed.stdout == ""
