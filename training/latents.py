"""Caches the VAE's latents of every picture over several backgrounds: the U-Net then trains without the encoder.

latents/latents.npz: latent float16 [pictures, colors, 8, 16, 16] (the encoder's mean, unscaled),
picture int32 [pictures], color int8 [pictures, colors] (indices into data.COLOR_NAMES; the first is white).
The file names the encoder it came from; train_unet.py refuses latents of another encoder.
"""
import argparse
import hashlib
import os
import pathlib

import numpy as np
import torch
from diffusers import AutoencoderKL

from data import ALL_GROUPS, COLOR_NAMES, FIRST_GROUPS, Pictures
from work import add_work_argument


def encoder_fingerprint(vae):
    """Hash of the F16 weights that decide the latents; fine-tuning only the decoder leaves it as it is."""
    digest = hashlib.sha256()
    for key, value in sorted(vae.state_dict().items()):
        if key.startswith(("encoder.", "quant_conv.")):
            digest.update(key.encode() + value.half().numpy().tobytes())
    return digest.hexdigest()[:16]


def load_latents(work, vae):
    """(latent [pictures, colors, 8, 16, 16] scaled to unit deviation, picture [pictures], color [pictures, colors])."""
    stored = np.load(work / "latents/latents.npz")
    if str(stored["encoder"]) != encoder_fingerprint(vae):
        raise SystemExit(f"latents of encoder {stored['encoder']} do not fit the VAE; run latents.py again")
    return torch.from_numpy(stored["latent"]).float() * vae.config.scaling_factor, stored["picture"], stored["color"]


def colors_of(picture, count):
    """White and `count - 1` other colours; neighbouring pictures get other ones."""
    others = [1 + (picture * (count - 1) + k) % (len(COLOR_NAMES) - 1) for k in range(count - 1)]
    return [0] + others


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_work_argument(parser)
    parser.add_argument("--groups", choices=("first", "all"), default="first", help="first: animals, plants, food")
    parser.add_argument("--colors", type=int, default=len(COLOR_NAMES), help="backgrounds a picture, white included")
    parser.add_argument("--limit", type=int, help="only so many pictures (smoke test)")
    parser.add_argument("--threads", type=int, default=1, help="one is as fast as two where other work runs")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    vae = AutoencoderKL.from_pretrained(args.work / "vae", torch_dtype=torch.float32).eval()
    vae = vae.to(memory_format=torch.channels_last)
    pictures = Pictures(args.work)
    chosen = pictures.select(FIRST_GROUPS if args.groups == "first" else ALL_GROUPS)[:args.limit]
    out = np.empty((len(chosen), args.colors, vae.config.latent_channels, 16, 16), np.float16)
    with torch.no_grad():
        for k, i in enumerate(chosen):
            x = pictures.composite([i] * args.colors, colors_of(i, args.colors))
            x = x.contiguous(memory_format=torch.channels_last)
            out[k] = vae.encode(x).latent_dist.mean.numpy()
            if k % 100 == 0:
                print(f"{k} of {len(chosen)} pictures", flush=True)
    path = pathlib.Path(args.work) / "latents/latents.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_suffix(".part"), "wb") as file:
        np.savez(file, latent=out, picture=np.array(chosen, np.int32), encoder=encoder_fingerprint(vae),
                 color=np.array([colors_of(i, args.colors) for i in chosen], np.int8))
    os.replace(path.with_suffix(".part"), path)
    print(f"{out.shape}, deviation x scaling_factor = {out.astype(np.float32).std() * vae.config.scaling_factor:.3f}")


if __name__ == "__main__":
    main()
