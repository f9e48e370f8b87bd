"""Photos of articles: where they are, how they are opened, and what stands in for a missing one.

Everything that shows or counts photos uses this package:

    from transforms.photos.config import PhotosConfig
    from transforms.photos.shop_photos import ShopPhotos
    from transforms.photos.placeholder import placeholder_svg

    photos = ShopPhotos(data_dir, PhotosConfig())      # opens nothing
    photos.find("0108775015")                          # Path, or None if there is no usable file
    photos.thumbnail("0108775015", box=(120, 160))     # JPEG bytes, or None if missing or broken
    photos.open("0108775015", box=(224, 224))          # PIL image in RGB; raises PhotoError
    photos.count(article_ids)                          # PhotoCounts: found, missing, broken, and why
    placeholder_svg("T-shirt")                         # SVG text for an article without a photo

Article ids and photos are strangers' data. No id and no symbolic link leads out of the data folder, and sizes in bytes
and pixels are limited. A missing or broken photo never stops anything but `open`.

The package imports neither TensorFlow nor the network. Its methods may be called from several threads.
"""
