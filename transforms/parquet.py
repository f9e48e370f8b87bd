"""`pyarrow.parquet` for this project: every module that reads or writes Parquet takes `pq` from here.

The pinned pyarrow (10.0.1) unpickles extension types that a file's metadata names, and so runs code from the file
(CVE-2023-47248). `pyarrow_hotfix` has it refuse such files, in the whole process, from its import on.
"""

import pyarrow.parquet as pq
import pyarrow_hotfix  # noqa: F401 (its import is the fix)

__all__ = ["pq"]
