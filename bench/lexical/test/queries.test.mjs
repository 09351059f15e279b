import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawPhrases, drawQueries } from '../lib/queries.mjs';
import { tokens } from '../lib/tokens.mjs';

test('tokens are runs of letters and digits, and pairs of Chinese', () => {
  assert.deepEqual(tokens('C++: the std::vector<T> of Windows10'), [
    'c',
    'the',
    'std',
    'vector',
    't',
    'of',
    'windows10',
  ]);
  assert.deepEqual(tokens('Ｆｕｌｌ Äpfel3'), ['full', 'äpfel3']);
  assert.deepEqual(tokens('使用数据库a库'), ['使用', '用数', '数据', '据库', 'a', '库']);
  assert.deepEqual(tokens(' .,-'), []);
});

const letter = (number) => String.fromCharCode(97 + (number % 26));
const passages = Array.from({ length: 3000 }, (_, i) => {
  const words = Array.from(
    { length: 12 },
    (_, w) => `word${letter(i * 7 + w * w)}${letter(i + w)}${letter(i >> 4)}`,
  );
  return { title: words.slice(0, 3).join(' '), text: `${words.join(' ')}.`, tokens: words };
});
const frequencies = new Map();
for (const { tokens: all } of passages)
  for (const term of new Set(all)) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);

test('queries are distinct, of known terms, and the same every time', () => {
  const drawn = drawQueries(passages, frequencies);
  assert.deepEqual(drawQueries(passages, frequencies), drawn);
  assert.equal(new Set(drawn.map((query) => query.join(' '))).size, drawn.length);
  for (const query of drawn) {
    assert.ok(query.length >= 2 && query.length <= 6);
    assert.equal(new Set(query).size, query.length);
    assert.ok(query.every((term) => frequencies.has(term)));
  }
});

test('phrases stand in one document, of a corpus cut into pieces, too', () => {
  const drawn = drawPhrases(passages, 5);
  assert.equal(drawn.length, 500);
  assert.deepEqual(
    [2, 3, 4].map((n) => drawn.filter(({ length }) => length === n).length),
    [250, 150, 100],
  );
  const pieces = new Set(
    passages.flatMap(({ tokens: all }) =>
      [0, 5, 10].map((from) => ` ${all.slice(from, from + 5).join(' ')} `),
    ),
  );
  for (const phrase of drawn.slice(0, 50))
    assert.ok(
      [...pieces].some((piece) => piece.includes(` ${phrase.join(' ')} `)),
      phrase.join(' '),
    );
});
