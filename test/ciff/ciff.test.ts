import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import protobuf from 'protobufjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors/index.js';
import { buildIndex, checkIndex } from '../../src/index/index.js';
import { fixtures, ok, scratch, shortlist } from '../helpers/cli.js';

const cwd = scratch();
const path = (name: string) => join(cwd, name);
const articles = `${fixtures}articles`;

// The messages as their authors published them, read and written by a package that shares nothing with ours.
const { root } = protobuf.parse(
  `
  syntax = "proto3";
  message Header {
    int32 version = 1; int32 num_postings_lists = 2; int32 num_docs = 3; int32 total_postings_lists = 4;
    int32 total_docs = 5; int64 total_terms_in_collection = 6; double average_doclength = 7; string description = 8;
  }
  message Posting { int32 docid = 1; int32 tf = 2; }
  message PostingsList { string term = 1; int64 df = 2; int64 cf = 3; repeated Posting postings = 4; }
  message DocRecord { int32 docid = 1; string collection_docid = 2; int32 doclength = 3; }`,
  { keepCase: true },
);
const [Header, PostingsList, DocRecord] = ['Header', 'PostingsList', 'DocRecord'].map((name) =>
  root.lookupType(name),
);

interface Posting {
  docid: number;
  tf: number;
}
interface Ciff {
  header: Record<string, number | string>;
  lists: { term: string; df: number; cf: number; postings: Posting[] }[];
  docs: { docid: number; collection_docid: string; doclength: number }[];
}

function readCiff(bytes: Uint8Array): Ciff {
  const reader = protobuf.Reader.create(bytes);
  const next = (type: protobuf.Type) =>
    type.toObject(type.decodeDelimited(reader), { longs: Number, defaults: true, arrays: true });
  const header = next(Header) as Ciff['header'];
  const lists = Array.from({ length: header.num_postings_lists as number }, () => next(PostingsList));
  const docs = Array.from({ length: header.num_docs as number }, () => next(DocRecord));
  expect(reader.pos).toBe(bytes.length);
  return { header, lists, docs } as Ciff;
}

function writeCiff({ header, lists, docs }: Ciff): Buffer {
  return Buffer.concat([
    Header.encodeDelimited(header).finish(),
    ...lists.map((list) => PostingsList.encodeDelimited(list).finish()),
    ...docs.map((doc) => DocRecord.encodeDelimited(doc).finish()),
  ]);
}

/** A small index by hand: `doclength` is more than the terms that were kept, as where stop words count. */
const byHand = (): Ciff => ({
  header: { version: 1, num_postings_lists: 3, num_docs: 4, total_docs: 4, description: 'by hand' },
  lists: [
    {
      term: 'bee',
      df: 2,
      cf: 3,
      postings: [
        { docid: 0, tf: 1 },
        { docid: 2, tf: 2 },
      ],
    },
    {
      term: 'honey',
      df: 3,
      cf: 3,
      postings: [
        { docid: 0, tf: 1 },
        { docid: 1, tf: 1 },
        { docid: 2, tf: 1 },
      ],
    },
    { term: 'zug', df: 1, cf: 5, postings: [{ docid: 1, tf: 5 }] },
  ],
  docs: [
    { docid: 0, collection_docid: 'd-a', doclength: 4 },
    { docid: 1, collection_docid: 'd-b', doclength: 12 },
    { docid: 2, collection_docid: 'd-c', doclength: 6 },
    { docid: 3, collection_docid: 'd-d', doclength: 10 },
  ],
});

describe('an exported file', () => {
  beforeAll(() => {
    ok(['build', articles, '-o', path('a.index'), '-q']);
    ok(['export', path('a.index'), '-o', path('a.ciff')]);
  });

  it('is read by another protobuf package, and says what the texts say', () => {
    const { header, lists, docs } = readCiff(readFileSync(path('a.ciff')));
    const records = readFileSync(`${articles}/corpus.jsonl`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    // Counted anew, from the terms that the analyser gives.
    const lines = records.map(({ title, text }) => `${title} ${text}`.replace(/\s+/g, ' ')).join('\n');
    const terms = ok(['analyze', '--index', path('a.index')], { input: `${lines}\n` })
      .stdout.trim()
      .split('\n')
      .map((line) => line.split(' '));
    const expected = new Map<string, Map<number, number>>();
    for (const [doc, words] of terms.entries())
      for (const word of words) {
        const list = expected.get(word) ?? new Map<number, number>();
        expected.set(word, list.set(doc, (list.get(doc) ?? 0) + 1));
      }
    expect(docs).toEqual(
      records.map(({ _id }, docid) => ({ docid, collection_docid: _id, doclength: terms[docid].length })),
    );
    expect(new Set(lists.map(({ term }) => term))).toEqual(new Set(expected.keys()));
    expect(lists.map(({ term }) => term)).toEqual(
      [...expected.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    for (const { term, df, cf, postings } of lists) {
      let doc = 0;
      const found = postings.map(({ docid, tf }, i) => {
        if (i > 0) expect(docid).toBeGreaterThan(0);
        doc += docid;
        return [doc, tf];
      });
      expect(found).toEqual([...(expected.get(term) as Map<number, number>)]);
      expect(df).toBe(found.length);
      expect(cf).toBe(found.reduce((sum, [, tf]) => sum + tf, 0));
    }
    const tokens = terms.flat().length;
    expect(header).toMatchObject({
      version: 1,
      num_postings_lists: expected.size,
      num_docs: 100,
      total_postings_lists: expected.size,
      total_docs: 100,
      total_terms_in_collection: tokens,
      average_doclength: tokens / 100,
    });
    expect(header.description).toMatch(/^shortlist .*stemmer porter2/);
  });

  it('comes back as an index that ranks alike, and as the same bytes, whatever the segments', () => {
    for (const flags of [[], ['--segment-docs', '7']]) {
      ok(['build', path('a.ciff'), '-o', path('back.index'), '--force', '-q', ...flags]);
      ok(['check', path('back.index')]);
      ok(['export', path('back.index'), '-o', path('back.ciff')]);
      expect(readFileSync(path('back.ciff'))).toEqual(readFileSync(path('a.ciff')));
      const answers = (index: string) =>
        ok(['query', path(index), '--queries', `${articles}/queries.jsonl`, '-k', '100']).stdout;
      expect(answers('back.index')).toBe(answers('a.index'));
    }
    ok(['build', articles, '-o', path('cut.index'), '-q', '--segment-docs', '9', '--no-positions']);
    const piped = ok(['export', path('cut.index'), '-o', path('cut.ciff')]);
    expect(piped.stdout).toBe('');
    expect(readFileSync(path('cut.ciff'))).toEqual(readFileSync(path('a.ciff')));
  });

  it('is for indexes with text, and not for what compresses', () => {
    ok(['build', `${articles}/vectors/base.fvecs`, '-o', path('v.index'), '-q']);
    for (const [args, mend] of [
      [['export', path('v.index'), '-o', path('v.ciff')], 'an index without text'],
      [['export', path('a.index')], 'Name the file with -o'],
      [['export', path('a.index'), '-o', path('v.ciff.gz')], 'pipe it: … -o - | gzip'],
    ] as const) {
      const { code, stderr } = shortlist([...args]);
      expect(code).toBe(2);
      expect(stderr).toContain(mend);
    }
    expect(readdirSync(cwd).filter((name) => name.startsWith('v.ciff'))).toEqual([]);
  });
});

describe('a file of another maker', () => {
  it.each([
    ['a file', (bytes: Buffer) => writeFileSync(path('hand.ciff'), bytes), ['hand.ciff'], undefined],
    [
      'gzip',
      (bytes: Buffer) => writeFileSync(path('hand.ciff.gz'), gzipSync(bytes)),
      ['hand.ciff.gz'],
      undefined,
    ],
    ['standard input', () => {}, ['-', '--input-format', 'ciff'], 'stdin'],
  ])('is indexed with the lengths it gives: %s', (_, put, [input, ...flags], stdin) => {
    const bytes = writeCiff(byHand());
    put(bytes);
    const args = ['build', input === '-' ? input : path(input), '-o', path('hand.index'), '--force', '-q'];
    ok([...args, ...flags], { input: stdin && bytes });
    ok(['check', path('hand.index')]);
    const { hits } = JSON.parse(ok(['query', path('hand.index'), 'bee zug', '--format', 'jsonl']).stdout);
    // BM25 by hand: 4 documents of 8 terms on average, k1 = 1.2, b = 0.75.
    const idf = (df: number) => Math.log(1 + (4 - df + 0.5) / (df + 0.5));
    const part = (df: number, tf: number, length: number) =>
      (idf(df) * tf) / (tf + 1.2 * (0.25 + (0.75 * length) / 8));
    const expected = [
      ['d-b', part(1, 5, 12)],
      ['d-c', part(2, 2, 6)],
      ['d-a', part(2, 1, 4)],
    ];
    expect(hits.map(({ id }: { id: string }) => id)).toEqual(expected.map(([id]) => id));
    for (const [i, { score }] of hits.entries()) expect(score).toBeCloseTo(expected[i][1] as number, 12);
  });

  it('may be of other maker’s order of terms, begun anew a few times', () => {
    const file = byHand();
    file.lists.reverse();
    writeFileSync(path('order.ciff'), writeCiff(file));
    ok(['build', path('order.ciff'), '-o', path('order.index'), '-q']);
    ok(['export', path('order.index'), '-o', path('sorted.ciff')]);
    expect(readCiff(readFileSync(path('sorted.ciff'))).lists).toEqual(byHand().lists);
  });

  it.each<[string, (file: Ciff) => unknown, string]>([
    ['a df that is wrong', ({ lists }) => (lists[0].df = 3), "the list of 'bee' has 2 postings, its df is 3"],
    ['a cf that is wrong', ({ lists }) => (lists[0].cf = 4), 'has 3 occurrences, its cf is 4'],
    ['documents that stand still', ({ lists }) => (lists[1].postings[1].docid = 0), "documents don't ascend"],
    ['documents that go back', ({ lists }) => (lists[1].postings[2].docid = -1), "documents don't ascend"],
    ['a document that is not there', ({ lists }) => (lists[1].postings[2].docid = 3), 'document 4 of 4'],
    ['a frequency of 0', ({ lists }) => (lists[2].postings[0].tf = 0), 'document 1 has it 0 times'],
    [
      'an empty list',
      ({ lists }) => Object.assign(lists[0], { df: 0, cf: 0, postings: [] }),
      "'bee' is empty",
    ],
    ['no term', ({ lists }) => (lists[0].term = ''), 'a postings list without a term'],
    ['a term twice', ({ lists }) => (lists[1].term = 'bee'), "the term 'bee' has two lists"],
    ['a term twice, apart', ({ lists }) => (lists[2].term = 'bee'), "the term 'bee' has two lists"],
    ['an id twice', ({ docs }) => (docs[3].collection_docid = 'd-a'), "documents 0 and 3 have one id, 'd-a'"],
    ['no id', ({ docs }) => (docs[2].collection_docid = ''), 'is an empty string'],
    ['an id of two lines', ({ docs }) => (docs[2].collection_docid = 'a\nb'), 'line break'],
    ['documents out of order', ({ docs }) => (docs[2].docid = 3), 'document 3 has number 3, not 2'],
    ['a negative length', ({ docs }) => (docs[2].doclength = -1), 'has -1 terms'],
    ['more lists than it says', ({ header }) => (header.num_postings_lists = 2), 'CIFF'],
    ['fewer lists than it says', ({ header }) => (header.num_postings_lists = 4), ''],
    [
      'more documents than it says',
      ({ docs }) => docs.push({ ...docs[0], docid: 4 }),
      'goes on behind its last document',
    ],
    ['fewer documents than it says', ({ docs }) => docs.pop(), 'ends within document 4 of 4'],
    ['another version', ({ header }) => (header.version = 2), 'its version is 2'],
    ['a negative number of documents', ({ header }) => (header.num_docs = -1), 'num_docs is -1'],
  ])('is refused for %s', async (_, change, message) => {
    const file = byHand();
    change(file);
    writeFileSync(path('bad.ciff'), writeCiff(file));
    const { code, stderr } = shortlist(['build', path('bad.ciff'), '-o', path('bad.index')]);
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('bad.ciff');
    if (message !== 'CIFF') expect(stderr).toContain(message);
    expect(readdirSync(cwd)).not.toContain('bad.index');
  });

  it('is refused wherever it is cut off, and whatever byte is changed it is refused or indexed soundly', async () => {
    const bytes = writeCiff(byHand());
    const build = (some: Uint8Array) => {
      writeFileSync(path('cut.ciff'), some);
      return buildIndex({ inputs: [path('cut.ciff')], output: path('cutoff.index'), force: true });
    };
    for (let length = 0; length < bytes.length; length++)
      await expect(build(bytes.subarray(0, length))).rejects.toMatchObject({ exitCode: 2 });
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at] ^= 1 << (at % 8);
      await build(changed).catch((error) => expect(error).toMatchObject({ exitCode: 2 }));
      if (readdirSync(cwd).includes('cutoff.index')) await checkIndex(path('cutoff.index'));
    }
  }, 120_000);

  it('is a whole index: no other input, no flags of documents', async () => {
    writeFileSync(path('one.ciff'), writeCiff(byHand()));
    for (const [options, mend] of [
      [{ inputs: [path('one.ciff'), path('one.ciff')] }, 'build each by itself'],
      [{ inputs: [path('one.ciff'), `${articles}/corpus.jsonl`] }, 'build it by itself'],
      [{ inputs: [path('one.ciff')], keyword: ['tag'] }, '--keyword: a CIFF file holds postings and ids'],
      [{ inputs: [path('one.ciff')], vectorIndex: ['flat'] }, '--vector-index'],
    ] as const) {
      const building = buildIndex({
        ...options,
        inputs: [...options.inputs],
        output: path('x.index'),
      } as never);
      await expect(building).rejects.toThrow(UsageError);
      await expect(building).rejects.toThrow(mend);
    }
  });
});
