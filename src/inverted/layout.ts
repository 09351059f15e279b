/**
 * Arrays of the text part, in file order.
 *
 *     text/pages       f64 [pages + 1, 2]  per dictionary page: its offset in `dictionary`, and that
 *                                          of its first term in `pagekeys`; one more for the ends
 *     text/pagekeys    u8                  first terms of the pages, one behind the other
 *     text/dictionary  u8                  pages of PAGE_TERMS terms (dictionary.ts)
 *     text/lengths     u32 [documents]     terms in each document, stop words left out
 *     text/postings    u8                  lists of terms in two documents or more (codec)
 *     text/positions   u8                  positions of all terms (positions.ts)
 */
export const PART = 'text';
export const PAGES = `${PART}/pages`;
export const PAGE_KEYS = `${PART}/pagekeys`;
export const DICTIONARY = `${PART}/dictionary`;
export const LENGTHS = `${PART}/lengths`;
export const POSTINGS = `${PART}/postings`;
export const POSITIONS = `${PART}/positions`;

/** Terms in a dictionary page: one page is one short read, and at most 63 terms are passed over. */
export const PAGE_TERMS = 64;

/** Positions between the last token of a text field and the first of the next, so that no phrase spans both. */
export const FIELD_GAP = 100;
