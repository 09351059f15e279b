/** Brings the spellings of a word together; how depends on the language in few places. */
export type Fold = (surface: string) => string;

/** Characters that are not seen: soft hyphens, joiners, variation selectors. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;
const BEYOND_ASCII = /[\u0080-\uffff]/;

/**
 * Folding of a language: NFKC, lower case, then what full case folding does beyond lower case (ß to
 * ss, final sigma to sigma), typographic apostrophes to ', ignorable characters dropped, NFKC again.
 * Accents stay. Turkish lower-cases by its own rule of the dotless i; Romanian's comma letters
 * become the cedilla letters that its stemmer and stop words are written in.
 */
export function foldFor(lang: string): Fold {
  const lower =
    lang === 'tr' ? (text: string) => text.toLocaleLowerCase('tr') : (text: string) => text.toLowerCase();
  return (surface) => {
    if (!BEYOND_ASCII.test(surface)) return lower(surface);
    let text = lower(surface.toWellFormed().normalize('NFKC'))
      .replace(IGNORABLE, '')
      .replaceAll('ß', 'ss')
      .replaceAll('ς', 'σ')
      .replaceAll('\u2019', "'");
    if (lang === 'ro') text = text.replaceAll('ș', 'ş').replaceAll('ț', 'ţ');
    return text.normalize('NFKC');
  };
}
