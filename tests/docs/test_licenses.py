"""`make licenses` states a license for each locked package, and the project states its own."""

import importlib.metadata
import re
import subprocess
import sys

from tests.source_tree import ROOT


def test_each_locked_package_has_a_line_with_its_version_and_a_license():
    script = ROOT / ".ci" / "licenses.py"
    text = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True).stdout
    packages, total = text.split("\n\n")
    rows = [line.split(maxsplit=2) for line in packages.splitlines()]
    licenses = {name: text for name, _, text in rows}
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), flags=re.M))
    assert {name: version for name, version, _ in rows} == locked
    assert licenses["tfx"] == "Apache-2.0"
    assert licenses["click"] == "BSD-3-Clause"
    assert total.startswith(f"{len(locked)} packages\n")


def test_the_distribution_carries_its_license_and_the_security_policy():
    metadata = importlib.metadata.metadata("lookbook")
    assert metadata["License"] == "Apache-2.0"
    assert metadata.get_all("License-File") == ["LICENSE", "SECURITY.md"]
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text(encoding="utf-8")
