"""The argument types that several operations share, under the names their signatures use."""

from fractions import Fraction
from typing import Annotated

from media.geometry import Length, Size
from media.language.params import COMPASS, Bool, Color, ColorKind, Gravity, GravityKind, Int, LengthKind, RatioKind
from media.operations.registry import Prepared
from media.operations.tracking import TrackedScene
from media.raster.pixels import Image

#: More than any limit lets through: the planner refuses with the configured bound, not with this one.
MAX_SIDE = 100_000

#: What must be found in the picture; if it is not, each falls back as Cloudinary documents.
DETECTED = (
    "face", "faces", "adv_face", "adv_faces", "adv_eyes", "body", "custom", "ocr_text", "region", "object",
    "person", "vehicle", "bicycle", "car", "motorbike", "aeroplane", "bus", "train", "truck", "boat",
    "animal", "bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe",
    "furniture", "chair", "sofa", "pottedplant", "bed", "diningtable", "toilet",
    "electronic", "tvmonitor", "laptop", "mouse", "remote", "keyboard", "cellphone",
    "appliance", "microwave", "oven", "toaster", "sink", "refrigerator",
    "kitchen", "bottle", "wine_glass", "cup", "fork", "knife", "spoon", "bowl",
    "food", "banana", "apple", "sandwich", "orange", "broccoli", "carrot", "hotdog", "pizza", "donut", "cake",
    "accessory", "sport", "frisbee", "skis", "snowboard", "sportsball", "kite", "baseballbat", "baseballglove",
    "skateboard", "surfboard", "tennisracket", "indoor", "book", "clock", "vase", "scissors", "teddy_bear",
    "hair_drier", "toothbrush", "outdoor", "traffic_light", "stopsign", "parkingmeter", "firehydrant", "bench",
)  # fmt: skip
GRAVITIES = (*COMPASS, "xy_center", "auto", "none", "liquid", *DETECTED)

Width = Annotated[Length | None, LengthKind(1, MAX_SIDE)]
Height = Annotated[Length | None, LengthKind(1, MAX_SIDE)]
Ratio = Annotated[Fraction | None, RatioKind()]
Offset = Annotated[Length, LengthKind(-MAX_SIDE, MAX_SIDE)]
Corner = Annotated[Length | None, LengthKind(-MAX_SIDE, MAX_SIDE)]
Where = Annotated[Gravity, GravityKind(GRAVITIES)]
MaybeWhere = Annotated[Gravity | None, GravityKind(GRAVITIES)]
Paint = Annotated[Color, ColorKind()]
MaybePaint = Annotated[Color | None, ColorKind()]
Flag = Annotated[bool, Bool()]
Percent = Annotated[int, Int(0, 100)]

#: The picture's size as the chain sees it (its pixels may be fewer after shrink-on-load).
OwnSize = Annotated[Size, Prepared("size")]
#: The size of the picture under a layer; the picture's own elsewhere.
BaseSize = Annotated[Size, Prepared("base")]
#: The first frame: what an operation decides by looking, it decides there.
First = Annotated[Image, Prepared("first")]
#: All frames: what must hold for each of them is decided by looking at all.
Frames = Annotated[tuple[Image, ...], Prepared("frames")]
#: Of a step that makes an animation: which share of it has passed at this frame.
Moment = Annotated[float, Prepared("moment")]
#: Where things are in the picture.
SceneNow = Annotated[TrackedScene, Prepared("scene")]
