"""Where faces are: Viola and Jones' cascade (2001), as OpenCV ships it trained, checked against the class map.

It finds upright faces that look at the camera; one seen from the side or under 1/24 of the photograph is missed.
"""

import functools
from pathlib import Path

import cv2
import numpy as np

from media.scene.classes import CLASSES
from media.scene.scene import Area
from worker.matting.maps import Maps
from worker.matting.photo import Photo
from worker.matting.raster import Bytes, resize

CASCADE = "haarcascade_frontalface_alt2.xml"
#: The photograph is looked at with this longer side; smaller faces than ``SMALLEST`` of its pixels are not looked for.
LONGER_SIDE, SMALLEST = 480, 20
#: OpenCV's: the ratio of one size to the one before, and at how many neighbouring places a face is found.
SCALE_STEP, NEIGHBOURS = 1.1, 4
PERSON = CLASSES.index("person")
#: A face belongs to a person: the mean probability in its box is at least this, if the network names persons.
LEAST_PERSON = 0.25


def find_faces(photo: Photo, maps: Maps) -> list[Area]:
    """Boxes as fractions of the photograph's width and height."""
    factor = min(1.0, LONGER_SIDE / max(photo.width, photo.height))
    width, height = max(1, round(photo.width * factor)), max(1, round(photo.height * factor))
    grey = cv2.cvtColor(resize(photo.rgb, width, height), cv2.COLOR_RGB2GRAY)
    found = _cascade().detectMultiScale(
        grey, scaleFactor=SCALE_STEP, minNeighbors=NEIGHBOURS, minSize=(SMALLEST, SMALLEST)
    )
    areas = [
        (float(x / width), float(y / height), float((x + w) / width), float((y + h) / height)) for x, y, w, h in found
    ]
    return [area for area in areas if maps.class_bytes is None or _is_of_person(area, maps.class_bytes)]


def _is_of_person(area: Area, classes: Bytes) -> bool:
    height, width = classes.shape[:2]
    left, top, right, bottom = area
    rows = slice(int(top * height), int(np.ceil(bottom * height)))
    columns = slice(int(left * width), int(np.ceil(right * width)))
    return float(classes[rows, columns, PERSON].mean()) / 255 >= LEAST_PERSON


@functools.cache
def _cascade() -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / CASCADE))
