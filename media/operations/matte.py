"""The matte of a cut-out picture: shown, taken away, cleaned, laid on a colour."""

from media.operations.arguments import Paint
from media.operations.registry import operation
from media.raster.pixels import Image, flatten, join, split, to_uint8, with_alpha

#: rembg's post-processing of a mask: Gaussian standard deviation in pixels, and where it is cut.
CLEANING_SIGMA, CLEANING_THRESHOLD = 2.0, 127


@operation(price=1)
def show_matte(image: Image) -> Image:
    """Show the alpha as a grey picture: white is opaque."""
    alpha = with_alpha(image)[3]
    return alpha.bandjoin([alpha, alpha]).copy(interpretation="srgb")


@operation(price=1)
def drop_matte(image: Image) -> Image:
    """Forget the alpha: the colours as they lie under it."""
    return split(image)[0]


@operation(price=8)
def clean_matte(image: Image) -> Image:
    """Make the alpha all or nothing without specks: opened by a small disk, softened, cut in the middle."""
    colours, alpha = split(image)
    if alpha is None:
        return image
    opened = _extreme(_extreme(alpha, least=True), least=False)
    soft = opened.gaussblur(CLEANING_SIGMA)
    return join(colours, (soft >= CLEANING_THRESHOLD).cast("uchar"))


def _extreme(alpha: Image, *, least: bool) -> Image:
    """The smallest or the largest value within a disk of radius 1: a pixel and its four neighbours."""
    width, height = alpha.width, alpha.height
    wide = alpha.embed(1, 1, width + 2, height + 2, extend="copy")
    disk = [wide.crop(x, y, width, height) for x, y in ((1, 0), (0, 1), (2, 1), (1, 2))]
    return alpha.bandrank(disk, index=0 if least else len(disk))


@operation(price=2)
def lay_on(image: Image, color: Paint) -> Image:
    """Lay the picture on a colour and keep an alpha channel, opaque where the colour is."""
    return with_alpha(to_uint8(flatten(image, color)))
