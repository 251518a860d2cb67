"""A tiny autoencoder of random weights and how near its pictures are by diffusers and scikit-image: make_reconstruction.py OUT

OUT/f4-c4: model folder part in F16. Prints PSNR and SSIM of the pictures that ReconstructionTest makes by the same rule,
encoded to the mean, decoded, rounded to 8 bits (pip install scikit-image).
"""
import math
import pathlib
import sys

import numpy as np
import torch
from diffusers import AutoencoderKL
from skimage.metrics import structural_similarity

SIZE, COUNT = 32, 8


def picture(k):
    """uint8 [SIZE, SIZE, 3]"""
    y, x, c = np.mgrid[:SIZE, :SIZE, :3]
    return ((x * (3 + k) + y * 7 + c * 40 + x * y % (k + 2)) % 256).astype(np.uint8)


torch.manual_seed(5)
vae = AutoencoderKL(in_channels=3, out_channels=3, down_block_types=("DownEncoderBlock2D",) * 3,
                    up_block_types=("UpDecoderBlock2D",) * 3, block_out_channels=(4, 8, 8), layers_per_block=1,
                    latent_channels=4, norm_num_groups=4, sample_size=SIZE, act_fn="silu")
with torch.no_grad():  # as initialised, pictures would hardly depend on the latents
    for layer, factor in ((vae.encoder.conv_out, 8), (vae.decoder.conv_in, 4), (vae.decoder.conv_out, 8)):
        layer.weight *= factor
folder = pathlib.Path(sys.argv[1]) / "f4-c4"
vae.half().save_pretrained(folder)
vae = vae.float().eval()
for k in range(COUNT):
    before = picture(k)
    x = torch.from_numpy(before).permute(2, 0, 1)[None].float() / 255 * 2 - 1
    with torch.no_grad():
        y = vae.decode(vae.encode(x).latent_dist.mean).sample
    after = ((y / 2 + 0.5).clamp(0, 1)[0].permute(1, 2, 0) * 255).round().byte().numpy()
    psnr = 10 * math.log10(255**2 / np.mean((before.astype(float) - after) ** 2))
    ssim = structural_similarity(before, after, channel_axis=2, data_range=255, gaussian_weights=True, sigma=1.5,
                                 use_sample_covariance=False)
    print(f"{psnr:.6f}, {ssim:.8f}")
print(sum(p.numel() for p in vae.parameters()), "weights")
