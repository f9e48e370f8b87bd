"""Light commands start without heavy packages, and the environment of TensorFlow is set before it is imported."""

import subprocess
import sys

import pytest

HEAVY = {"tensorflow", "tfx", "apache_beam", "pandas", "pyarrow", "numpy", "duckdb", "scann", "altair", "vl_convert"}


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["config"], ["versions", "--out", "/"]])
def test_light_commands_import_no_heavy_packages(arguments):
    code = f"import sys; from lookbook.cli import main; main({arguments!r}); print(*sys.modules, sep='\\n')"
    assert HEAVY.isdisjoint(run_python(code).split())


def test_the_run_module_does_not_import_tensorflow():
    assert run_python("import sys, pipeline.run; print('tensorflow' in sys.modules)").split() == ["False"]


def test_querying_a_server_imports_no_tensorflow():
    code = (
        "import sys; from lookbook.cli import main; code = main(['query', 'c', '--port', '1']);"
        "print(code, 'tensorflow' in sys.modules)"
    )
    assert run_python(code).split() == ["1", "False"]


def test_the_environment_of_tensorflow_is_set_and_a_chosen_log_level_is_kept():
    code = (
        "import os; os.environ.pop('TF_USE_LEGACY_KERAS', 0); os.environ['TF_CPP_MIN_LOG_LEVEL'] = '0';"
        "from lookbook.cli import main; main(['config']);"
        "print(os.environ['TF_USE_LEGACY_KERAS'], os.environ['TF_CPP_MIN_LOG_LEVEL'])"
    )
    assert run_python(code).splitlines()[-1] == "1 0"


def test_importing_the_command_line_does_not_change_the_environment():
    code = "import os; before = dict(os.environ); import lookbook.cli; print(dict(os.environ) == before)"
    assert run_python(code).split() == ["True"]
