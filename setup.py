"""Distribution of Lookbook: the console script and the rooms as top-level packages.

Beam ships this distribution to its workers and the Kubeflow image installs it. The exact
versions it was tested with are in `requirements.lock`.
"""

import pathlib

from setuptools import find_packages, setup

ROOMS = (
    "lookbook",
    "console",
    "kubeflow",
    "operations",
    "pipeline",
    "components",
    "models",
    "pages",
    "serving",
    "synthetic",
    "transforms",
)
DATA_FILES = ("sql", "pbtxt", "toml", "md", "binpb", "proto", "html", "css", "svg", "json")


def _direct_requirements() -> list[str]:
    lines = (pathlib.Path(__file__).parent / "requirements.in").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


setup(
    name="lookbook",
    version="0.1.0",
    description="A production recommender pipeline for fashion retail on TFX",
    license="Apache-2.0",
    license_files=["LICENSE", "SECURITY.md"],
    python_requires=">=3.10,<3.11",
    packages=find_packages(include=[p for room in ROOMS for p in (room, f"{room}.*")]),
    package_data={room: [f"**/*.{kind}" for kind in DATA_FILES] for room in ROOMS},
    install_requires=_direct_requirements(),
    entry_points={"console_scripts": ["lookbook=lookbook.cli:main"]},
)
