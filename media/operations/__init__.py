"""The operations, one function each; importing the package fills the table."""

from media.operations import (  # noqa: F401  entering their functions into the table
    accessibility,
    adjust,
    alpha,
    art_filter,
    auto_tone,
    background_removal,
    control,
    effect,
    focus,
    layer,
    matte,
    modulate,
    page,
    painting,
    recolor,
    region,
    reshape,
    resize,
    shadow,
    subject,
    text,
    warp,
)
from media.operations.framing import (  # noqa: F401
    corners,
    drawing,
    found,
    retarget,
    scaling,
    window,
)
from media.operations.grading import (  # noqa: F401
    grade,
    looks,
    softness,
)
from media.operations.motion import (  # noqa: F401
    loop,
    zoompan,
)
from media.operations.registry import (
    OPERATIONS,
    Operation,
    format_chain,
    format_steps,
    parse_chain,
    parse_steps,
    step,
)

__all__ = ["OPERATIONS", "Operation", "format_chain", "format_steps", "parse_chain", "parse_steps", "step"]
