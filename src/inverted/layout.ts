/** The text part, and its arrays beside its lists. */
export const PART = 'text';
/** u8, u16 or u32 [documents]: terms in each document, stop words left out. */
export const LENGTHS = `${PART}/lengths`;
/** u8, u16 or u32 [documents, text fields - 1]: positions each field but the last takes up. */
export const EXTENTS = `${PART}/extents`;

/** u8, u16 or u32 [documents, text fields - 1]: terms in each field but the last. */
export const FIELD_LENGTHS = `${PART}/field-lengths`;

/** Arrays of a part that maps terms to lists of documents. */
export interface ListArrays {
  /** f64 [pages + 1, 2]: per dictionary page its offset in `dictionary`, and that of its first term in `keys`; one more for the ends. */
  pages: string;
  /** u8: first terms of the pages, one behind the other. */
  keys: string;
  /** u8: pages of PAGE_TERMS terms (dictionary-page.ts). */
  dictionary: string;
  /** u8: what is known of each block of a long list (blocks.ts). */
  blocks: string;
  /** u8: lists of terms in two documents or more (codec.ts). */
  postings: string;
  /** u8: positions (positions.ts). */
  positions: string;
}

export function listArrays(part: string): ListArrays {
  return {
    pages: `${part}/pages`,
    keys: `${part}/pagekeys`,
    dictionary: `${part}/dictionary`,
    blocks: `${part}/blocks`,
    postings: `${part}/postings`,
    positions: `${part}/positions`,
  };
}

/** How lists are coded, as the segment's metadata names it. */
export const CODEC = 'blocks';

/** Terms in a dictionary page: one page is one short read, and at most 63 terms are passed over. */
export const PAGE_TERMS = 64;

/** Postings in a block; lists with fewer are short: VBytes, and nothing in `blocks`. */
export const BLOCK = 128;
export const BLOCK_SHIFT = 7;

/** Postings of a list from which on even a lone block is smaller than VBytes (measured; all shorter lists are 5 % of the postings). */
export const PACKED = 16;

/** Positions of one list or block that are too few for Rice codes to save anything. */
export const FEW_POSITIONS = 8;
