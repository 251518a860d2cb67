"""Goldens of CLIP's image encoder: make_vision.py OUT [SEED]. Writes OUT/clip-tiny, a random model with projection.

`vision.pixel_values` [2, 3, 40, 40] (normalised), and in F32 `vision.last_hidden_state`, `vision.pooler_output`,
`vision.image_embeds`. Weights are rounded to F16 first, as in make_models.py.
"""
import json

import torch
from safetensors.torch import save_file
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

from make_models import perturbed, start


def main():
    args, generator = start(__doc__)
    model = perturbed(CLIPVisionModelWithProjection(CLIPVisionConfig(
        hidden_size=32, intermediate_size=80, num_hidden_layers=3, num_attention_heads=4, image_size=40, patch_size=8,
        projection_dim=24, hidden_act="quick_gelu")), generator)
    x = torch.randn(2, 3, 40, 40, generator=generator)
    seen = model(pixel_values=x)
    folder = args.out / "clip-tiny"
    part = folder / "image_encoder"
    part.mkdir(parents=True, exist_ok=True)
    model.config.architectures = ["CLIPVisionModelWithProjection"]
    model.config.save_pretrained(part)
    weights = {k: v.half().contiguous() for k, v in model.state_dict().items() if "position_ids" not in k}
    save_file(weights, part / "model.safetensors", metadata={"format": "pt"})
    tensors = {"vision.pixel_values": x, "vision.last_hidden_state": seen.last_hidden_state,
               "vision.pooler_output": model.vision_model(pixel_values=x).pooler_output,
               "vision.image_embeds": seen.image_embeds}
    save_file({k: v.contiguous() for k, v in tensors.items()}, folder / "golden.safetensors")
    (folder / "golden.json").write_text(json.dumps({"seed": args.seed}))


if __name__ == "__main__":
    main()
