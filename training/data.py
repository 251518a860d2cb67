"""Pictures and captions: 128x128 RGBA renders of emoji in four styles, composited over plain backgrounds.

Reads `pictures/rgba.bin` (uint8 [count, 128, 128, 4]) and `pictures/rows.json` (name and style of each picture),
both written by render.mjs, and the object groups and tags of the npm package emojibase-data (MIT).
"""
import json
import re

import numpy as np
import torch

COLORS = {
    "white": (255, 255, 255), "black": (16, 16, 16), "red": (229, 57, 53), "orange": (251, 140, 0),
    "yellow": (253, 216, 53), "green": (67, 160, 71), "teal": (0, 137, 123), "blue": (30, 100, 229),
    "purple": (142, 36, 170), "pink": (244, 143, 177), "brown": (121, 85, 72), "gray": (158, 158, 158)}
COLOR_NAMES = list(COLORS)
COLOR_RGB = np.array(list(COLORS.values()), np.float32)
STYLES = ("noto", "twemoji", "flat", "glossy")
# Groups of emojibase: 0 smileys, 3 animals and plants, 4 food, 5 travel, 6 activities, 7 objects.
ALL_GROUPS = (0, 3, 4, 5, 6, 7)
FIRST_GROUPS = (3, 4)
# Objects that everybody knows and draws in prompts: trained more often than others (train_unet.py --common).
COMMON_OBJECTS = """red apple; green apple; banana; cherries; strawberry; watermelon; grapes; lemon; tangerine; peach;
pear; pineapple; kiwi fruit; tomato; carrot; broccoli; ear of corn; eggplant; avocado; mushroom; brown mushroom;
hot pepper; onion; pizza; hamburger; french fries; hot dog; doughnut; cookie; cupcake; birthday cake; ice cream;
soft ice cream; lollipop; cheese wedge; egg; bread; croissant; pancakes; beer mug; hot beverage; wine glass; tiger face;
cat face; dog face; panda; koala; lion; bear; fox; frog; monkey face; pig face; mouse face; rabbit face; cow face;
penguin; owl; duck; baby chick; butterfly; lady beetle; honeybee; snail; turtle; fish; tropical fish; whale; dolphin;
octopus; crab; elephant; rose; tulip; sunflower; cactus; palm tree; evergreen tree; deciduous tree;
four leaf clover""".replace("\n", " ").split("; ")
_NOT_OBJECTS = re.compile(r"oclock|o clock|thirty|japanese|button")


def _slug(label):
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"['’]", "", label.lower())).strip()


class Pictures:
    """All renders with their names, styles, groups and tags."""

    def __init__(self, work):
        folder = work / "pictures"
        self.rows = json.loads((folder / "rows.json").read_text())
        self.rgba = np.memmap(folder / "rgba.bin", np.uint8, "r").reshape(-1, 128, 128, 4)
        emojibase = json.loads((work / "npm/node_modules/emojibase-data/en/data.json").read_text())
        self.meta = {_slug(e["label"]): (e.get("group", -1), e.get("tags", [])) for e in emojibase}

    def select(self, groups=ALL_GROUPS):
        """Indices of the pictures whose object is in one of the emojibase `groups`."""
        return [i for i, row in enumerate(self.rows)
                if self.meta.get(row["name"], (-1,))[0] in groups and not _NOT_OBJECTS.search(row["name"])]

    def name(self, i):
        return self.rows[i]["name"]

    def style(self, i):
        return self.rows[i]["style"]

    def tags(self, i):
        return self.meta.get(self.name(i), (0, []))[1]

    def composite(self, indices, colors):
        """Pictures over background colours (indices into COLOR_NAMES): float32 [batch, 3, 128, 128] in -1..1."""
        rgba = torch.from_numpy(np.stack([self.rgba[i] for i in indices]).astype(np.float32))
        return over(rgba, torch.from_numpy(COLOR_RGB[np.asarray(colors)]))


def over(rgba, background):
    """Alpha blending: rgba [batch, h, w, 4] in 0..255, background [batch, 3] -> [batch, 3, h, w] in -1..1."""
    alpha = rgba[..., 3:] / 255
    blended = rgba[..., :3] * alpha + background[:, None, None, :] * (1 - alpha)
    return (blended / 127.5 - 1).permute(0, 3, 1, 2).contiguous()


def caption(pictures, i, color, rng):
    """A random prompt for picture `i` on background `color`: name or tags, usually the style, usually the colour."""
    text, tags, draw = pictures.name(i), pictures.tags(i), rng.random()
    if tags and draw >= 0.92:
        text = ", ".join(rng.choice(tags, min(3, len(tags)), replace=False))
    elif tags and draw >= 0.76:
        text += ", " + ", ".join(rng.choice(tags, min(2, len(tags)), replace=False))
    if rng.random() < 0.15:
        text = "a " + text
    if rng.random() < 0.8:
        text += f", {pictures.style(i)} style"
    if color != 0 or rng.random() < 0.3:
        text += f" on a {COLOR_NAMES[color]} background"
    return text
