"""The curated schemas: types, domains and presence of the columns of each table and of the features."""

import pathlib

SCHEMAS = pathlib.Path(__file__).parent
