"""Charts as SVG: Altair describes them, vl-convert renders them, without a browser and without JavaScript."""
