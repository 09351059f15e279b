// How text is cut, for all engines alike.
const RUN = /[\p{L}\p{N}]+/gu;
const HAN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+/gu;

/** Lower-cased runs of letters and digits; of Chinese and Japanese, overlapping pairs. */
export function tokens(text) {
  const found = [];
  for (const [run] of text.normalize('NFKC').toLowerCase().matchAll(RUN)) {
    let at = 0;
    for (const han of run.matchAll(HAN)) {
      if (han.index > at) found.push(run.slice(at, han.index));
      const signs = [...han[0]];
      if (signs.length === 1) found.push(han[0]);
      for (let i = 1; i < signs.length; i++) found.push(signs[i - 1] + signs[i]);
      at = han.index + han[0].length;
    }
    if (at < run.length) found.push(run.slice(at));
  }
  return found;
}
