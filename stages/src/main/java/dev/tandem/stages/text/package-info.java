/**
 * From a prompt to token ids, exactly as transformers' {@code CLIPTokenizer} computes them.
 *
 * <pre>
 *   tokenizer.json --TokenizerFile--> BytePairEncoding, AddedTokens
 *   or vocab.json and merges.txt --BytePairEncoding.read-->
 *   prompt --AddedTokens: cut out special tokens--> text
 *          --TextNormalizer: NFC, one space, lower case--> text
 *          --WordSplitter--> words --BytePairEncoding--> ids
 *          --ClipTokenizer: start, end, cut, pad--> Encoding
 * </pre>
 */
package dev.tandem.stages.text;
