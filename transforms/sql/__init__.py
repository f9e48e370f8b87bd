"""The queries that build the states, one file each; see README.md."""

import importlib.resources


def query_text(name: str) -> str:
    """Returns the text of `<name>.sql` without comments."""
    text = importlib.resources.files(__name__).joinpath(f"{name}.sql").read_text()
    return "\n".join(line for line in text.splitlines() if not line.startswith("--"))
