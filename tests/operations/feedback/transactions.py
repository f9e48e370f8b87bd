"""Writes the transactions of a small shop of September 2020."""

import datetime


def day(number):
    return datetime.date(2020, 9, number)


def write_transactions(folder, rows):
    """Rows are (day of September, or a date; customer; article)."""
    folder.mkdir(exist_ok=True)
    dated = [(number if isinstance(number, datetime.date) else day(number), *ids) for number, *ids in rows]
    text = "".join(f"{date},{customer},{article},0.1,1\n" for date, customer, article in dated)
    (folder / "transactions_train.csv").write_text(f"t_dat,customer_id,article_id,price,sales_channel_id\n{text}")
    return folder
