"""The whole configuration is read in layers: defaults, a preset, assignments."""

import logging

import pytest
import tomli
from pydantic import Field

from models.recommender.config import ChannelsConfig, RecommenderConfig
from pipeline.config import PRESETS, PipelineConfig, load_config, load_settings, preset_names
from pipeline.layers import resolve
from transforms.errors import ConfigError


def test_the_defaults_apply_without_preset_and_assignments():
    assert load_config(None, []) == PipelineConfig()


def test_assignments_override_a_preset_which_overrides_the_defaults(tmp_path):
    preset = tmp_path / "mine.toml"
    preset.write_text("seed = 5\nlabel_days = 14\n")
    config = load_config(str(preset), ["label_days=3"])
    assert (config.seed, config.label_days) == (5, 3)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_differs_from_the_defaults(name):
    assert load_config(name, []) != PipelineConfig()
    tree = tomli.loads((PRESETS / f"{name}.toml").read_text())
    assert load_config(name, []) == resolve(PipelineConfig, [tree])


def test_an_unknown_preset_is_refused_with_the_known_names():
    with pytest.raises(ConfigError, match=r"preset must be one of .*\. Received: 'nonesuch'"):
        load_config("nonesuch", [])


def test_a_missing_preset_file_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"--preset must name an existing TOML file\. Received: 'mine\.toml'"):
        load_config("mine.toml", [])


def test_a_byte_order_mark_in_a_preset_is_ignored(tmp_path):
    (tmp_path / "mine.toml").write_bytes(b"\xef\xbb\xbfseed = 5\n")
    assert load_config(str(tmp_path / "mine.toml"), []).seed == 5


def test_an_unknown_setting_is_refused_with_a_similar_name_if_there_is_one():
    for written, nearest in (("sed=1", "seed"), ("embeding_dim=8", "retrieval.embedding_dim")):
        with pytest.raises(ConfigError, match=rf"is not a setting; the nearest is {nearest}$"):
            load_config(None, [written])
    with pytest.raises(ConfigError, match=r"^foo is not a setting; `lookbook config` lists them$"):
        load_config(None, ["foo=1"])


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_preset_that_is_not_utf_8_is_refused_with_the_remedy(tmp_path, encoding):
    (tmp_path / "bad.toml").write_bytes("seed = 3  # é".encode(encoding))
    with pytest.raises(ConfigError, match=r"bad\.toml is not UTF-8 .*; save it again as UTF-8"):
        load_config(str(tmp_path / "bad.toml"), [])


def test_a_preset_that_is_not_toml_is_refused(tmp_path):
    (tmp_path / "bad.toml").write_text("seed: 3")
    with pytest.raises(ConfigError, match=r"bad\.toml is not TOML"):
        load_config(str(tmp_path / "bad.toml"), [])


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("seed=-1", "seed must be a whole number of at least 0. Received: -1."),
        ("label_days=0", "label_days must be a whole number of at least 1. Received: 0."),
        ("features.list_weeks=53", "features.list_weeks must be a whole number from 1 to 52. Received: 53."),
        ("features.half_life_days=0", "features.half_life_days must be a number from 0.001 to 1,000,000. Received: 0."),
        ("ranking.dropout=1.0", "ranking.dropout must be a number from 0 to 0.99. Received: 1.0."),
        ("recommender.index=annoy", "recommender.index must be one of scann, exact. Received: 'annoy'."),
        ("push.min_share=true", "push.min_share must be a number from 0 to 1. Received: True."),
        ("ingest.memory_limit_gib=inf", "ingest.memory_limit_gib must be a number of at least 0.25. Received: inf."),
        (
            "recommender.channels.*=0",
            "recommender.channels.towers or another channel must be above 0. Received: 0 for all channels.",
        ),
    ],
)
def test_values_out_of_range_are_refused_with_the_rule(assignment, message):
    with pytest.raises(ConfigError) as caught:
        load_config(None, [assignment])
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("former", "present"),
    [
        ("features.least_list_weeks=4", "features.min_list_weeks=4"),
        ("ranking.least_steps=4", "ranking.min_steps=4"),
        ("push.least_share=0.25", "push.min_share=0.25"),
    ],
)
def test_former_names_are_accepted_with_a_warning(former, present, caplog):
    with caplog.at_level(logging.WARNING):
        assert load_config(None, [former]) == load_config(None, [present])
    names = former.split("=")[0], present.split("=")[0]
    assert caplog.messages == [
        f"warning: {names[0]} is now called {names[1]}; the next release will refuse the former name"
    ]


class MoreChannels(ChannelsConfig):
    basket: int = Field(default=20, ge=0, le=1000)


class MoreRecommender(RecommenderConfig):
    channels: MoreChannels = Field(default_factory=MoreChannels)


class MorePipeline(PipelineConfig):
    recommender: MoreRecommender = Field(default_factory=MoreRecommender)


def test_the_preset_ids_only_turns_off_added_channels_too():
    assert load_settings(MorePipeline, None, [], [PRESETS]).recommender.channels.basket == 20
    channels = load_settings(MorePipeline, "ids-only", [], [PRESETS]).recommender.channels
    assert {name: size for name, size in channels if size} == {"towers": 200}


def test_the_tree_of_a_configuration_resolves_to_an_equal_configuration():
    config = load_config(None, ["seed=3"])
    assert resolve(PipelineConfig, [config.as_tree()]) == config
