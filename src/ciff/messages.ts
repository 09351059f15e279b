import { PbfReader, PbfWriter } from 'pbf';

/** Counts of a collection, and who made the file. */
export interface CiffHeader {
  version: number;
  /** Postings lists in the file. */
  lists: number;
  /** Documents in the file. */
  documents: number;
  /** Of the whole collection, where the file holds a part of it. */
  totalLists: number;
  totalDocuments: number;
  totalTerms: number;
  averageLength: number;
  description: string;
}

/** The postings of a term: `count` documents, ascending, and how often each has it. */
export interface CiffList {
  /** UTF-8. */
  term: Uint8Array;
  docs: Uint32Array;
  tfs: Uint32Array;
  count: number;
  /** Sum of the frequencies. */
  occurrences: number;
}

export interface CiffDocument {
  doc: number;
  /** Id in the collection. */
  id: string;
  /** Terms of the document, as the maker counted them. */
  length: number;
}

/** What is wrong with a message, for whoever knows its place. */
export class CiffFault extends Error {}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const textOf = (bytes: Uint8Array) => {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new CiffFault('text that is not UTF-8');
  }
};

/** Visits the fields of a message. Fields that are not known are passed over. */
function fields(pbf: PbfReader, end: number, read: (field: number) => void): void {
  for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) read(field);
  if (pbf.pos !== end) throw new CiffFault('a field that is longer than its message');
}

function message<T>(bytes: Uint8Array, decode: (pbf: PbfReader) => T): T {
  try {
    return decode(new PbfReader(bytes));
  } catch (error) {
    if (error instanceof CiffFault) throw error;
    throw new CiffFault(`not a protobuf message (${(error as Error).message})`);
  }
}

/** @throws CiffFault */
export function decodeHeader(bytes: Uint8Array): CiffHeader {
  return message(bytes, (pbf) => {
    const counts = [0, 0, 0, 0, 0, 0];
    let [averageLength, description] = [0, ''];
    fields(pbf, bytes.length, (field) => {
      if (field <= 6) counts[field - 1] = pbf.readVarint(true);
      else if (field === 7) averageLength = pbf.readDouble();
      else if (field === 8) description = textOf(pbf.readBytes());
    });
    const [version, lists, documents, totalLists, totalDocuments, totalTerms] = counts;
    for (const [name, count] of Object.entries({ num_postings_lists: lists, num_docs: documents }))
      if (!(Number.isSafeInteger(count) && count >= 0)) throw new CiffFault(`${name} is ${count}`);
    return { version, lists, documents, totalLists, totalDocuments, totalTerms, averageLength, description };
  });
}

/**
 * @param into its arrays are used again, grown where needed
 * @throws CiffFault for postings that don't ascend, frequencies below 1, sums that are not the postings'
 */
export function decodeList(bytes: Uint8Array, documents: number, into: CiffList): void {
  message(bytes, (pbf) => {
    let [df, cf] = [-1, -1];
    let doc = 0;
    into.term = bytes.subarray(0, 0);
    into.count = 0;
    into.occurrences = 0;
    const label = () => `the list of '${Buffer.from(into.term).toString()}'`;
    fields(pbf, bytes.length, (field) => {
      if (field === 1) into.term = pbf.readBytes();
      else if (field === 2) df = pbf.readVarint(true);
      else if (field === 3) cf = pbf.readVarint(true);
      else if (field === 4) {
        const length = pbf.readVarint();
        const end = pbf.pos + length;
        if (!(end <= bytes.length)) throw new CiffFault(`${label()} is cut off`);
        let [gap, tf] = [0, 0];
        // A posting at a time is most of the work: no function for it.
        for (let own = pbf.nextField(end); own !== 0; own = pbf.nextField(end)) {
          if (own === 1) gap = pbf.readVarint(true);
          else if (own === 2) tf = pbf.readVarint(true);
        }
        doc += gap;
        if (!(gap > 0 || (gap === 0 && into.count === 0)))
          throw new CiffFault(`${label()}: documents don't ascend`);
        if (!(doc < documents)) throw new CiffFault(`${label()}: document ${doc} of ${documents}`);
        if (!(tf >= 1 && tf < 2 ** 31)) throw new CiffFault(`${label()}: document ${doc} has it ${tf} times`);
        if (into.count === into.docs.length) grow(into);
        into.docs[into.count] = doc;
        into.tfs[into.count++] = tf;
        into.occurrences += tf;
      }
    });
    if (into.term.length === 0) throw new CiffFault('a postings list without a term');
    textOf(into.term);
    if (into.count === 0) throw new CiffFault(`${label()} is empty`);
    if (df !== into.count) throw new CiffFault(`${label()} has ${into.count} postings, its df is ${df}`);
    if (cf !== into.occurrences)
      throw new CiffFault(`${label()} has ${into.occurrences} occurrences, its cf is ${cf}`);
  });
}

function grow(list: CiffList): void {
  const wider = (old: Uint32Array) => {
    const values = new Uint32Array(Math.max(64, old.length * 2));
    values.set(old);
    return values;
  };
  list.docs = wider(list.docs);
  list.tfs = wider(list.tfs);
}

/** @throws CiffFault */
export function decodeDocument(bytes: Uint8Array): CiffDocument {
  return message(bytes, (pbf) => {
    const found: CiffDocument = { doc: 0, id: '', length: 0 };
    fields(pbf, bytes.length, (field) => {
      if (field === 1) found.doc = pbf.readVarint(true);
      else if (field === 2) found.id = textOf(pbf.readBytes());
      else if (field === 3) found.length = pbf.readVarint(true);
    });
    if (!(found.length >= 0 && found.length < 2 ** 31))
      throw new CiffFault(`document '${found.id}' has ${found.length} terms`);
    return found;
  });
}

/** A message with its length before it. */
function delimited(write: (pbf: PbfWriter) => void): Uint8Array {
  const pbf = new PbfWriter(new Uint8Array(64));
  pbf.writeRawMessage((_, inner) => write(inner), undefined);
  return pbf.finish();
}

/** Fields that are 0 or empty are left out, as proto3 does. */
function number(pbf: PbfWriter, field: number, value: number): void {
  if (value === 0) return;
  pbf.writeTag(field, 0);
  pbf.writeVarint(value);
}

function bytes(pbf: PbfWriter, field: number, value: Uint8Array): void {
  if (value.length === 0) return;
  pbf.writeTag(field, 2);
  pbf.writeBytes(value);
}

export function encodeHeader(header: CiffHeader): Uint8Array {
  return delimited((pbf) => {
    const { version, lists, documents, totalLists, totalDocuments, totalTerms } = header;
    for (const [i, count] of [version, lists, documents, totalLists, totalDocuments, totalTerms].entries())
      number(pbf, i + 1, count);
    if (header.averageLength !== 0) {
      pbf.writeTag(7, 1);
      pbf.writeDouble(header.averageLength);
    }
    bytes(pbf, 8, Buffer.from(header.description));
  });
}

export function encodeList({ term, docs, tfs, count, occurrences }: CiffList): Uint8Array {
  return delimited((pbf) => {
    bytes(pbf, 1, term);
    number(pbf, 2, count);
    number(pbf, 3, occurrences);
    let previous = 0;
    for (let i = 0; i < count; i++) {
      const gap = docs[i] - previous;
      previous = docs[i];
      pbf.writeTag(4, 2);
      pbf.writeVarint((gap === 0 ? 0 : 1 + varintBytes(gap)) + 1 + varintBytes(tfs[i]));
      number(pbf, 1, gap);
      number(pbf, 2, tfs[i]);
    }
  });
}

function varintBytes(value: number): number {
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size++;
  return size;
}

export function encodeDocument({ doc, id, length }: CiffDocument): Uint8Array {
  return delimited((pbf) => {
    number(pbf, 1, doc);
    bytes(pbf, 2, Buffer.from(id));
    number(pbf, 3, length);
  });
}
