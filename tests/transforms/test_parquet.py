"""A Parquet file cannot run code in the process that reads it."""

import re
import subprocess
import sys

import pytest

from tests.source_tree import ROOMS, ROOT

# Writes a file whose metadata hold a pickled extension type; loading it creates the folder `ran`.
WRITE = """
import os, pathlib, pickle, sys
import pyarrow as pa, pyarrow.parquet as pq

class Type(pa.PyExtensionType):
    def __init__(self):
        super().__init__(pa.int64())
    def __reduce__(self):
        return (os.mkdir, (sys.argv[2],))

array = pa.ExtensionArray.from_storage(Type(), pa.array([1, 2]))
pq.write_table(pa.table({"article_row": array}), sys.argv[1])
"""
READ = """
import sys
{imports}
print(pq.read_table(sys.argv[1]).num_rows)
"""


@pytest.fixture
def malicious(tmp_path):
    path = tmp_path / "articles.parquet"
    subprocess.run([sys.executable, "-c", WRITE, str(path), str(tmp_path / "ran")], check=True)
    assert not (tmp_path / "ran").exists()
    return path


def read(path, imports):
    return subprocess.run(
        [sys.executable, "-c", READ.format(imports=imports), str(path)], cwd=ROOT, capture_output=True, text=True
    )


def test_a_file_that_would_run_code_is_refused(malicious):
    done = read(malicious, "from transforms.parquet import pq")
    assert not (malicious.parent / "ran").exists()
    assert done.returncode != 0
    assert "Disallowed deserialization of 'arrow.py_extension_type'" in done.stderr


def test_without_the_fix_the_code_runs(malicious):
    """Without the fix the file runs its code, so the test above can fail."""
    read(malicious, "import pyarrow.parquet as pq")
    assert (malicious.parent / "ran").exists()


def test_a_plain_file_is_read(tmp_path):
    write = "import sys, pyarrow as pa, pyarrow.parquet as pq; pq.write_table(pa.table({'a': [1, 2]}), sys.argv[1])"
    path = tmp_path / "plain.parquet"
    subprocess.run([sys.executable, "-c", write, str(path)], check=True)
    assert read(path, "from transforms.parquet import pq").stdout == "2\n"


@pytest.mark.parametrize(
    "path",
    [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_module_reads_parquet_through_the_fixed_module(path):
    if path == ROOT / "transforms" / "parquet.py":
        return
    unguarded = re.compile(
        r"pyarrow\.(parquet|feather|ipc|dataset|orc)|from pyarrow import .*\b(parquet|feather|ipc|dataset)\b|pa\.ipc\b"
        r"|\.read_(parquet|feather)\(|\.deserialize"
    )
    found = [match[0] for match in unguarded.finditer(path.read_text(encoding="utf-8"))]
    assert [word for word in found if word != "read_parquet("] == [], "take pq from transforms.parquet"
