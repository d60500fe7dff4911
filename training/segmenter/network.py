"""The network: planes of form to what is raised, where one thing ends, and where its middle is.

Knows: layers. Does not know: pictures, losses, files.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from llmagentos.inference.form import PLANES
from llmagentos.inference.parting import OUTPUTS


def _layer(inputs: int, outputs: int, kernel: int = 3, stride: int = 1, dilation: int = 1) -> Any:
    return nn.Sequential(
        nn.Conv2d(
            inputs, outputs, kernel, stride, dilation * (kernel // 2), dilation, bias=False
        ),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )  # fmt: skip


class Segnet(nn.Module):
    """A U-Net of three levels on 4 x 4 pixels at a time; its outputs are half as fine as its input.

    widths: channels of the levels. Input float32 [N, 12, H, W], sides divisible by 16; output
    [N, 5, H / 2, W / 2]: raised and border (logits), and the way to the thing's middle (parting.py).
    """

    def __init__(self, widths: tuple[int, int, int] = (24, 40, 64)) -> None:
        super().__init__()
        a, b, c = widths
        self.fold = nn.PixelUnshuffle(4)
        self.one = nn.Sequential(_layer(16 * PLANES, a, 1), _layer(a, a))
        self.two = nn.Sequential(_layer(a, b, stride=2), _layer(b, b))
        self.three = nn.Sequential(_layer(b, c, stride=2), _layer(c, c), _layer(c, c, dilation=2))
        self.up_two = nn.Sequential(_layer(c + b, b, 1), _layer(b, b))
        self.up_one = nn.Sequential(_layer(b + a, a, 1), _layer(a, a), _layer(a, a))
        self.head = nn.Conv2d(a, 4 * OUTPUTS, 1)
        self.unfold = nn.PixelShuffle(2)

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        """See the class."""
        one = self.one(self.fold(planes))
        two = self.two(one)
        three = self.three(two)
        two = self.up_two(torch.cat([_doubled(three), two], 1))
        one = self.up_one(torch.cat([_doubled(two), one], 1))
        out: torch.Tensor = self.unfold(self.head(one))
        return out


def _doubled(x: torch.Tensor) -> torch.Tensor:
    return nn.functional.interpolate(x, scale_factor=2.0, mode="nearest")
