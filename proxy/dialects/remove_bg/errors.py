"""The error codes of remove.bg, one row each: status and title. What went wrong stands in the detail."""

from dataclasses import dataclass

from media.errors import RequestError


@dataclass(frozen=True, slots=True)
class Row:
    status: int
    title: str


ERRORS: dict[str, Row] = {
    "missing_source": Row(400, "No image given"),
    "multiple_sources": Row(400, "Multiple image sources given"),
    "multiple_bg_sources": Row(400, "Multiple background sources given"),
    "failed_image_download": Row(400, "Failed to download image"),
    "failed_bg_download": Row(400, "Failed to download background image"),
    "failed_to_read_image": Row(400, "Failed to read image"),
    "file_too_large": Row(400, "File too large"),
    "invalid_add_shadow": Row(400, "Invalid add_shadow parameter given"),
    "invalid_bg_color": Row(400, "Invalid bg_color parameter given"),
    "invalid_bg_image_url": Row(400, "Invalid bg_image_url parameter given"),
    "invalid_body": Row(400, "The request cannot be read"),
    "invalid_channels": Row(400, "Invalid channels parameter given"),
    "invalid_crop": Row(400, "Invalid crop parameter given"),
    "invalid_crop_margin": Row(400, "Invalid crop_margin parameter given"),
    "invalid_dimensions": Row(400, "Invalid image dimensions"),
    "invalid_file_type": Row(400, "Invalid file type"),
    "invalid_format": Row(400, "Invalid format parameter given"),
    "invalid_image_url": Row(400, "Invalid image_url parameter given"),
    "invalid_position": Row(400, "Invalid position parameter given"),
    "invalid_roi": Row(400, "Invalid roi parameter given"),
    "invalid_scale": Row(400, "Invalid scale parameter given"),
    "invalid_semitransparency": Row(400, "Invalid semitransparency parameter given"),
    "invalid_shadow_opacity": Row(400, "Invalid shadow_opacity parameter given"),
    "invalid_size": Row(400, "Invalid size parameter given"),
    "resolution_too_high": Row(400, "Image resolution too high"),
    "roi_exceeds_bounds": Row(400, "Region of interest exceeds the image"),
    "roi_region_empty": Row(400, "Region of interest is empty"),
    "unknown_foreground": Row(400, "Could not identify foreground in image"),
    "insufficient_credits": Row(402, "Insufficient credits"),
    "auth_failed": Row(403, "API Key invalid"),
    "not_found": Row(404, "Not found"),
    "rate_limit_exceeded": Row(429, "Rate limit exceeded"),
    "internal_error": Row(500, "Internal server error"),
    "service_unavailable": Row(503, "Service unavailable"),
}


class Refused(RequestError):
    """A request refused with one of :data:`ERRORS`; ``retry_after`` in seconds, 0 for "do not repeat it"."""

    def __init__(self, code: str, detail: str, *, retry_after: int = 0) -> None:
        super().__init__(detail)
        self.code = code
        self.status = ERRORS[code].status
        self.retry_after = retry_after
