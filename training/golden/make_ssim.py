"""Structural similarity by scikit-image (pip install scikit-image) of pictures that SsimTest makes by the same rules."""
import numpy as np
from skimage.metrics import structural_similarity

WIDTH, HEIGHT = 23, 17


def picture(form):
    """uint8 [HEIGHT, WIDTH, 3] of whole numbers: y, x and channel c decide."""
    y, x, c = np.mgrid[:HEIGHT, :WIDTH, :3]
    return {
        "waves": (x * 11 + y * 7 + c * 40) % 256,
        "moved": ((x + 1) * 11 + y * 7 + c * 40) % 256,
        "noisy": np.clip((x * 11 + y * 7 + c * 40) % 256 + (x * 31 + y * 17 + c * 5) % 23 - 11, 0, 255),
        "flat": x * 0 + 128,
        "darker": (x * 11 + y * 7 + c * 40) % 256 // 2,
        "inverse": 255 - (x * 11 + y * 7 + c * 40) % 256,
    }[form].astype(np.uint8)


for form in ("waves", "moved", "noisy", "flat", "darker", "inverse"):
    value = structural_similarity(picture("waves"), picture(form), channel_axis=2, data_range=255, gaussian_weights=True,
                                  sigma=1.5, use_sample_covariance=False)
    print(f"{form},{value:.12f}")
