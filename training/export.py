"""Writes a complete F16 model folder from the EMA weights of the newest checkpoint, at any time, beside a running one."""
import argparse
import pathlib

from models import AutoencoderKL, export_model, load_part, load_tokenizer, new_text_encoder, new_unet
from work import add_work_argument, latest_checkpoint, load_state


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_work_argument(parser)
    parser.add_argument("folder", type=pathlib.Path, nargs="?", help="default: WORK/export/current")
    parser.add_argument("--vae", type=pathlib.Path, help="another decoder for the same latents (default: WORK/vae)")
    args = parser.parse_args()
    tokenizer = load_tokenizer(args.work / "tokenizer")
    unet, text_encoder = new_unet(), new_text_encoder(tokenizer)
    newest = latest_checkpoint(args.work / "unet")
    if not newest:
        raise SystemExit(f"no checkpoint in {args.work / 'unet'}")
    state = load_state(newest)
    for p, ema in zip([*unet.parameters(), *text_encoder.parameters()], state["ema"]):
        p.data.copy_(ema)
    vae = load_part(AutoencoderKL, args.vae or args.work / "vae")
    target = args.folder or args.work / "export/current"
    export_model(target, vae, tokenizer, text_encoder, unet)
    print(f"{target}: step {state['step']}, {state['pictures']} pictures seen")


if __name__ == "__main__":
    main()
