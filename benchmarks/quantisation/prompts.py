"""Prompts of the default model's kind, different from those that tandem quantize uses: prompts.py NUMBER"""

import itertools
import sys

THINGS = """cat dog penguin owl fish turtle bee horse tree rose sunflower mushroom banana grapes carrot bread cheese burger pizza
cake cup bottle key lock book pencil scissors umbrella clock lamp candle balloon gift guitar drum trumpet football bicycle bus
train rocket boat anchor house castle tent bridge mountain volcano moon star rainbow snowflake fire robot ghost crown glasses
hat shoe glove camera telephone magnet""".split()
STYLES = ["", ", flat style", ", noto style", ", glossy style", " on a blue background", ", flat style on a yellow background"]

number = int(sys.argv[1])
for i, (style, thing) in enumerate(itertools.cycle(itertools.product(STYLES, THINGS))):
    if i == number:
        break
    print(thing + style)
