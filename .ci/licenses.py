"""Lists the license of each package in requirements.lock, read from the installed packages' metadata."""

from __future__ import annotations

import collections
import importlib.metadata
import pathlib
import re

LOCK = pathlib.Path(__file__).parents[1] / "requirements.lock"
# Spellings of one license that packages use, so that the totals count it once.
SPDX = {
    "Apache": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


def license_of(distribution: importlib.metadata.Distribution) -> str:
    """The license that a package states: as an expression, by classifiers, or in a line."""
    metadata = distribution.metadata
    if metadata.get("License-Expression"):
        return metadata["License-Expression"]
    classifiers = [c.split(" :: ")[-1] for c in metadata.get_all("Classifier") or () if c.startswith("License :: ")]
    stated = [name for name in classifiers if name not in ("OSI Approved", "DFSG approved")]
    if not stated and metadata.get("License", "UNKNOWN") != "UNKNOWN":
        stated = metadata["License"].strip().splitlines()[:1]
    return " AND ".join(SPDX.get(name, name) for name in stated) or "not stated, see its license file"


def main() -> None:
    """Prints a line for each package, then the number of packages of each license."""
    locked = re.findall(r"^([A-Za-z0-9._-]+)==", LOCK.read_text(encoding="utf-8"), flags=re.M)
    distributions = [importlib.metadata.distribution(name) for name in locked]
    licenses = [license_of(distribution) for distribution in distributions]
    for name, distribution, text in zip(locked, distributions, licenses, strict=True):
        print(f"{name:40} {distribution.version:16} {text}")
    print(f"\n{len(locked)} packages")
    for text, number in collections.Counter(licenses).most_common():
        print(f"{number:4} {text}")


if __name__ == "__main__":
    main()
