"""The table of `articles.csv`: attributes of the vocabulary, with names and descriptions made from them."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synthetic import vocabulary as words
from transforms import columns

Ints = npt.NDArray[np.int64]


def articles_table(
    *,
    code: Ints,
    number: Ints,
    kind: Ints,
    section: Ints,
    colour: Ints,
    look: Ints,
    material: Ints,
    fit: Ints,
    name: Ints,
    bare: npt.NDArray[np.bool_],
) -> pa.Table:
    """The table of A articles, in the order of their ids.

    Args:
        code: `[A]` product codes.
        number: `[A]` number of the variant of its product, from 0.
        kind: `[A]` position in `vocabulary.TYPES`.
        section: `[A]` position in `vocabulary.SECTIONS`.
        colour: `[A]` position in `vocabulary.COLOURS`.
        look: `[A]` position in `vocabulary.LOOKS`.
        material: `[A]` position in `vocabulary.MATERIALS`.
        fit: `[A]` position in `vocabulary.FITS`.
        name: `[A]` position in `vocabulary.NAMES`.
        bare: `[A]` whether the description is missing.
    """
    kinds, sections, colours, looks = words.TYPES, words.SECTIONS, words.COLOURS, words.LOOKS
    garments = list(dict.fromkeys(entry.garment for entry in kinds))
    garment = np.array([garments.index(entry.garment) for entry in kinds])[kind]
    values = list(dict.fromkeys(entry.value for entry in colours))
    masters = list(dict.fromkeys(entry.master for entry in colours))
    value = np.array([values.index(entry.value) for entry in colours])[colour]
    master = np.array([masters.index(entry.master) for entry in colours])[colour]

    def text(table: list[str], at: Ints) -> pa.Array:
        return pa.array(table, pa.string()).take(pa.array(at))

    type_word = text([entry.name.lower() for entry in kinds], kind)
    material_word = text(list(words.MATERIALS), material)
    join = pc.binary_join_element_wise
    prod_name = join(text(words.NAMES, name), type_word, " ")
    description = join(
        join(
            text([entry.name.capitalize() for entry in words.FITS], fit),
            type_word,
            "in",
            material_word,
            "with",
            text([entry.words for entry in looks], look),
            " ",
        ),
        text([f". {entry.name} from {entry.garment.lower()}, for " for entry in kinds], kind),
        text([f"{entry.name.lower()}." for entry in sections], section),
        "",
    )
    product_code = pa.array(code).cast(pa.string())
    article_id = pc.utf8_lpad(pa.array(code * 1000 + number + 1).cast(pa.string()), 10, padding="0")
    arrays = {
        columns.ARTICLE_ID: article_id,
        columns.PRODUCT_CODE: product_code,
        columns.PRODUCT_NAME: prod_name,
        "product_type_no": pa.array(240 + kind),
        "product_type_name": text([entry.name for entry in kinds], kind),
        "product_group_name": text([entry.group for entry in kinds], kind),
        "graphical_appearance_no": pa.array(1_010_001 + look),
        "graphical_appearance_name": text([entry.name for entry in looks], look),
        "colour_group_code": pa.array(1 + colour),
        "colour_group_name": text([entry.name for entry in colours], colour),
        "perceived_colour_value_id": pa.array(1 + value),
        "perceived_colour_value_name": text(values, value),
        "perceived_colour_master_id": pa.array(1 + master),
        "perceived_colour_master_name": text(masters, master),
        "department_no": pa.array(1000 + 40 * section + garment),
        "department_name": join(text(garments, garment), text([s.index_name for s in sections], section), " "),
        "index_code": text([entry.index_code for entry in sections], section),
        "index_name": text([entry.index_name for entry in sections], section),
        "index_group_no": _take_ints([entry.group_no for entry in sections], section),
        "index_group_name": text([entry.group_name for entry in sections], section),
        "section_no": pa.array(1 + section),
        "section_name": text([entry.name for entry in sections], section),
        "garment_group_no": pa.array(1001 + garment),
        "garment_group_name": text(garments, garment),
        columns.DESCRIPTION: pc.if_else(pa.array(bare), pa.scalar(None, pa.string()), description),
    }
    return pa.table({column.name: arrays[column.name] for column in columns.ARTICLES})


def _take_ints(table: list[int], at: Ints) -> pa.Array:
    return pa.array(np.array(table)[at])
