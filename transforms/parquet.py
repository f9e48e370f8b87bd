"""`pyarrow.parquet` for this project. Every module that reads or writes Parquet imports `pq` from here.

The pinned pyarrow (10.0.1) unpickles extension types named in the metadata of a file, which runs code from the file
(CVE-2023-47248). After the import of `pyarrow_hotfix`, pyarrow refuses such files in the whole process.
"""

import pyarrow.parquet as pq
import pyarrow_hotfix  # noqa: F401 (its import is the fix)

__all__ = ["pq"]
