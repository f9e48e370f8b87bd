"""Names of the files of a states folder, which Features writes and the models read.

calendar.json               days of the run, see `transforms.calendar`
articles.parquet            all articles, sorted by id; the position is the article's row
availability.parquet        if the shop has availability.csv: its rows as `transforms.availability` describes
content.parquet             content vectors of the articles, see `transforms.content`
customers.parquet           all customers, sorted by id; the position is the customer's row
labels/YYYY-MM-DD.parquet   purchases of the week from that day
YYYY-MM-DD/                 state tables as of that day
"""

import pathlib

from transforms.calendar import date_of

ARTICLES_FILE = "articles.parquet"
CUSTOMERS_FILE = "customers.parquet"
AVAILABILITY_FILE = "availability.parquet"


def state_folder(states: pathlib.Path, day: int) -> pathlib.Path:
    """Returns the folder of the state tables as of a day.

    Args:
        states: the states folder.
        day: day number.
    """
    return states / date_of(day)


def labels_file(states: pathlib.Path, day: int) -> pathlib.Path:
    """Returns the file of the purchases of the week that begins on a day.

    Args:
        states: the states folder.
        day: day number.
    """
    return states / "labels" / f"{date_of(day)}.parquet"
