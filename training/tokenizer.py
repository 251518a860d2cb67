"""Makes the prompt tokenizer: a byte-level BPE in CLIP's file layout, learnt from the words of all captions.

Writes WORK/tokenizer: vocab.json, merges.txt, tokenizer_config.json, special_tokens_map.json. About a minute.
"""
import argparse
import collections
import json
import re

from data import COLORS, Pictures
from work import add_work_argument

WORD = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[a-z]+|[0-9]|[^\sa-z0-9]+")
COMMON = ("a an the on style background picture of icon emoji noto twemoji flat glossy photo drawing with and in , .",
          *COLORS)
SPECIAL = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>",
           "unk_token": "<|endoftext|>"}


def byte_characters():
    """CLIP's printable stand-in for each byte, in the order of its vocabulary."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in printable]
    return {b: chr(b) for b in printable} | {b: chr(256 + k) for k, b in enumerate(others)}


def count_words(pictures):
    words = collections.Counter()

    def add(text, times=1):
        for word in WORD.findall(text.lower()):
            words[word] += times

    for i in range(len(pictures.rows)):
        for text in (pictures.name(i), *pictures.tags(i)):
            add(text)
    for text in COMMON:
        add(text, 2000)
    return words


def learn_merges(words, limit):
    """Byte-pair encoding: joins the most frequent pair until `limit` merges or none occurs twice."""
    characters = byte_characters()
    split = {}
    for word in words:
        letters = [characters[b] for b in word.encode()]
        split[word] = (*letters[:-1], letters[-1] + "</w>")
    merges = []
    while len(merges) < limit:
        pairs = collections.Counter()
        for word, parts in split.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += words[word]
        if not pairs:
            break
        best, times = max(pairs.items(), key=lambda item: (item[1], item[0]))
        if times < 2:
            break
        merges.append(best)
        split = {word: joined(parts, best) if best[0] in parts else parts for word, parts in split.items()}
    return merges


def joined(parts, pair):
    out, i = [], 0
    while i < len(parts):
        if parts[i:i + 2] == pair:
            out.append(pair[0] + pair[1])
            i += 2
        else:
            out.append(parts[i])
            i += 1
    return tuple(out)


def write(folder, merges, tokens=32):
    folder.mkdir(parents=True, exist_ok=True)
    base = list(byte_characters().values())
    vocabulary = base + [x + "</w>" for x in base] + [a + b for a, b in merges] + ["<|startoftext|>", "<|endoftext|>"]
    config = {"add_prefix_space": False, **SPECIAL, "do_lower_case": True, "errors": "replace",
              "model_max_length": tokens, "tokenizer_class": "CLIPTokenizer"}
    ids = {token: i for i, token in enumerate(vocabulary)}
    (folder / "vocab.json").write_text(json.dumps(ids, ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1))
    (folder / "special_tokens_map.json").write_text(json.dumps(SPECIAL, indent=1))
    return len(vocabulary)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_work_argument(parser)
    parser.add_argument("--merges", type=int, default=3000)
    args = parser.parse_args()
    merges = learn_merges(count_words(Pictures(args.work)), args.merges)
    print(write(args.work / "tokenizer", merges), "tokens")


if __name__ == "__main__":
    main()
