// A race for people: speed, agreement and cost of every engine, for each corpus.
import { MODES } from './race.mjs';

const number = (value) => Math.round(value).toLocaleString('en-US');
const mib = (bytes) => (bytes ? number(bytes / 2 ** 20) : '–');
const table = (head, rows) =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
const LABELS = { or: 'OR', and: 'AND', phrase: 'phrase' };

function speed({ engines }) {
  return table(
    [
      'engine',
      'queries',
      ...MODES.map((mode) => `${LABELS[mode]}, QPS of CPU time`),
      'OR wall QPS',
      'OR p50 / p99 µs',
    ],
    engines.map(({ name, modes }) => [
      name,
      number(modes.or.queries),
      ...MODES.map((mode) => (modes[mode] ? number(modes[mode].cpuQps) : '–')),
      number(modes.or.wallQps),
      `${number(modes.or.p50)} / ${number(modes.or.p99)}`,
    ]),
  );
}

function ratios({ engines }) {
  const others = engines.filter(({ name, modes }) => name !== 'shortlist' && modes.or.ratio);
  if (others.length === 0) return '';
  return table(
    [
      'shortlist over',
      ...MODES.map((mode) => LABELS[mode]),
      'same hits of OR / AND / phrase',
      'as many hits, AND / phrase',
    ],
    others.map(({ name, modes }) => [
      name,
      ...MODES.map((mode) => {
        const at = modes[mode]?.ratio;
        return at ? `**${at.ratio.toFixed(2)}** (${at.low.toFixed(2)}–${at.high.toFixed(2)})` : '–';
      }),
      MODES.map((mode) => percent(modes[mode]?.agreement?.overlap)).join(' / '),
      ['and', 'phrase'].map((mode) => percent(modes[mode]?.agreement?.sameCounts)).join(' / '),
    ]),
  );
}

const percent = (share) => (share === undefined ? '–' : `${(100 * share).toFixed(1)} %`);

function cost({ engines }) {
  return table(
    [
      'engine',
      'build CPU s',
      'wall s',
      'build MiB',
      'index MiB',
      'B / posting',
      'without positions',
      'searching MiB',
    ],
    engines.map(({ name, build, bytesPerPosting, bytesWithoutPositions, peakRssBytes }) => [
      name,
      build.cpuSeconds.toFixed(1),
      build.wallSeconds.toFixed(1),
      mib(build.peakRssBytes),
      mib(build.indexBytes),
      bytesPerPosting ? bytesPerPosting.toFixed(2) : '–',
      bytesWithoutPositions ? bytesWithoutPositions.toFixed(2) : '–',
      mib(peakRssBytes),
    ]),
  );
}

function oneCorpus(corpus) {
  const { name, documents, tokens, terms, postings, postingsOfQuery } = corpus;
  const parts = [
    `## ${name}`,
    `${number(documents)} documents, ${number(tokens)} tokens, ${number(terms)} terms, ${number(postings)} postings; a query touches ${number(postingsOfQuery.mean)} postings in the mean, ${number(postingsOfQuery.median)} in the median, ${number(postingsOfQuery.p90)} at the 90th percentile. Load ${corpus.load.join(' before, ')} after.`,
    `![queries per second](speed-${name.replaceAll(/[/:]/g, '-')}.svg)`,
    speed(corpus),
    ratios(corpus),
    cost(corpus),
    corpus.absent.map(({ engine, reason }) => `- ${engine} took no part: ${reason}`).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** @param result as results.json holds it */
export function page(result) {
  const { machine: m } = result;
  const engines = result.engines.map(({ name, version, about }) => `- **${name}** ${version}; ${about}`);
  const absent = result.absent.map(({ engine, reason }) => `- **${engine}** is absent: ${reason}`);
  return `# Text engines, ${result.date}

    ${result.command}

Checkout at ${result.commit}${result.changed ? ', sources changed since' : ''}. ${m.cpu}, ${m.cores} cores, L3 ${m.l3 ?? 'unknown'}, ${m.memoryGiB} GiB, ${m.platform}, Node ${m.node}; ${m.pinning}.

One thread each, the same tokens for all, top 10. OR, AND: 1,000 queries of 2 to 6 terms; phrase: 500 of 2 to 4 words; slow
engines get the first of these. Speed is queries per second of CPU time, of the whole process for engines in JavaScript, of the query
thread for Lucene, whose compilers and collector run beside it; median of the passes of a round, median of ${result.rounds} rounds in
which the engines took turns. A ratio is the median over rounds of the ratio within a round, with the least and the greatest.
*Same hits*: share of the engine's hits that are among ours; Lucene rounds lengths of documents, so that near ties change places.
Raw passes are in results.json.

${[...engines, ...absent].join('\n')}

${result.corpora.map(oneCorpus).join('\n\n')}
`;
}
