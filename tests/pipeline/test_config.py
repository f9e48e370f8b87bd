"""The whole configuration is read in layers: defaults, a preset, assignments."""

import pytest
import tomli

from pipeline.config import PRESETS, PipelineConfig, load_config, preset_names
from pipeline.settings import as_tree, resolve
from transforms.errors import ConfigError


def test_nothing_given_means_the_defaults():
    assert load_config(None, []) == PipelineConfig()


def test_assignments_go_over_a_preset_which_goes_over_the_defaults(tmp_path):
    preset = tmp_path / "mine.toml"
    preset.write_text("seed = 5\nlabel_days = 14\n")
    config = load_config(str(preset), ["label_days=3"])
    assert (config.seed, config.label_days) == (5, 3)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_of_the_project_resolves_to_something_else_than_the_defaults(name):
    assert load_config(name, []) != PipelineConfig()
    tree = tomli.loads((PRESETS / f"{name}.toml").read_text())
    assert load_config(name, []) == resolve(PipelineConfig, [tree])


def test_an_unknown_preset_is_refused_with_those_there_are():
    with pytest.raises(ConfigError, match=r"preset must be one of .*; received 'nonesuch'"):
        load_config("nonesuch", [])


def test_a_preset_file_that_is_not_there_is_called_that(tmp_path):
    with pytest.raises(ConfigError, match=r"--preset must name an existing TOML file\. Received: 'mine\.toml'"):
        load_config("mine.toml", [])


def test_a_byte_order_mark_is_no_part_of_a_preset(tmp_path):
    (tmp_path / "mine.toml").write_bytes(b"\xef\xbb\xbfseed = 5\n")
    assert load_config(str(tmp_path / "mine.toml"), []).seed == 5


def test_only_a_name_that_is_near_is_called_the_nearest():
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


@pytest.mark.parametrize(("assignment", "rule"), [("seed=-1", "seed must be 0"), ("label_days=0", "1 or more")])
def test_values_out_of_range_are_refused(assignment, rule):
    with pytest.raises(ConfigError, match=rule):
        load_config(None, [assignment])


def test_the_tree_of_the_configuration_resolves_to_it_again():
    config = load_config(None, ["seed=3"])
    assert resolve(PipelineConfig, [as_tree(config)]) == config
