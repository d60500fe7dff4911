"""The picture of arms beside each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llmagentos.errors import FileError, RobotError
from sim.gallery import main


def test_arms_beside_each_other(tmp_path: Path) -> None:
    file = tmp_path / "arms.png"
    main([str(file), "panda", "xarm7"])
    picture = np.asarray(Image.open(file).convert("RGB")).astype(int)
    assert picture.shape == (400, 720, 3)
    red = (picture[..., 0] > 120) & (picture[..., 1] < 60) & (picture[..., 2] < 60)
    for half in (red[:, :360], red[:, 360:]):
        assert half.sum() > 50  # the block between the fingers is seen


def test_what_cannot_be_drawn_is_named(tmp_path: Path) -> None:
    with pytest.raises(RobotError, match="got 'hal'"):
        main([str(tmp_path / "arms.png"), "hal"])
    assert not (tmp_path / "arms.png").exists()
    with pytest.raises(FileError, match="a picture that can be written"):
        main([str(tmp_path / "nowhere" / "arms.png"), "panda"])
