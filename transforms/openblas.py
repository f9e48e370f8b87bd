"""Chooses the kernels of OpenBLAS, NumPy's and SciPy's linear algebra, on processors that it does not know.

OpenBLAS 0.3.23, which the locked NumPy carries, knows no Intel processor after Sapphire Rapids and uses kernels without
AVX for them: products of matrices take four times as long. See docs/decisions/0070-kernels-of-openblas.md.
"""

import os
import pathlib

VARIABLE = "OPENBLAS_CORETYPE"  # read by OpenBLAS when it is loaded
_CPU_INFO = pathlib.Path("/proc/cpuinfo")
_INTEL = "GenuineIntel"
_KERNELS = (
    ("SkylakeX", {"avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"}),
    ("Haswell", {"avx2", "fma"}),
)


def choose_kernels() -> None:
    """Sets `OPENBLAS_CORETYPE` for this process and its children, unless the user has set it.

    Has an effect only before NumPy is imported.
    """
    if VARIABLE not in os.environ and _CPU_INFO.exists():
        kernels = kernels_of(_CPU_INFO.read_text(encoding="utf-8", errors="replace"))
        if kernels:
            os.environ[VARIABLE] = kernels


def kernels_of(cpu_info: str) -> str | None:
    """Returns the best kernels that an Intel processor can run, or None to leave the choice to OpenBLAS.

    Args:
        cpu_info: text of `/proc/cpuinfo`.

    >>> kernels_of("vendor_id : GenuineIntel\\nflags : fpu fma avx avx2")
    'Haswell'
    >>> kernels_of("vendor_id : AuthenticAMD\\nflags : fpu fma avx avx2")
    """
    fields = dict(line.split(":", 1) for line in reversed(cpu_info.splitlines()) if ":" in line)
    values = {name.strip(): value.strip() for name, value in fields.items()}
    if values.get("vendor_id") != _INTEL:
        return None
    flags = set(values.get("flags", "").split())
    return next((kernels for kernels, needed in _KERNELS if needed <= flags), None)
