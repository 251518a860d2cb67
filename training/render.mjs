// Renders four emoji sets to 128x128 RGBA pictures: node render.mjs [WORK FOLDER]
// Reads WORK/npm/node_modules (npm install there, see README.md).
// Writes WORK/pictures/rgba.bin (uint8 [count, 128, 128, 4]) and rows.json ([{name, style}], same order).
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {createRequire} from 'node:module';

const SIZE = 128;
const MARGIN = 8;
const STYLE_OF_SET = {noto: 'noto', twemoji: 'twemoji', 'fluent-emoji-flat': 'flat', 'fluent-emoji': 'glossy'};
// Pictures that crash the renderer.
const SKIP = new Set(['noto/package']);

const work = process.argv[2] ?? process.env.TANDEM_TRAINING ?? path.join(os.homedir(), 'tandem-training');
const require = createRequire(path.join(path.resolve(work), 'npm', 'package.json'));
const {Resvg} = require('@resvg/resvg-js');

const isObject = key => !/skin|^flag|-flag$|keycap|^input-|^regional|^[0-9a-z]$/.test(key)
    && !/-(light|medium-light|medium|medium-dark|dark)$/.test(key);

const sets = Object.fromEntries(Object.keys(STYLE_OF_SET).map(set =>
    [set, JSON.parse(fs.readFileSync(path.join(work, `npm/node_modules/@iconify-json/${set}/icons.json`)))]));

// A concept must exist in at least two sets.
const count = {};
for (const icons of Object.values(sets))
  for (const key of Object.keys(icons.icons)) if (isObject(key)) count[key] = (count[key] ?? 0) + 1;
const concepts = Object.keys(count).filter(key => count[key] >= 2).sort();

function render(icons, icon) {
  const w = icon.width ?? icons.width ?? 16, h = icon.height ?? icons.height ?? 16;
  const left = icon.left ?? icons.left ?? 0, top = icon.top ?? icons.top ?? 0;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" `
      + `viewBox="${left} ${top} ${w} ${h}">${icon.body}</svg>`;
  const picture = new Resvg(svg, {fitTo: {mode: w >= h ? 'width' : 'height', value: SIZE - MARGIN}}).render();
  const pixels = Buffer.from(picture.pixels), out = Buffer.alloc(SIZE * SIZE * 4);
  const dx = (SIZE - picture.width) >> 1, dy = (SIZE - picture.height) >> 1;
  for (let y = 0; y < picture.height; y++)
    pixels.copy(out, ((y + dy) * SIZE + dx) * 4, y * picture.width * 4, (y + 1) * picture.width * 4);
  return out;
}

const folder = path.join(work, 'pictures');
fs.mkdirSync(folder, {recursive: true});
const file = fs.openSync(path.join(folder, 'rgba.bin'), 'w');
const rows = [];
for (const [set, style] of Object.entries(STYLE_OF_SET)) {
  for (const key of concepts) {
    const icon = sets[set].icons[key];
    if (!icon || SKIP.has(`${set}/${key}`)) continue;
    fs.writeSync(file, render(sets[set], icon));
    rows.push({name: key.replaceAll('-', ' '), style});
  }
}
fs.closeSync(file);
fs.writeFileSync(path.join(folder, 'rows.json'), JSON.stringify(rows));
console.log(`${rows.length} pictures of ${concepts.length} concepts`);
