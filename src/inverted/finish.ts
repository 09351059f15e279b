import type { WriterEnvironment, WrittenPart } from '../branch/index.js';
import type { SegmentWriter } from '../segment/index.js';
import type { SpillFile } from '../storage/index.js';
import { DictionaryWriter } from './dictionary-writer.js';
import { CODEC, EXTENTS, FIELD_LENGTHS, LENGTHS, PART } from './layout.js';
import { mergeRuns } from './merge.js';
import type { PostingList } from './posting-list.js';
import type { Run } from './run.js';
import { writeNumbers } from './whole-numbers.js';

/** All that becomes of a segment's text, but for its lists. */
export interface SegmentTotals {
  /** Terms in each document. */
  lengths: Uint32Array;
  /** [documents, bounds]: positions that each text field but the last takes up. */
  extents: Uint32Array;
  /** [documents, bounds]: terms in each text field but the last. */
  fieldLengths: Uint32Array;
  bounds: number;
  positions: boolean;
  /** Where lengths are not the sums of frequencies: those of another engine. */
  lengthsGiven?: boolean;
}

/**
 * Merges runs into the arrays of a text part.
 * @param onList sees every list before it is written
 */
export async function finishText(
  out: SegmentWriter,
  files: SpillFile[],
  last: Run,
  { lengths, extents, fieldLengths, bounds, positions, lengthsGiven = false }: SegmentTotals,
  { spills, memoryBytes, progress }: WriterEnvironment,
  onList?: (term: Uint8Array, list: PostingList) => void,
): Promise<WrittenPart> {
  const dictionary = new DictionaryWriter(PART, lengths, spills, positions);
  let [tokens, withText] = [0, 0];
  for (const length of lengths) {
    tokens += length;
    if (length > 0) withText++;
  }
  let done = 0;
  let reported = 0;
  await mergeRuns(files, last, spills, memoryBytes, (term, list) => {
    onList?.(term, list);
    dictionary.add(term, list);
    done += list.occurrences;
    if (done - reported >= 1 << 20) {
      reported = done;
      progress('merging terms', Math.min(done, tokens), tokens);
    }
  });
  dictionary.finishDictionary(out);
  writeNumbers(out, LENGTHS, [lengths.length], lengths);
  writeNumbers(out, EXTENTS, [lengths.length, bounds], extents);
  if (bounds > 0) writeNumbers(out, FIELD_LENGTHS, [lengths.length, bounds], fieldLengths);
  dictionary.finishLists(out);
  const { terms, postings } = dictionary;
  const meta: WrittenPart['meta'] = { codec: CODEC, documents: withText, tokens, terms, postings };
  if (lengthsGiven) meta.lengths = 'given';
  if (bounds > 0) meta.fields = fieldTotals(lengths, fieldLengths, bounds);
  return { meta, counts: { terms, postings, tokens } };
}

/** Documents with a term in each text field, and terms in all of them. */
export function fieldTotals(
  lengths: Uint32Array,
  fieldLengths: Uint32Array,
  bounds: number,
): { documents: number; tokens: number }[] {
  const totals = Array.from({ length: bounds + 1 }, () => ({ documents: 0, tokens: 0 }));
  for (let doc = 0; doc < lengths.length; doc++) {
    let left = lengths[doc];
    for (let f = 0; f <= bounds; f++) {
      const own = f < bounds ? fieldLengths[doc * bounds + f] : left;
      left -= own;
      if (own === 0) continue;
      totals[f].documents++;
      totals[f].tokens += own;
    }
  }
  return totals;
}
