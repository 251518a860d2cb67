"""The default model's parts: their shapes, reading and writing the diffusers folder, prompts to token ids."""
import contextlib
import copy
import os
import pathlib
import shutil

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

PROMPT_TOKENS = 32
WIDTH = 192


def new_unet(**changes):
    """U-Net of 8.9 M parameters: latents [batch, 8, 16, 16], prompts [batch, 32, 192] -> v of the latents' shape."""
    shape = dict(
        sample_size=16, in_channels=8, out_channels=8,
        down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
        block_out_channels=(64, 128, 192), layers_per_block=1, cross_attention_dim=WIDTH,
        attention_head_dim=[2, 4, 6], norm_num_groups=32, use_linear_projection=True)
    unet = UNet2DConditionModel(**{**shape, **changes})
    # Plain products: on a CPU the gradient of the fused attention takes a third of a training step.
    unet.set_attn_processor(AttnProcessor())
    return unet


def plain_attention(transformer):
    """On a CPU the gradient of the fused attention takes most of a short sequence's time: products and a softmax do not."""
    transformer.set_attn_implementation("eager")
    return transformer


def new_text_encoder(tokenizer):
    """Text encoder of 2.5 M parameters: ids [batch, 32] -> hidden states [batch, 32, 192]."""
    return plain_attention(CLIPTextModel(CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=WIDTH, intermediate_size=4 * WIDTH, num_hidden_layers=4,
        num_attention_heads=6, max_position_embeddings=PROMPT_TOKENS, hidden_act="quick_gelu", projection_dim=WIDTH,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id)))


def new_vae():
    """Autoencoder of 2.7 M parameters: pictures [batch, 3, 128, 128] <-> latents [batch, 8, 16, 16].

    Four norm groups and eight latent channels: with more groups colours drift, with four channels details are lost.
    """
    return AutoencoderKL(
        in_channels=3, out_channels=3, down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4, block_out_channels=(16, 32, 64, 128), layers_per_block=1,
        latent_channels=8, norm_num_groups=4, sample_size=128, act_fn="silu")


def new_schedule():
    """1000 training steps, scaled-linear betas, v-prediction."""
    return DDIMScheduler(
        num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear",
        prediction_type="v_prediction", clip_sample=False, set_alpha_to_one=False, steps_offset=1)


def load_part(part, folder):
    """One part of a model folder in float32, whatever type it is stored in."""
    return part.from_pretrained(folder, torch_dtype=torch.float32)


def load_tokenizer(folder):
    return CLIPTokenizer.from_pretrained(folder)


def token_ids(tokenizer, prompts):
    """Prompts -> ids [batch, 32], padded and cut."""
    return tokenizer(prompts, padding="max_length", truncation=True, max_length=PROMPT_TOKENS,
                     return_tensors="pt").input_ids


@contextlib.contextmanager
def new_folder(folder):
    """Gives an empty folder beside `folder`; when the block ends well it takes the place of `folder`.

    `folder` becomes a symbolic link to a versioned folder: replacing a link is atomic, so a reader sees the old
    model or the new one. The version before last is removed.
    """
    folder = pathlib.Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    versions = sorted(folder.parent.glob(f".{folder.name}-*"))
    number = int(versions[-1].name.rsplit("-", 1)[1]) + 1 if versions else 1
    new = folder.parent / f".{folder.name}-{number:06d}"
    new.mkdir()
    yield new
    link = folder.parent / f".{folder.name}.link"
    link.unlink(missing_ok=True)
    link.symlink_to(new.name)
    os.replace(link, folder)
    for old in versions[:-1]:
        shutil.rmtree(old)


def export_model(folder, vae, tokenizer, text_encoder, unet, schedule=None):
    """Writes a complete F16 model folder."""
    vae, text_encoder, unet = (copy.deepcopy(part).half() for part in (vae, text_encoder, unet))
    with new_folder(folder) as new:
        StableDiffusionPipeline(
            vae=vae, text_encoder=text_encoder, tokenizer=tokenizer, unet=unet, scheduler=schedule or new_schedule(),
            safety_checker=None, feature_extractor=None, requires_safety_checker=False).save_pretrained(new)
        _name_as_published(new / "text_encoder/model.safetensors")
        # The classic files of the tokenizer, as they are in the work folder, in place of the library's own format.
        shutil.rmtree(new / "tokenizer")
        shutil.copytree(tokenizer.name_or_path, new / "tokenizer")


def _name_as_published(file):
    """Gives the text encoder's keys the prefix of published checkpoints, which older transformers need."""
    weights = load_file(file)
    prefixed = {key if key.startswith("text_model.") else f"text_model.{key}": value for key, value in weights.items()}
    save_file(prefixed, file, metadata={"format": "pt"})
