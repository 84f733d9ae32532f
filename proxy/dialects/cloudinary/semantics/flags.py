"""``fl_``: every flag of the language, and what it means here (spec 3.12).

Three tables say what a flag does to the answer, to the output, or to a step; the fourth lists those that change
nothing, and why: it is what happens anyway, or it concerns media that are not delivered here.
"""

from typing import Any

ANSWERS: dict[str, dict[str, Any]] = {"immutable_cache": {"immutable": True}, "getinfo": {"wants_info": True}}

OUTPUTS: dict[str, dict[str, Any]] = {
    "lossy": {"lossy": True},
    "preserve_transparency": {"preserve_transparency": True},
    "keep_iptc": {"keep_metadata": True},
    "keep_attribution": {"keep_metadata": True},
    "force_icc": {"keep_profile": True},
    "png8": {"palette": True},
    "any_format": {"palette": True},
    "apng": {"animated": True},
    "animated": {"animated": True},
}

_MEANINGS = {
    "attachment": "answer with Content-Disposition: attachment, under a name of choice",
    "immutable_cache": "add immutable to Cache-Control",
    "getinfo": "answer with facts about source and result as JSON",
    "progressive": "write JPEG, PNG and GIF interlaced",
    "lossy": "lossy GIF; an opaque PNG becomes a JPEG",
    "preserve_transparency": "f_auto takes only formats with alpha",
    "keep_iptc": "keep metadata",
    "keep_attribution": "keep metadata",
    "force_icc": "keep the colour profile",
    "png8": "write PNG with a palette",
    "any_format": "write PNG with a palette",
    "apng": "an animation delivered as PNG moves, instead of showing its first frame",
    "animated": "as apng; other formats with frames move anyway",
}

#: Read where the step they belong to is made.
_STEPS = {
    "layer_apply": "close the open layer and place it",
    "relative": "fractions of a layer's size refer to the picture under it",
    "region_relative": "as relative, to what its gravity finds: one layer on every face of g_faces",
    "no_overflow": "a layer never enlarges the canvas",
    "tiled": "repeat the layer over the picture",
    "cutter": "keep the picture where the layer is opaque",
    "ignore_aspect_ratio": "keep the other side as it is if one is given",
    "text_disallow_overflow": "refuse a text that is larger than the picture",
}

_ANYWAY = "happens anyway"
_NOT_HERE = "no effect: concerns media not delivered here"
_NOTHING = {
    **dict.fromkeys(("png24", "png32", "tiff8_lzw", "strip_profile", "force_strip", "alternate"), _ANYWAY),
    **dict.fromkeys(("awebp", "text_no_trim"), _ANYWAY),
    **dict.fromkeys(("splice", "waveform", "mono", "no_stream", "hlsv3", "keep_dar", "truncate_ts"), _NOT_HERE),
    **dict.fromkeys(("streaming_attachment", "draco", "sanitize", "rasterize", "replace_image", "group4"), _NOT_HERE),
    "clip": "no effect: clipping paths are not read",
    "clip_evenodd": "no effect: clipping paths are not read",
    "ignore_mask_channels": "no effect: masks of TIFF files are not read",
    "original": "no effect: sources are stored as they came",
    "c2pa": "no effect: provenance is not signed",
}
#: Flags that the output reader passes over.
ELSEWHERE = frozenset({*_STEPS, *_NOTHING})
FLAGS = {**_MEANINGS, **_STEPS, **_NOTHING}
