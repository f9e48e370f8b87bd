"""The files beside a SavedModel's graph: names that the model server shares, and fields of lookbook.json."""

import datetime

import pytest

from components.assemble.saved_model import Description
from components.model_files import (
    DESCRIPTION,
    REPORT,
    RUN_RECORD,
    WARMUP_REQUESTS,
    as_of,
    blessed_customers,
    blessed_map,
    description_of,
    trained_until,
    write_description,
)
from components.served_folder import MODEL_NAME
from serving.client import ClientConfig
from serving.server.fingerprint import DOCUMENTS
from serving.server.joining import DECLARATION_FILE, DECLARATION_KEY
from serving.server.warmup import WARMUP_FILE


def test_the_model_server_looks_for_the_files_and_the_field_that_assemble_writes():
    assert str(DESCRIPTION) == DECLARATION_FILE
    assert str(WARMUP_REQUESTS) == WARMUP_FILE
    assert DECLARATION_KEY in Description.__dataclass_fields__


def test_the_model_server_ignores_the_report_and_the_record_of_the_run():
    assert {str(REPORT), str(RUN_RECORD)} == set(DOCUMENTS)


def test_the_client_asks_for_the_served_name_by_default():
    assert ClientConfig().model_name == MODEL_NAME


def test_written_fields_are_added_to_existing_fields(tmp_path):
    write_description(tmp_path, {"as_of": "2020-09-23", "articles": 3})
    write_description(tmp_path, {"articles": 4, "run_key": "r"})
    assert description_of(tmp_path) == {"as_of": "2020-09-23", "articles": 4, "run_key": "r"}


@pytest.mark.parametrize("text", [None, "", "[1]", "{"])
def test_a_missing_or_invalid_description_is_empty(tmp_path, text):
    (tmp_path / "assets.extra").mkdir()
    if text is not None:
        (tmp_path / "assets.extra" / "lookbook.json").write_text(text)
    assert description_of(tmp_path) == {}


def test_blessed_figures_are_those_of_the_evaluation_or_of_the_copied_weights():
    run = {"evaluation": {"map_at_12": 0.25, "customers": 160.0}}
    assert (blessed_map(run), blessed_customers(run)) == (0.25, 160)
    refresh = {"evaluation": {"map_at_12": 0.2, "customers": 9.0}, "blessed_map_at_12": 0.25, "blessed_customers": 160}
    assert (blessed_map(refresh), blessed_customers(refresh)) == (0.25, 160)
    assert (blessed_map({}), blessed_customers({})) == (None, None)


def test_a_missing_or_invalid_day_is_none():
    assert as_of({"as_of": "2020-09-23"}) == datetime.date(2020, 9, 23)
    assert as_of({"as_of": "yesterday"}) is None
    assert trained_until({"trained_until": "2020-09-16", "judged_as_of": "2020-09-18"}) == datetime.date(2020, 9, 16)
    assert trained_until({"judged_as_of": "2020-09-18"}) == datetime.date(2020, 9, 18)
    assert trained_until({}) is None
