"""The judge: a small CLIP that says which object, style and background a picture shows.

A judge folder has `vision/` (CLIPVisionModelWithProjection, pictures [batch, 3, 128, 128] in -1..1, patches of 16),
`text/` (CLIPTextModelWithProjection, ids [batch, 32]) and `tokenizer/`. Both give [batch, 192]; the score is a cosine.
"""
import shutil

import torch
from torch.nn import functional as F
from transformers import (CLIPTextConfig, CLIPTextModelWithProjection, CLIPVisionConfig,
                          CLIPVisionModelWithProjection)

from models import PROMPT_TOKENS, load_part, load_tokenizer, plain_attention

WIDTH = 192


def new_vision():
    return plain_attention(CLIPVisionModelWithProjection(CLIPVisionConfig(
        hidden_size=WIDTH, intermediate_size=4 * WIDTH, num_hidden_layers=4, num_attention_heads=6, image_size=128,
        patch_size=16, projection_dim=WIDTH, hidden_act="quick_gelu")))


def new_text(tokenizer):
    return plain_attention(CLIPTextModelWithProjection(CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=WIDTH, intermediate_size=4 * WIDTH, num_hidden_layers=3,
        num_attention_heads=6, max_position_embeddings=PROMPT_TOKENS, hidden_act="quick_gelu", projection_dim=WIDTH,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id)))


class Judge:
    def __init__(self, vision, text, tokenizer):
        self.vision, self.text, self.tokenizer = vision, text, tokenizer

    @classmethod
    def load(cls, folder):
        return cls(load_part(CLIPVisionModelWithProjection, folder / "vision").eval(),
                   load_part(CLIPTextModelWithProjection, folder / "text").eval(), load_tokenizer(folder / "tokenizer"))

    def save(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self.vision.save_pretrained(folder / "vision")
        self.text.save_pretrained(folder / "text")
        shutil.copytree(self.tokenizer.name_or_path, folder / "tokenizer", dirs_exist_ok=True)

    def of_pictures(self, x):
        """Unit vectors [batch, 192] of pictures [batch, 3, 128, 128] in -1..1."""
        return F.normalize(self.vision(pixel_values=x).image_embeds, dim=1)

    def of_prompts(self, prompts):
        """Unit vectors [batch, 192]. Padding comes after the pooled end token: only as long as the longest prompt."""
        ids = self.tokenizer(prompts, padding=True, truncation=True, max_length=PROMPT_TOKENS, return_tensors="pt").input_ids
        return F.normalize(self.text(input_ids=ids).text_embeds, dim=1)

    @torch.no_grad()
    def scores(self, x, prompts):
        """Cosine of each picture with its own prompt, [batch]."""
        return (self.of_pictures(x) * self.of_prompts(prompts)).sum(1)

    @torch.no_grad()
    def ranks(self, x, names, true_names):
        """For each picture the place (0 is best) of its true name among `names`, [batch]."""
        similarity = self.of_pictures(x) @ self.of_prompts(names).T
        true = similarity[torch.arange(len(x)), [names.index(n) for n in true_names]]
        return (similarity > true[:, None]).sum(1)
