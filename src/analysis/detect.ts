/** Code units of a sample that are looked at, and of all samples together. */
const SAMPLE_UNITS = 4000;
const TOTAL_UNITS = 400_000;
/** Share of a text's words that must be function words of the language (running text has 25 to 50 %). */
const LEAST_SHARE = 0.06;
/** How far the best language must be ahead of the second. */
const LEAST_LEAD = 1.15;

/** Least function words seen, and least different ones, for a guess to be more than chance. */
const LEAST_HITS = 4;
const LEAST_DISTINCT = 3;
/** Fewer words than this prove nothing by lacking function words. */
const FEW_WORDS = 50;

/** Scripts that one language here is written in. */
const SCRIPTS: [code: string, from: number, to: number][] = [
  ['el', 0x370, 0x3ff],
  ['hy', 0x530, 0x58f],
  ['ta', 0xb80, 0xbff],
];

/** Frequent words, chosen to be rare in the neighbouring languages. */
const FUNCTION_WORDS: Record<string, string> = {
  en: 'the and of to that is was for with on are this be by from which have not at it as an or were has',
  de: 'der die und das nicht ist von zu den mit auf für eine ein im dem des sich auch wird als bei werden einer',
  fr: 'le la les et des est que dans une pour qui sur pas du ne au ce avec il par plus sont cette nous vous',
  es: 'el la los de y que en las por con una para del se es su lo como más pero este entre cuando muy sin',
  it: 'il di che è la per un non sono della con gli del una si nel anche le più alla dei questo ha come',
  pt: 'o de que e do da em um para não com uma os no se na por mais as dos como mas foi ao ele das são',
  nl: 'de het een en van is dat niet op te zijn voor met die aan er ook als bij maar om door naar wordt',
  sv: 'och att det som en på är av för med den till inte har om ett var jag från kan eller vid också',
  no: 'av er til ikke ble etter hadde jeg hva noe mye noen bare meg hun skal hvis nå være blir seg fra',
  da: 'af er til ikke blev efter havde jeg hvad noget meget nogle kun mig hun skal hvis nu være bliver sig fra',
  fi: 'ja on ei että se hän oli mutta ovat kun niin myös tai joka ole jos kuin mukaan sekä olla voi',
  hu: 'a az és hogy nem is egy ez meg csak volt már még ha mint de el van vagy kell azt lesz',
  ro: 'și în de la cu pe nu este care din că mai pentru un să o fi au prin sunt fost ca este',
  tr: 've bir bu için da de ile olarak çok daha gibi olan ne kadar sonra ama en her var değil ise',
  ru: 'и в не на что с по как это для из от к за то а но он так все или при был его',
};

const NOT_ASCII = /\P{ASCII}/u;

const byLanguage = Object.entries(FUNCTION_WORDS).map(
  ([code, words]) => [code, new Set(words.split(' '))] as const,
);

/**
 * Guesses the language of a collection from some of its texts: by script where a script has one
 * language here (Han, Kana, Hangul, Greek, Armenian, Tamil), else by function words.
 * @returns a code of `languages`; 'none' when unsure, or for a language that is not there; 'en' for plain ASCII text too
 *   short to tell, which is what most of it is
 */
export function detectLanguage(samples: string[]): string {
  const hits = new Map<string, number>();
  const distinct = new Map<string, Set<string>>(byLanguage.map(([code]) => [code, new Set()]));
  let ascii = true;
  let words = 0;
  const letters = { han: 0, kana: 0, hangul: 0, other: 0 };
  const scripts: Record<string, number> = Object.fromEntries(SCRIPTS.map(([code]) => [code, 0]));
  let budget = TOTAL_UNITS;
  for (const sample of samples) {
    if (budget <= 0) break;
    const text = sample.slice(0, Math.min(SAMPLE_UNITS, budget)).toLowerCase();
    budget -= text.length;
    ascii &&= !NOT_ASCII.test(text);
    countLetters(text, letters, scripts);
    for (const word of text.split(/[^\p{L}]+/u)) {
      if (word === '') continue;
      words++;
      for (const [code, set] of byLanguage) {
        if (!set.has(word)) continue;
        hits.set(code, (hits.get(code) ?? 0) + 1);
        distinct.get(code)?.add(word);
      }
    }
  }
  const { han, kana, hangul, other } = letters;
  const cjk = han + kana + hangul;
  // A character says about as much as three letters.
  if (3 * cjk > other) {
    if (hangul > han + kana) return 'ko';
    return kana > 0.1 * (han + kana) ? 'ja' : 'zh';
  }
  for (const [code] of SCRIPTS) if (2 * scripts[code] > other + cjk) return code;
  const ranked = [...hits].sort(([, a], [, b]) => b - a);
  const [[best, count] = ['', 0], [, second] = ['', 0]] = ranked;
  const seen = distinct.get(best)?.size ?? 0;
  if (count < LEAST_HITS || seen < LEAST_DISTINCT) return ascii && words < FEW_WORDS ? 'en' : 'none';
  return count >= LEAST_SHARE * words && count >= LEAST_LEAD * second ? best : 'none';
}

function countLetters(
  text: string,
  letters: { han: number; kana: number; hangul: number; other: number },
  scripts: Record<string, number>,
): void {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if ((unit >= 0x3400 && unit <= 0x9fff) || (unit >= 0xd840 && unit <= 0xd8bf)) letters.han++;
    else if (unit >= 0x3041 && unit <= 0x30ff) letters.kana++;
    else if (unit >= 0xac00 && unit <= 0xd7a3) letters.hangul++;
    else if ((unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a) || unit >= 0xc0)
      letters.other++;
    if (unit < 0x370 || unit > 0xbff) continue;
    for (const [code, from, to] of SCRIPTS) if (unit >= from && unit <= to) scripts[code]++;
  }
}
