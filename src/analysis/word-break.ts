/**
 * Word_Break classes of UAX #29 (Unicode Text Segmentation, section 4) for the code units our own
 * scanner handles: ASCII, Latin, Greek, Cyrillic, general punctuation, full-width forms. Everything
 * else is UNKNOWN and left to Intl.Segmenter. The classes of a run's characters decide who cuts it,
 * so this table is part of the analyser's version.
 */
export const Break = {
  other: 0,
  space: 1,
  letter: 2,
  numeric: 3,
  extendNumLet: 4,
  midLetter: 5,
  midNum: 6,
  midNumLet: 7,
  singleQuote: 8,
  /** Extend and Format: attached to what they follow (rule WB4). */
  extend: 9,
  unknown: 10,
  /** Han, Kana, Hangul: scripts whose runs become bigrams. */
  cjk: 11,
} as const;

/** Inclusive ranges; later ones overwrite earlier ones. */
const RANGES: [number, number, number][] = [
  [Break.other, 0, 0xbf],
  [Break.space, 0x09, 0x0d],
  [Break.space, 0x20, 0x20],
  [Break.numeric, 0x30, 0x39],
  [Break.letter, 0x41, 0x5a],
  [Break.letter, 0x61, 0x7a],
  [Break.singleQuote, 0x27, 0x27],
  [Break.midNum, 0x2c, 0x2c],
  [Break.midNumLet, 0x2e, 0x2e],
  [Break.midLetter, 0x3a, 0x3a],
  [Break.midNum, 0x3b, 0x3b],
  [Break.extendNumLet, 0x5f, 0x5f],
  [Break.space, 0x85, 0x85],
  [Break.space, 0xa0, 0xa0],
  [Break.letter, 0xaa, 0xaa],
  [Break.extend, 0xad, 0xad],
  [Break.letter, 0xb5, 0xb5],
  [Break.midLetter, 0xb7, 0xb7],
  // A symbol that joins like a letter: left to ICU.
  [Break.unknown, 0xb8, 0xb8],
  [Break.letter, 0xba, 0xba],
  [Break.letter, 0xc0, 0x2ff],
  [Break.other, 0xd7, 0xd7],
  [Break.other, 0xf7, 0xf7],
  [Break.extend, 0x300, 0x36f],
  [Break.letter, 0x370, 0x373],
  [Break.other, 0x375, 0x375],
  [Break.letter, 0x376, 0x377],
  [Break.letter, 0x37a, 0x37d],
  [Break.midNum, 0x37e, 0x37e],
  [Break.letter, 0x37f, 0x37f],
  [Break.other, 0x384, 0x385],
  [Break.letter, 0x386, 0x386],
  [Break.midLetter, 0x387, 0x387],
  [Break.letter, 0x388, 0x38a],
  [Break.letter, 0x38c, 0x38c],
  [Break.letter, 0x38e, 0x3a1],
  [Break.letter, 0x3a3, 0x3f5],
  [Break.other, 0x3f6, 0x3f6],
  [Break.letter, 0x3f7, 0x481],
  [Break.other, 0x482, 0x482],
  [Break.extend, 0x483, 0x489],
  [Break.letter, 0x48a, 0x52f],
  [Break.letter, 0x1e00, 0x1f15],
  [Break.space, 0x1680, 0x1680],
  [Break.space, 0x2000, 0x200a],
  [Break.extend, 0x200e, 0x200f],
  [Break.other, 0x2010, 0x2017],
  [Break.midNumLet, 0x2018, 0x2019],
  [Break.other, 0x201a, 0x2023],
  [Break.midNumLet, 0x2024, 0x2024],
  [Break.other, 0x2025, 0x2026],
  [Break.midLetter, 0x2027, 0x2027],
  [Break.space, 0x2028, 0x2029],
  [Break.extend, 0x202a, 0x202e],
  // UAX #29 joins across the narrow no-break space ('10 %', '1 000'); we part there, as at any white space.
  [Break.space, 0x202f, 0x202f],
  [Break.other, 0x2030, 0x203e],
  [Break.extendNumLet, 0x203f, 0x2040],
  [Break.other, 0x2041, 0x2043],
  [Break.midNum, 0x2044, 0x2044],
  [Break.other, 0x2045, 0x2053],
  [Break.extendNumLet, 0x2054, 0x2054],
  [Break.other, 0x2055, 0x205e],
  [Break.space, 0x205f, 0x205f],
  [Break.other, 0x20a0, 0x20c0],
  [Break.other, 0x2190, 0x2319],
  [Break.space, 0x3000, 0x3000],
  [Break.other, 0x3001, 0x3004],
  [Break.other, 0x3008, 0x3020],
  [Break.other, 0x3030, 0x3030],
  [Break.other, 0x303d, 0x303f],
  [Break.other, 0x30fb, 0x30fb],
  [Break.other, 0xff01, 0xff06],
  [Break.midNumLet, 0xff07, 0xff07],
  [Break.other, 0xff08, 0xff0b],
  [Break.midNum, 0xff0c, 0xff0c],
  [Break.other, 0xff0d, 0xff0d],
  [Break.midNumLet, 0xff0e, 0xff0e],
  [Break.other, 0xff0f, 0xff0f],
  [Break.numeric, 0xff10, 0xff19],
  [Break.midLetter, 0xff1a, 0xff1a],
  [Break.midNum, 0xff1b, 0xff1b],
  [Break.other, 0xff1c, 0xff20],
  [Break.letter, 0xff21, 0xff3a],
  [Break.other, 0xff3b, 0xff3e],
  [Break.extendNumLet, 0xff3f, 0xff3f],
  [Break.other, 0xff40, 0xff40],
  [Break.letter, 0xff41, 0xff5a],
  [Break.other, 0xff5b, 0xff65],
];

/** Letters by the table above that are symbols after all: modifier tone marks and the like. */
const SYMBOLS: [number, number][] = [
  [0x2c2, 0x2c5],
  [0x2d2, 0x2d7],
  [0x2d8, 0x2df],
  [0x2e5, 0x2eb],
  [0x2ed, 0x2ed],
  [0x2ef, 0x2ff],
];

/** Han, Kana and Hangul code units outside the supplementary planes, with the marks that only follow them. */
const CJK: [number, number][] = [
  [0x1100, 0x11ff],
  [0x2e80, 0x2fd5],
  [0x3005, 0x3007],
  [0x3021, 0x3029],
  [0x3031, 0x3035],
  [0x3038, 0x303c],
  [0x3041, 0x309a],
  [0x309d, 0x309f],
  [0x30a1, 0x30fa],
  [0x30fc, 0x30ff],
  [0x3131, 0x318e],
  [0x31f0, 0x31ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa960, 0xa97c],
  [0xac00, 0xd7fb],
  // High surrogates of U+20000 to U+3FFFF: the ideographic planes.
  [0xd840, 0xd8bf],
  [0xf900, 0xfaff],
  [0xff66, 0xffdc],
];

let tables: { bigrams: Uint8Array; words: Uint8Array } | undefined;

/**
 * Class of every UTF-16 code unit. For 'words', Han, Kana and Hangul are unknown too: the
 * segmenter's dictionary cuts them.
 */
export function breakClasses(cjk: 'bigrams' | 'words'): Uint8Array {
  if (tables === undefined) {
    const words = new Uint8Array(65536).fill(Break.unknown);
    for (const [kind, first, last] of RANGES) words.fill(kind, first, last + 1);
    for (const [first, last] of SYMBOLS) words.fill(Break.unknown, first, last + 1);
    const bigrams = words.slice();
    for (const [first, last] of CJK) bigrams.fill(Break.cjk, first, last + 1);
    tables = { bigrams, words };
  }
  return tables[cjk];
}
