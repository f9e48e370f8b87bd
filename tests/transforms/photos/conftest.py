"""Small photos in all formats."""

import pytest
from PIL import Image

RED = (200, 30, 30)


@pytest.fixture
def data(tmp_path):
    """A data folder, with room beside it."""
    folder = tmp_path / "shop"
    folder.mkdir()
    return folder


@pytest.fixture
def put(data):
    """Saves an image, red if none is given, at a path in the data folder."""

    def put(relative, image=None, **options):
        path = data / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        (image or Image.new("RGB", (24, 32), RED)).save(path, **options)
        return path

    return put
