"""Where things lie in the store: key → path. Two letters of fan-out keep folders and S3 listings even."""


def _shelved(shelf: str, key: str, suffix: str = "") -> str:
    return f"{shelf}/{key[:2]}/{key}{suffix}"


def derived_path(key: str) -> str:
    return _shelved("derived", key)


def maps_path(key: str) -> str:
    return _shelved("maps", key)


def faces_path(key: str) -> str:
    """``key`` is that of the maps that the faces were checked against."""
    return _shelved("faces", key, ".json")


def cutout_colour_path(key: str) -> str:
    return _shelved("cutouts", key, ".jpg")


def cutout_matte_path(key: str) -> str:
    return _shelved("cutouts", key, ".png")


def video_path(key: str) -> str:
    return _shelved("videos", key)


def parts_prefix(key: str) -> str:
    """Segments of a video that is not whole yet."""
    return f"{_shelved('parts', key)}/"
