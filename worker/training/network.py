"""The two-head network: one photograph → what stands out, and where each of 20 object classes is.

Trunk and contexts: MobileNetV2 (Sandler et al. 2018, table 2) with the image pooling of DeepLabv3 (Chen et al. 2017),
batch norms already folded into the convolutions, so that TensorFlow's published DeepLab weights load as they are.
Decoder: depthwise-separable convolutions with skips at 1/16, 1/8, 1/4 and 1/2 of the input.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812  (torch's own name for it)
from torch import Tensor, nn

CLASS_COUNT = 21

# Expansion, channels, and per block (stride, dilation). As in DeepLab, the last stride became dilation.
STAGES = (
    (1, 16, ((1, 1),)),
    (6, 24, ((2, 1), (1, 1))),
    (6, 32, ((2, 1), (1, 1), (1, 1))),
    (6, 64, ((2, 1), (1, 1), (1, 1), (1, 1))),
    (6, 96, ((1, 1), (1, 1), (1, 1))),
    (6, 160, ((1, 1), (1, 2), (1, 2))),
    (6, 320, ((1, 2),)),
)
STEM_CHANNELS = 32
CONTEXT_CHANNELS = 256
FINE_CHANNELS = 24  # at 1/2, where every channel costs as much as sixty-four at 1/16
DILATED_STAGE = 5  # where DeepLab's dilation begins and the trunk ends
LEVEL_STAGES = (0, 1, 2, 4)  # the last blocks at 1/2, 1/4, 1/8 and 1/16
SHARED_STAGES = 2  # at 1/2 and 1/4; from 1/8 on saliency has stages of its own


class SameConv(nn.Conv2d):
    """TensorFlow's SAME padding: at stride 2 an even input is padded on the far sides only."""

    def __init__(
        self, inputs: int, outputs: int, size: int = 1, *, stride: int = 1, dilation: int = 1, groups: int = 1
    ):
        padding = dilation * (size // 2) if stride == 1 else 0
        super().__init__(inputs, outputs, size, stride, padding, dilation, groups)

    def forward(self, x: Tensor) -> Tensor:
        if self.stride[0] == 2:
            x = F.pad(x, (0, 1, 0, 1) if x.shape[2] % 2 == 0 else (1, 1, 1, 1))
        return self._in_phases(x) if self.dilation[0] == 2 and self.training else super().forward(x)

    def _in_phases(self, x: Tensor) -> Tensor:
        """Dilation 2 as an ordinary convolution of every other pixel: its gradient costs a CPU a third of the time."""
        count, channels, height, width = x.shape
        halves = x.reshape(count, channels, height // 2, 2, width // 2, 2).permute(3, 5, 0, 1, 2, 4)
        phases = halves.reshape(4 * count, channels, height // 2, width // 2)
        y = F.conv2d(phases, self.weight, self.bias, padding=1, groups=self.groups)
        y = y.reshape(2, 2, count, channels, height // 2, width // 2).permute(2, 3, 4, 0, 5, 1)
        return y.reshape(count, channels, height, width).contiguous(memory_format=torch.channels_last)


class InvertedResidual(nn.Module):
    """Expand, filter, project: the block of MobileNetV2."""

    def __init__(self, inputs: int, outputs: int, expansion: int, stride: int, dilation: int):
        super().__init__()
        wide = inputs * expansion
        self.expand = SameConv(inputs, wide) if expansion > 1 else None
        self.depthwise = SameConv(wide, wide, 3, stride=stride, dilation=dilation, groups=wide)
        self.project = SameConv(wide, outputs)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu6(self.expand(x)) if self.expand is not None else x
        y = self.project(F.relu6(self.depthwise(y)))
        return x + y if self.residual else y


def stages(first: int, last: int, inputs: int, *, strided: bool = False) -> nn.Sequential:
    """`STAGES[first:last]`; `strided` gives back the stride that DeepLab made a dilation of."""
    made = nn.Sequential()
    for number in range(first, last):
        expansion, outputs, blocks = STAGES[number]
        stage = nn.Sequential()
        for stride, dilation in blocks:
            if strided:
                stride, dilation = (2 if number == DILATED_STAGE and not len(stage) else stride), 1
            stage.append(InvertedResidual(inputs, outputs, expansion, stride, dilation))
            inputs = outputs
        made.append(stage)
    return made


class Trunk(nn.Module):
    """Photograph `N,3,H,W` in -1…1 → what is to be seen, at 1/2, 1/4, 1/8 and 1/16 (16, 24, 32, 96 channels)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = SameConv(3, STEM_CHANNELS, 3, stride=2)
        self.stages = stages(0, DILATED_STAGE, STEM_CHANNELS)

    def forward(self, photo: Tensor) -> list[Tensor]:
        levels = self.shared(photo)
        x = levels[-1]
        for number, stage in enumerate(self.stages[SHARED_STAGES:], SHARED_STAGES):
            x = stage(x)
            if number in LEVEL_STAGES:
                levels.append(x)
        return levels

    def shared(self, photo: Tensor) -> list[Tensor]:
        """The levels at 1/2 and 1/4, which saliency reads too."""
        half = self.stages[0](F.relu6(self.stem(photo)))
        return [half, self.stages[1](half)]


class Context(nn.Module):
    """The trunk at 1/16 → what is where, `N,256`: at 1/16, dilated as DeepLab, or `strided` at 1/32, for a quarter."""

    def __init__(self, *, strided: bool) -> None:
        super().__init__()
        self.stages = stages(DILATED_STAGE, len(STAGES), STAGES[DILATED_STAGE - 1][1], strided=strided)
        channels = STAGES[-1][1]
        self.local = SameConv(channels, CONTEXT_CHANNELS)
        self.pooled = SameConv(channels, CONTEXT_CHANNELS)
        self.fuse = SameConv(2 * CONTEXT_CHANNELS, CONTEXT_CHANNELS)

    def forward(self, sixteenth: Tensor) -> Tensor:
        x = self.stages(sixteenth)
        scene = F.relu6(self.pooled(x.mean((2, 3), keepdim=True)))
        return F.relu6(self._fuse(scene, F.relu6(self.local(x))))

    def _fuse(self, scene: Tensor, local: Tensor) -> Tensor:
        """`fuse` of both, side by side, without repeating the one scene vector at every place."""
        for_scene, for_local = self.fuse.weight.split(CONTEXT_CHANNELS, 1)
        return F.conv2d(scene, for_scene) + F.conv2d(local, for_local, self.fuse.bias)


def zeroed(convolution: nn.Conv2d) -> nn.Conv2d:
    """A convolution that says nothing until it is trained."""
    nn.init.zeros_(convolution.weight)
    nn.init.zeros_(convolution.bias)
    return convolution


def separable(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False),
        nn.BatchNorm2d(inputs),
        nn.Conv2d(inputs, outputs, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


class CutoutNetwork(nn.Module):
    """Photograph `N,3,H,W` in -1…1 → saliency logits `N,1,H/2,W/2` and class logits `N,21,H/8,W/8`.

    H and W are multiples of 32. The heads share the stages at 1/2 and 1/4 only, which are not trained any more, so that
    learning what stands out unlearns nothing of what things are called.
    """

    def __init__(self) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth = (STAGES[number][1] for number in LEVEL_STAGES)
        self.trunk = Trunk()
        self.saliency_stages = stages(SHARED_STAGES, DILATED_STAGE, quarter)
        self.saliency_context = Context(strided=True)
        self.reduce = nn.Sequential(
            nn.Conv2d(CONTEXT_CHANNELS, 128, 1, bias=False), nn.BatchNorm2d(128), nn.ReLU(inplace=True)
        )
        self.join = zeroed(nn.Conv2d(sixteenth, 128, 1))
        self.decode_16 = separable(128, 128)
        self.decode_8 = nn.Sequential(separable(128 + eighth, 96), separable(96, 96))
        self.decode_4 = separable(96 + quarter, 64)
        self.narrow = nn.Conv2d(64, FINE_CHANNELS, 1)
        self.sharpen = nn.Conv2d(half, FINE_CHANNELS, 1, bias=False)
        self.decode_2 = separable(FINE_CHANNELS, FINE_CHANNELS)
        self.saliency = nn.Sequential(
            nn.Conv2d(FINE_CHANNELS, FINE_CHANNELS, 3, padding=1, groups=FINE_CHANNELS, bias=False),
            nn.BatchNorm2d(FINE_CHANNELS),
            nn.Conv2d(FINE_CHANNELS, 1, 1),
        )
        self.class_context = Context(strided=False)
        self.classes = nn.Conv2d(CONTEXT_CHANNELS, CLASS_COUNT, 1)

    def forward(self, photo: Tensor) -> tuple[Tensor, Tensor]:
        half, quarter, _, sixteenth = self.trunk(photo)
        return self.stands_out(half, quarter), double(self.classes(self.class_context(sixteenth)))

    def stands_out(self, half: Tensor, quarter: Tensor) -> Tensor:
        """Saliency logits, from the trunk at 1/2 and 1/4: all that training has to compute."""
        eighth = self.saliency_stages[0](quarter)
        sixteenth = self.saliency_stages[1:](eighth)
        x = self.decode_16(double(self.reduce(self.saliency_context(sixteenth))) + self.join(sixteenth))
        x = self.decode_8(torch.cat([double(x), eighth], 1))
        x = self.decode_4(torch.cat([double(x), quarter], 1))
        x = self.decode_2(F.relu(double(self.narrow(x)) + self.sharpen(half)))
        return torch.as_tensor(self.saliency(x))


def device() -> torch.device:
    """The first GPU, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
