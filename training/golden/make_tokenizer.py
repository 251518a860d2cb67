"""Goldens of the CLIP tokenizer: make_tokenizer.py OUT BPE_FILE [--held]

Writes OUT/clip-tokenizer (vocab.json, merges.txt, tokenizer_config.json) from the published merges and golden.json
with the ids of each string, plain and padded to 77; with --held OUT/tokenizer.json with other strings.
"""
import argparse
import gzip
import json
import pathlib
import sys

from transformers import CLIPTokenizer

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tokenizer import byte_characters

STRINGS = [
    "", "a", "a photo of an astronaut riding a horse on mars", "A PHOTO, of: an_astronaut--riding?",
    "it's we're I'd don't they'll", "2 dogs 34 cats 1,000.50", "naïve café déjà vu", "Ünïcödé ÀÉÎ straße İstanbul",
    "日本語のテキスト 漢字", "emoji 😀👩‍🚀🏳️‍🌈", "  leading   and\ttabs\nnewlines  ",
    "<|startoftext|> injected <|endoftext|> tokens", "(word:1.3) [less] {x}", "ﬁ ligature ½ ™ ①", "e\u0301 combining",
    "\u200bzero\u200dwidth\u00a0nbsp", "\x00\x07control", "a" * 400, "word " * 120,
    "masterpiece, best quality, ultra-detailed, 8k, (cinematic lighting), by greg", "$%^&*()_+-=~`",
    "don’t “smart” quotes — dash", "русский текст", "العربية", "한국어 문장", "𝒻𝒶𝓃𝒸𝓎 𝟙𝟚", "x²+y³=z⁴",
    "CamelCaseWords andSNAKE_case", "http://example.com/a?b=c&d=e", "¿Qué? ¡Olé!"]
HELD_STRINGS = [
    "ßẞ ſ Ω", "supercalifragilisticexpialidocious antidisestablishmentarianism", "12345678901234567890",
    "a'b'c 's 't n't", "I'M SHOUTING'RE", "ⅷ Ⅻ ㎏", "\ufeffbom", "🇫🇷🇩🇪 flags", "ก็ไทย", "हिन्दी पाठ",
    "mixed日本and英語words", "\r\nwin\r\n", "'''", "...,,,;;;!!!", "é" * 90, "word," * 60, "\ud7ff\ue000", "İ I ı i",
    "ﷺ", "a\u0301\u0323 stacked"]
CONFIG = {
    "add_prefix_space": False, "bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>",
    "pad_token": "<|endoftext|>", "unk_token": "<|endoftext|>", "do_lower_case": True, "errors": "replace",
    "model_max_length": 77, "tokenizer_class": "CLIPTokenizer"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("bpe", type=pathlib.Path, help="bpe_simple_vocab_16e6.txt.gz")
    parser.add_argument("--held", action="store_true", help="the strings kept for acceptance")
    args = parser.parse_args()
    base = list(byte_characters().values())
    merges = gzip.open(args.bpe).read().decode().split("\n")[1:49152 - 256 - 2 + 1]
    vocabulary = base + [x + "</w>" for x in base] + ["".join(m.split()) for m in merges] \
        + ["<|startoftext|>", "<|endoftext|>"]
    folder = args.out / "clip-tokenizer"
    folder.mkdir(parents=True, exist_ok=True)
    ids = {token: i for i, token in enumerate(vocabulary)}
    (folder / "vocab.json").write_text(json.dumps(ids, ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps(CONFIG))
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    cases = [dict(text=s, ids=tokenizer(s).input_ids,
                  padded=tokenizer(s, padding="max_length", truncation=True, max_length=77).input_ids)
             for s in (HELD_STRINGS if args.held else STRINGS)]
    target = args.out / "tokenizer.json" if args.held else folder / "golden.json"
    target.write_text(json.dumps(cases, ensure_ascii=True, indent=0))
    print(len(cases), "strings")


if __name__ == "__main__":
    main()
