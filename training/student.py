"""What the distillation recipes share: a teacher with guidance, students that take the guidance scale as an input.

A student is the U-Net of BASE with `time_cond_proj_dim` and a low-rank difference: it receives an embedding of the
guidance scale w [batch, 64], as latent consistency models do, so one evaluation does what BASE needs two for.
"""
import torch
from diffusers.models.attention_processor import AttnProcessor
from torch.nn import functional as F

from lora import adapt, base_of, load_adapter, load_base, load_unet
from models import AutoencoderKL, CLIPTextModel, load_part, load_tokenizer, new_schedule, new_unet, token_ids
from train_unet import Examples

# The model folder in export/ that all students differ from.
BASE = "default"
GUIDANCE_CHANNELS = 64
# Guidance scales are drawn evenly from here.
GUIDANCE = (1.0, 4.0)


def guidance_embedding(w, channels=GUIDANCE_CHANNELS):
    """Sinusoids of (w - 1) x 1000 [batch] -> [batch, channels]; the same as in diffusers' LCM pipeline."""
    half = channels // 2
    frequencies = torch.exp(torch.arange(half) * -(torch.log(torch.tensor(10000.0)) / (half - 1)))
    angles = (w - 1)[:, None] * 1000 * frequencies[None]
    return torch.cat([angles.sin(), angles.cos()], 1)


def new_student(teacher):
    """A student that starts as `teacher`: BASE with a low-rank difference. The new input starts without effect."""
    student = new_unet(time_cond_proj_dim=GUIDANCE_CHANNELS)
    torch.nn.init.zeros_(student.time_embedding.cond_proj.weight)
    load_base(student, teacher.base)
    adapt(student)
    if teacher.has_guidance_input:
        load_adapter(student, teacher.folder)
    return student


class Teacher:
    """A frozen model folder: predictions with classifier-free guidance, or of a student that has it built in."""

    def __init__(self, folder):
        self.folder, self.base = folder, base_of(folder) or folder
        self.unet = load_unet(folder).eval().requires_grad_(False)
        self.unet.set_attn_processor(AttnProcessor())
        self.text_encoder = load_part(CLIPTextModel, self.base / "text_encoder").eval().requires_grad_(False)
        self.tokenizer = load_tokenizer(self.base / "tokenizer")
        self.vae = load_part(AutoencoderKL, self.base / "vae").eval()
        self.schedule = new_schedule()
        self.empty = self.hidden(token_ids(self.tokenizer, [""]))

    @property
    def has_guidance_input(self):
        return self.unet.config.time_cond_proj_dim is not None

    @torch.no_grad()
    def hidden(self, ids):
        """Token ids [batch, 32] -> hidden states [batch, 32, 192]."""
        return self.text_encoder(ids)[0]

    @torch.no_grad()
    def velocity(self, x, times, hidden, w):
        """Guided v [batch, 8, 16, 16] at times [batch] with guidance scales w [batch]."""
        if self.has_guidance_input:
            return predict(self.unet, x, times, hidden, w)
        plain, guided = self.unet(
            torch.cat([x, x]), torch.cat([times, times]),
            encoder_hidden_states=torch.cat([self.empty.expand_as(hidden), hidden])).sample.chunk(2)
        return plain + w.view(-1, 1, 1, 1) * (guided - plain)

    def examples(self, work, seed):
        return Examples(work, self.vae, self.tokenizer, seed)


def predict(student, x, times, hidden, w):
    """The student's v [batch, 8, 16, 16]."""
    return student(x, times, encoder_hidden_states=hidden, timestep_cond=guidance_embedding(w)).sample


def draw_guidance(count):
    low, high = GUIDANCE
    return low + (high - low) * torch.rand(count)


def pseudo_huber(a, b, c=0.03):
    """Mean of sqrt(d^2 + c^2) - c: squared near zero, absolute far away."""
    return ((a - b).square() + c * c).sqrt().mean() - c


def weighted_error(a, b, weight):
    """Squared error with one weight per picture [batch]."""
    return (F.mse_loss(a, b, reduction="none").mean((1, 2, 3)) * weight).mean()
