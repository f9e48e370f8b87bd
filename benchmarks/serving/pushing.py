"""Versions in a served folder, entering and leaving as the pipeline's do; files are linked and not copied."""

import pathlib
import shutil

from benchmarks.serving.shop import Shop


def base_path(shop: Shop, kind: str) -> pathlib.Path:
    """The served folder of an OUT; its one version is 1."""
    base = shop.root / f"serving-{kind}" / "serving" / "lookbook"
    base.mkdir(parents=True, exist_ok=True)
    for version in base.iterdir():
        if version.name != "1":
            shutil.rmtree(version)  # of a bench that was killed
    if not (base / "1").exists():
        push(shop, kind, base, 1)
    return base


def push(shop: Shop, kind: str, base: pathlib.Path, number: int) -> None:
    """One more version, by a rename."""
    incoming = base / f".incoming-{number}"
    shutil.copytree(shop.model(kind), incoming, copy_function=_link)
    incoming.rename(base / str(number))


def remove(version: pathlib.Path) -> None:
    """One version less, out of sight first."""
    doomed = version.with_name(f".removed-{version.name}")
    version.rename(doomed)
    shutil.rmtree(doomed)


def _link(source: str, to: str) -> str:
    pathlib.Path(to).hardlink_to(source)
    return to
