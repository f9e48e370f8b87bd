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
