"""Names of the files of a states folder, which Features writes and the models read.

calendar.json               days of the run, see `transforms.calendar`
catalogue.parquet           all articles, sorted by id; the position is the article's row
people.parquet              all customers, sorted by id; the position is the customer's row
labels/YYYY-MM-DD.parquet   purchases of the week from that day
YYYY-MM-DD/                 state tables as of that day
"""

import pathlib

from transforms.calendar import date_of

CATALOGUE = "catalogue.parquet"
PEOPLE = "people.parquet"


def state_folder(states: pathlib.Path, day: int) -> pathlib.Path:
    """Folder of the state tables as of a day.

    Args:
        states: the states folder.
        day: day number.
    """
    return states / date_of(day)


def labels_file(states: pathlib.Path, day: int) -> pathlib.Path:
    """File of the purchases of the week that begins on a day.

    Args:
        states: the states folder.
        day: day number.
    """
    return states / "labels" / f"{date_of(day)}.parquet"
