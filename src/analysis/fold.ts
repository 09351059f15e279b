/** Brings the spellings of a word together; how depends on the language in few places. */
export type Fold = (surface: string) => string;

/**
 * Characters that are not seen: soft hyphens, joiners, variation selectors. Unicode's Default_Ignorable_Code_Point, written
 * out: that takes ICU 5 ms to make when a process meets its first word beyond ASCII, and this list does not change with Node.
 */
const IGNORABLE =
  /\u034f|[\ufe00-\ufe0f]|[\u{e0000}-\u{e0fff}]|[\u17b4\u17b5]|[\u180b-\u180f]|[\u00ad\u061c\u115f\u1160\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufff8\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}]/gu;
const BEYOND_ASCII = /[\u0080-\uffff]/;
/** Arabic: the tatweel, which only stretches a word, and vowel signs, which are seldom written. */
const ARABIC_UNWRITTEN = /[\u0640\u064b-\u0652\u0670]/g;

/**
 * Folding of a language: NFKC, lower case, then what full case folding does beyond lower case (ß to
 * ss, final sigma to sigma), typographic apostrophes to ', ignorable characters dropped, NFKC again.
 * Accents stay. Turkish lower-cases by its own rule of the dotless i; Romanian's comma letters
 * become the cedilla letters that its stemmer and stop words are written in. Arabic loses vowel signs
 * and the tatweel; forms of alef become bare alef, alef maksura yeh, teh marbuta heh, which writers
 * interchange (the rules of Lucene's ArabicNormalizer, and superscript alef dropped).
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
    if (lang === 'ar') {
      text = text
        .normalize('NFKC')
        .replace(ARABIC_UNWRITTEN, '')
        .replace(/[آأإ]/g, 'ا')
        .replaceAll('ى', 'ي')
        .replaceAll('ة', 'ه');
    }
    return text.normalize('NFKC');
  };
}
