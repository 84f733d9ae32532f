"""The operations, one function each; importing the package fills the table."""

from media.operations import (  # noqa: F401  entering their functions into the table
    adjust,
    alpha,
    art,
    color,
    control,
    cutout,
    effect,
    focus,
    layer,
    look,
    matte,
    modulate,
    page,
    region,
    reshape,
    resize,
    shadow,
    subject,
    text,
    tone,
    vision,
    warp,
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
