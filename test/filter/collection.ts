import { seeded } from '../helpers/random.js';

export interface Row {
  _id: string;
  title: string;
  year?: number;
  price?: number | null;
  tag?: string;
  topics?: string[];
  fresh?: boolean;
  emb?: number[];
}

const TAGS = ['news', 'sport', 'arts', "it's", 'a, b', 'Ünïcode', '2000'];
const WORDS = ['apple', 'bee', 'cloud', 'dew', 'elm', 'fog', 'glass', 'hill'];

/** Documents with fields of every type, some left out here and there. */
export function rows(count: number, dim = 8): Row[] {
  const next = seeded(7);
  const pick = (n: number) => Math.floor(next() * n);
  return Array.from({ length: count }, (_, i) => ({
    _id: `d${i}`,
    title: Array.from({ length: 2 + pick(9) }, () => WORDS[pick(WORDS.length)]).join(' '),
    year: pick(10) === 0 ? undefined : 1990 + pick(30),
    price: [null, pick(4000) / 100, -pick(100), 2.5][pick(4)],
    tag: pick(8) === 0 ? undefined : TAGS[pick(TAGS.length)],
    topics: TAGS.filter(() => pick(4) === 0),
    fresh: pick(5) === 0 ? undefined : pick(2) === 0,
    emb: pick(20) === 0 ? undefined : Array.from({ length: dim }, () => next() * 2 - 1),
  }));
}

export const jsonl = (records: unknown[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');

const known = <T>(value: T | null | undefined): value is T => value !== undefined && value !== null;

/** Filters, and what each means. */
export const CASES: [string, (row: Row) => boolean][] = [
  ['year>=2000 and tag=news', ({ year, tag }) => known(year) && year >= 2000 && tag === 'news'],
  ['year < 1995', ({ year }) => known(year) && year < 1995],
  ['year<=1995', ({ year }) => known(year) && year <= 1995],
  ['year > 1995.5', ({ year }) => known(year) && year > 1995.5],
  ['year != 2001', ({ year }) => known(year) && year !== 2001],
  ['not year = 2001', ({ year }) => year !== 2001],
  ['year:1995..2004', ({ year }) => known(year) && year >= 1995 && year <= 2004],
  ['year:..1994', ({ year }) => known(year) && year <= 1994],
  ['year:2015..', ({ year }) => known(year) && year >= 2015],
  ['year in (1991, 2003, 1850)', ({ year }) => year === 1991 || year === 2003],
  ['year not in (1991,2003)', ({ year }) => known(year) && year !== 1991 && year !== 2003],
  ['price = 2.5', ({ price }) => price === 2.5],
  ['price < -10 or price > 1e1', ({ price }) => known(price) && (price < -10 || price > 10)],
  ['exists(price)', ({ price }) => known(price)],
  ['not exists(tag)', ({ tag }) => tag === undefined],
  ['NOT (year > 2000 OR tag = sport)', ({ year, tag }) => !((known(year) && year > 2000) || tag === 'sport')],
  [
    'tag = news or tag = sport and year > 2005',
    ({ year, tag }) => tag === 'news' || (tag === 'sport' && known(year) && year > 2005),
  ],
  [`tag = "it's"`, ({ tag }) => tag === "it's"],
  [`tag = 'it\\'s'`, ({ tag }) => tag === "it's"],
  [`tag in ('a, b', Ünïcode)`, ({ tag }) => tag === 'a, b' || tag === 'Ünïcode'],
  ['tag = 2000', ({ tag }) => tag === '2000'],
  ['tag >= n and tag < t', ({ tag }) => tag === 'news' || tag === 'sport'],
  ['tag != news', ({ tag }) => known(tag) && tag !== 'news'],
  ['topics = arts', ({ topics }) => topics!.includes('arts')],
  ['topics != arts', ({ topics }) => topics!.length > 0 && !topics!.includes('arts')],
  ['topics = arts and topics = news', ({ topics }) => topics!.includes('arts') && topics!.includes('news')],
  ['fresh = true', ({ fresh }) => fresh === true],
  ['fresh=false and not tag=news', ({ fresh, tag }) => fresh === false && tag !== 'news'],
  ['"year" > 3000', () => false],
  ['exists(year) or not exists(year)', () => true],
];
