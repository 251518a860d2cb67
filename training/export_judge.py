"""Writes the judge as a model folder that `tandem lab` loads: export_judge.py FOLDER

FOLDER/text_encoder and image_encoder (F16), tokenizer, feature_extractor, model_index.json; held-out.png, the real
pictures that the judge was not trained on, as a sheet, and held-out.json: prompt and object of each, and what
the judge says of it when computed by transformers in F32 from the F16 weights (score, named object). README.md says how
well it sees.
"""
import argparse
import json
import pathlib
import shutil

import torch
from PIL import Image

from data import FIRST_GROUPS
from judge import Renders, evaluate
from judging import Judge
from work import add_work_argument

SIZE, COLUMNS = 128, 16
README = """# Judge
A small CLIP that `tandem lab` measures pictures with: how near a picture is to its prompt (CLIP score), which of
{count} objects it shows (top-1), how near a set of pictures is to real ones (CMMD). Made by `training/judge.py` from the
pictures that the default model learns from; in the folder layout of transformers, F16.

| part | what |
| --- | --- |
| image_encoder | `CLIPVisionModelWithProjection`, 128 x 128 pixels in patches of 16, 4 layers, width 192 |
| text_encoder | `CLIPTextModelWithProjection`, 3 layers, width 192, 32 tokens |
| held-out.png, .json | {count} renders, one of each object, in a combination of style and background that the judge was not trained on |

On the held-out renders, as shipped: the right object among {count} is named first in {top1:.1%}, is among the first five
in {top5:.1%}; the right prompt scores higher than a wrong one in {right_over_wrong:.1%}; the render scores higher than its
blurred form in {real_over_blurred:.1%}, and that higher than noise in {blurred_over_noise:.1%}. A figure of the lab means
no more than these allow. The judge knows these pictures' style of drawing and nothing else.

Pictures: Noto Emoji (Google, Apache-2.0), Twemoji (CC BY 4.0, copyright Twitter, Inc and other contributors), Fluent
Emoji flat and colour (Microsoft, MIT).
"""


def write_index(folder):
    (folder / "model_index.json").write_text(json.dumps({
        "_class_name": "CLIPModel",
        "feature_extractor": ["transformers", "CLIPImageProcessor"],
        "image_encoder": ["transformers", "CLIPVisionModelWithProjection"],
        "text_encoder": ["transformers", "CLIPTextModelWithProjection"],
        "tokenizer": ["transformers", "CLIPTokenizer"]}, indent=1) + "\n")
    extractor = folder / "feature_extractor"
    extractor.mkdir(exist_ok=True)
    (extractor / "preprocessor_config.json").write_text(json.dumps({
        "image_processor_type": "CLIPImageProcessor", "crop_size": SIZE, "size": SIZE,
        "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}, indent=1) + "\n")


def held_out(renders):
    """(pictures uint8 [count, 128, 128, 3], prompts, objects)."""
    pairs = [renders.held[name] for name in renders.names]
    x = renders.pictures.composite([i for i, _ in pairs], [c for _, c in pairs])
    pixels = ((x + 1) * 127.5).round().clamp(0, 255).byte().permute(0, 2, 3, 1)
    return pixels, [renders.full_caption(i, c) for i, c in pairs], renders.names


def write_sheet(pixels, path):
    rows = -(-len(pixels) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * SIZE, rows * SIZE))
    for k, picture in enumerate(pixels):
        sheet.paste(Image.fromarray(picture.numpy()), (k % COLUMNS * SIZE, k // COLUMNS * SIZE))
    sheet.save(path, optimize=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_work_argument(parser)
    parser.add_argument("folder", type=pathlib.Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    judge = Judge.load(args.work / "judge")
    args.folder.mkdir(parents=True, exist_ok=True)
    for part, model in (("image_encoder", judge.vision), ("text_encoder", judge.text)):
        model.half().save_pretrained(args.folder / part)
        model.float()
    shutil.copytree(args.work / "judge/tokenizer", args.folder / "tokenizer", dirs_exist_ok=True)
    write_index(args.folder)
    renders = Renders(args.work, FIRST_GROUPS)
    pixels, prompts, objects = held_out(renders)
    write_sheet(pixels, args.folder / "held-out.png")
    x = pixels.permute(0, 3, 1, 2).float() / 127.5 - 1
    with torch.no_grad():
        scores = judge.scores(x, prompts)
        named = (judge.of_pictures(x) @ judge.of_prompts(objects).T).argmax(1)
    rows = [dict(object=o, prompt=p, score=round(s, 5), named=objects[k])
            for o, p, s, k in zip(objects, prompts, scores.tolist(), named.tolist())]
    lines = ",\n".join("  " + json.dumps(row) for row in rows)
    (args.folder / "held-out.json").write_text(f'{{"size": {SIZE}, "pictures": [\n{lines}\n]}}\n')
    found = evaluate(judge, renders)
    (args.folder / "README.md").write_text(README.format(count=len(objects), **found))
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
