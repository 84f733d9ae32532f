"""The operations, one function each; importing the package fills the table."""

from media.operations.registry import OPERATIONS, Operation, format_steps, parse_steps, step

__all__ = ["OPERATIONS", "Operation", "format_steps", "parse_steps", "step"]
