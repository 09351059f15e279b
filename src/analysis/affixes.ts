/** Takes off what is written onto a folded word but is no part of it, before stop words are looked up. */
export type Strip = (word: string) => string;

const FRENCH = 'l m t qu n s j d c jusqu quoiqu lorsqu puisqu'.split(' ');
const ITALIAN =
  'c l all dall dell nell sull coll pell gl agl dagl degl negl sugl un m t s v d quell quest'.split(' ');

/**
 * English: the possessive 's. French and Italian: elided articles and pronouns (l'heure, dell'anno).
 * Turkish: suffixes of proper names, from the apostrophe on. The rules of Lucene's analysers.
 */
export function stripFor(lang: string): Strip | undefined {
  if (lang === 'en') return (word) => (word.endsWith("'s") ? word.slice(0, -2) : word);
  if (lang === 'fr') return withoutElision(new Set(FRENCH));
  if (lang === 'it') return withoutElision(new Set(ITALIAN));
  if (lang === 'tr') {
    return (word) => {
      const apostrophe = word.indexOf("'");
      return apostrophe > 0 ? word.slice(0, apostrophe) : word;
    };
  }
  return undefined;
}

function withoutElision(elided: Set<string>): Strip {
  return (word) => {
    const apostrophe = word.indexOf("'");
    return apostrophe > 0 && elided.has(word.slice(0, apostrophe)) ? word.slice(apostrophe + 1) : word;
  };
}
