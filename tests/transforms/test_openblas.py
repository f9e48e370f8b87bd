"""The kernels of OpenBLAS are chosen for Intel processors, and by the user before that."""

import os

import pytest

from transforms import openblas

AVX512 = "avx512f avx512dq avx512cd avx512bw avx512vl"


def cpu_info(vendor, flags):
    lines = ("processor\t: 0", f"vendor_id\t: {vendor}", "model\t: 2: 3", f"flags\t\t: fpu {flags}", "bugs\t\t:\n")
    core = "\n".join(lines)
    return core + "\n" + core.replace("processor\t: 0", "processor\t: 1")


@pytest.mark.parametrize(
    ("vendor", "flags", "kernels"),
    [
        ("GenuineIntel", f"sse2 fma avx avx2 {AVX512} avx512_fp16", "SkylakeX"),
        ("GenuineIntel", "sse2 fma avx avx2", "Haswell"),
        ("GenuineIntel", "sse2 fma avx avx2 avx512f", "Haswell"),
        ("GenuineIntel", "sse2", None),
        ("AuthenticAMD", f"sse2 fma avx avx2 {AVX512}", None),
    ],
)
def test_an_intel_processor_gets_the_best_kernels_that_it_can_run(vendor, flags, kernels):
    assert openblas.kernels_of(cpu_info(vendor, flags)) == kernels


def test_text_without_a_processor_chooses_nothing():
    assert openblas.kernels_of("CPU implementer : 0x41\nFeatures : fp asimd\n") is None
    assert openblas.kernels_of("") is None


def test_the_choice_of_the_user_is_kept(monkeypatch):
    monkeypatch.setenv(openblas.VARIABLE, "Prescott")
    openblas.choose_kernels()
    assert os.environ[openblas.VARIABLE] == "Prescott"
