/** Snowball's algorithms by name ('german'); a stemmer takes and gives lower-case words. */
export function loadSnowball(): { newStemmer(name: string): { stem(word: string): string } };
/** Snowball's algorithms that the package above lacks, by name: greek, hindi, indonesian, lithuanian, nepali, serbian. */
export function loadOrama(name: string): (word: string) => string;
/** Stop words by ISO 639-1 code. */
export function loadStopwords(): Record<string, string[]>;
