"""A served folder: versions are pushed and removed as the pipeline does it, with hard links instead of copies."""

import pathlib
import shutil

from benchmarks.serving.shop import Shop
from components.served_folder import model_dir


def base_path(shop: Shop, kind: str) -> pathlib.Path:
    """The served folder of an OUT, with version 1 only."""
    base = model_dir(shop.root / f"serving-{kind}")
    base.mkdir(parents=True, exist_ok=True)
    for version in base.iterdir():
        if version.name != "1":
            shutil.rmtree(version)  # left by a benchmark that was killed
    if not (base / "1").exists():
        push(shop, kind, base, 1)
    return base


def push(shop: Shop, kind: str, base: pathlib.Path, number: int) -> None:
    """Pushes a version by rename.

    Args:
        shop: shop with the models.
        kind: kind of the model, as in `shop.model`.
        base: the served folder.
        number: number of the version.
    """
    incoming = base / f".incoming-{number}"
    shutil.copytree(shop.model(kind), incoming, copy_function=_link)
    incoming.rename(base / str(number))


def remove(version: pathlib.Path) -> None:
    """Renames a version, then deletes it."""
    removed = version.with_name(f".removed-{version.name}")
    version.rename(removed)
    shutil.rmtree(removed)


def _link(source: str, to: str) -> str:
    pathlib.Path(to).hardlink_to(source)
    return to
