const ABOVE_SURROGATES = /[\ud800-\uffff]/;

/**
 * Sorts strings by their UTF-8 bytes, which is code point order. JavaScript compares UTF-16 units:
 * the same unless a surrogate pair meets a character of U+E000 to U+FFFF.
 */
export function sortUtf8(strings: string[]): void {
  if (strings.some((text) => ABOVE_SURROGATES.test(text))) strings.sort(compareUtf8);
  else strings.sort();
}

/** Negative, 0 or positive as a's UTF-8 bytes come before, with or after b's. Both are well-formed. */
export function compareUtf8(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all of the basic plane. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
