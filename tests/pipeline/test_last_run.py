"""The data folder that the last run recorded."""

import json

import pytest

from pipeline.last_run import data_of_last_run


def test_the_data_folder_of_the_last_run_is_read(tmp_path):
    (tmp_path / "summary.json").write_text(json.dumps({"data_dir": str(tmp_path)}))
    assert data_of_last_run(tmp_path) == tmp_path


@pytest.mark.parametrize("content", [None, "{", "{}", "[]", '{"data_dir": 3}', '{"data_dir": "/nonesuch"}'])
def test_what_is_not_recorded_or_no_longer_there_is_none(tmp_path, content):
    if content is not None:
        (tmp_path / "summary.json").write_text(content)
    assert data_of_last_run(tmp_path) is None
