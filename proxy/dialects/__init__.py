"""DIALECTS: one row per HTTP surface. A route is taken by the first row that matches it."""

from proxy.dialect import Dialect
from proxy.dialects.background_remover.delivery import BACKGROUND_REMOVER, BACKGROUND_REMOVER_SERVER
from proxy.dialects.cloudimage.delivery import CLOUDIMAGE
from proxy.dialects.cloudinary.api.routes import CLOUDINARY_API
from proxy.dialects.cloudinary.delivery import CLOUDINARY
from proxy.dialects.img_processing.images import IMG_PROCESSING
from proxy.dialects.rembg.delivery import REMBG
from proxy.dialects.remove_bg.delivery import REMOVE_BG
from proxy.dialects.uploadcare.cdn.delivery import UPLOADCARE_CDN
from proxy.dialects.uploadcare.rest.routes import UPLOADCARE
from proxy.dialects.uploadcare.upload.routes import UPLOADCARE_UPLOAD

#: Cloudinary's delivery comes last: its first path segment is any cloud's name.
DIALECTS: tuple[Dialect, ...] = (
    REMOVE_BG,
    REMBG,
    IMG_PROCESSING,
    BACKGROUND_REMOVER,
    BACKGROUND_REMOVER_SERVER,
    CLOUDIMAGE,
    UPLOADCARE,
    UPLOADCARE_UPLOAD,
    UPLOADCARE_CDN,
    CLOUDINARY_API,
    CLOUDINARY,
)

#: Section of config.yaml → what it is read as.
SETTINGS = {dialect.name: dialect.settings for dialect in DIALECTS if dialect.settings}
