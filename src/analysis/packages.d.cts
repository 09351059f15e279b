/** Snowball's algorithms by name ('german'); a stemmer takes and gives lower-case words. */
export function loadSnowball(): { newStemmer(name: string): { stem(word: string): string } };
/** Stop words by ISO 639-1 code. */
export function loadStopwords(): Record<string, string[]>;
