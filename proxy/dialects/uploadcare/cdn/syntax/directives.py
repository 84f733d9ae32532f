"""The directives of an address: their names, and how many arguments each takes.

How many tells a file name from an argument: ``-/sharp/photo`` names the file, ``-/resize/300x`` lacks a slash.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Directive:
    """``-/name/argument/argument/`` with its percent escapes undone."""

    name: str
    arguments: tuple[str, ...]

    def __str__(self) -> str:
        return "/".join(("-", self.name, *self.arguments, ""))


@dataclass(frozen=True, slots=True)
class Syntax:
    """``text`` is how it is written; between ``least`` and ``most`` arguments."""

    text: str
    least: int
    most: int


def _rows() -> dict[str, Syntax]:
    written = """
        preview/[:dimensions]/
        resize/:one_or_two_dimensions/
        smart_resize/:dimensions/
        stretch/:mode/
        crop/:what/[:dimensions_or_ratio]/[:alignment]/[:color]/
        scale_crop/:dimensions/[:type]/[:alignment]/
        trim/[:tolerance]/[:padding]/
        border_radius/:radii/[:vertical_radii]/
        setfill/:color/
        zoom_objects/:zoom/
        format/:format/
        quality/:value/
        progressive/:yes_or_no/
        strip_meta/[:mode]/
        srgb/:mode/
        max_icc_size/:kilobytes/
        autorotate/:yes_or_no/
        rotate/:angle/
        flip/
        mirror/
        grayscale/
        invert/
        brightness/[:value]/
        exposure/[:value]/
        gamma/[:value]/
        contrast/[:value]/
        saturation/[:value]/
        vibrance/[:value]/
        warmth/[:value]/
        enhance/[:strength]/
        filter/:name/[:amount]/
        blur/[:strength]/[:amount]/
        blur_region/:dimensions_or_faces/[:coordinates]/[:strength]/
        sharp/[:strength]/
        overlay/:uuid_or_self/[:relative_dimensions]/[:relative_coordinates]/[:opacity]/
        text/:relative_dimensions/:relative_coordinates/:text/
        text_align/:horizontal/:vertical/
        text_box/:mode/[:color]/[:padding]/
        font/:property/[:property]/[:property]/[:property]/[:property]/[:property]/
        rect/:color/:relative_dimensions/:relative_coordinates/
        rasterize/
        inline/:yes_or_no/
        json/
        jsonp/
        main_colors/[:number_of_colors]/
        preset/:name/
        remove_bg/
        effect/:name/
    """
    return {text.partition("/")[0]: _row(text) for text in written.split()}


def _row(text: str) -> Syntax:
    parts = text.split("/")[1:-1]
    return Syntax(text, sum(part[0] == ":" for part in parts), len(parts))


SYNTAX = _rows()
