// A race for people: one table of speed, one of cost, one of cold starts, for every set.
import { RECALLS } from './race.mjs';
import { REFERENCES } from './result.mjs';

const number = (value) => Math.round(value).toLocaleString('en-US');
const mib = (bytes) => (bytes === undefined ? '–' : number(bytes / 2 ** 20));
const table = (head, rows) =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
const recalls = RECALLS.map((recall) => recall.toFixed(3).replace(/0$/, ''));

function speed({ engines }) {
  return table(
    ['QPS at recall@10', ...recalls],
    engines.map(({ name, qpsAtRecall }) => [
      name,
      ...RECALLS.map((recall) => {
        const at = qpsAtRecall[recall];
        return at === undefined ? '–' : `${at.atLeast ? '≥ ' : ''}${number(at.qps)}`;
      }),
    ]),
  );
}

function ratios({ engines }, reference) {
  const rows = engines
    .filter(({ ratios: all }) => all[reference] !== undefined)
    .map(({ name, ratios: all }) => [
      name,
      ...RECALLS.map((recall) => {
        const at = all[reference][recall];
        if (at === undefined) return '–';
        return `${at.bound && `${at.bound} `}**${at.ratio.toFixed(2)}** (${at.low.toFixed(2)}–${at.high.toFixed(2)})`;
      }),
    ]);
  return rows.length === 0 ? '' : table([`times ${reference}`, ...recalls], rows);
}

function cost({ engines }) {
  return table(
    [
      'engine',
      'index spec',
      'build CPU s',
      'wall s',
      'build MiB',
      'index MiB',
      'B / vector',
      'searching MiB',
    ],
    engines.map(({ name, spec, build, indexBytes, bytesPerVector, peakRssBytes }) => [
      name,
      `\`${spec}\``,
      build.cpuSeconds.toFixed(1),
      build.wallSeconds.toFixed(1),
      mib(build.peakRssBytes),
      mib(indexBytes),
      bytesPerVector === undefined ? '–' : number(bytesPerVector),
      mib(peakRssBytes),
    ]),
  );
}

function cold({ cold: runs }) {
  if (runs.length === 0) return '';
  const bare = runs.find(({ engine }) => engine === 'node -e 0')?.wallMs;
  return table(
    ['one query, whole process', 'wall ms (median)', 'least', 'above bare Node', 'peak MiB', 'reads'],
    runs.map(({ engine, wallMs, leastMs, peakRssBytes, io, failed }) =>
      failed !== undefined
        ? [engine, `failed: ${failed}`, '', '', '', '']
        : [
            engine,
            wallMs.toFixed(1),
            leastMs.toFixed(1),
            bare === undefined ? '–' : (wallMs - bare).toFixed(1),
            mib(peakRssBytes),
            io === undefined ? '–' : `${number(io.reads)}, ${number(io.bytes / 1024)} KiB`,
          ],
    ),
  );
}

function oneSet(set) {
  const file = `curve-${set.name.replaceAll('/', '-')}.svg`;
  const moved = set.engines.filter(({ points }) => points.some(({ otherRecalls }) => otherRecalls));
  const parts = [
    `## ${set.name}`,
    `${number(set.rows)} vectors of ${set.dim} (${set.components}), ${set.metric}. Queries: ${set.queries}. ` +
      `Load average ${set.load.join(' before, ')} after.`,
    `![recall against QPS](${file})`,
    speed(set),
    ...REFERENCES.map((reference) => ratios(set, reference)),
    cost(set),
    cold(set),
    set.absent.map(({ engine, reason }) => `- ${engine} took no part: ${reason}`).join('\n'),
    moved.map(({ name }) => `- ${name} answered differently from round to round`).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** A warning where others used the cores, too. */
function busy({ machine, sets }) {
  const most = Math.max(0, ...sets.flatMap(({ load }) => load));
  if (most <= machine.cores) return '';
  return `
**The machine was busy** (load average up to ${most.toFixed(1)} on ${machine.cores} cores): ratios within a round hold best, QPS is
lower than on a quiet machine, and wall times, cold starts among them, say little.
`;
}

/** @param result as results.json holds it */
export function markdown(result) {
  const { machine } = result;
  const engines = result.engines.map(({ name, version, about }) => `- **${name}** ${version}; ${about}`);
  const absent = result.absent.map(({ engine, reason }) => `- **${engine}** is absent: ${reason}`);
  return `# Vector engines, ${result.date}

    ${result.command}

Checkout at ${result.commit}${result.changed ? ', sources changed since' : ''}. ${machine.cpu}, ${machine.cores} cores${
    machine.simd.length > 0 ? ` (${machine.simd.join(', ')})` : ''
  }, L3 ${machine.l3 ?? 'unknown'}, ${machine.memoryGiB} GiB, huge pages ${machine.hugePages ?? 'unknown'}, ${machine.platform}, Node ${
    machine.node
  }; ${machine.pinning}.

One thread each. Speed is queries per second of CPU time (user and system) of the whole query file, loading excluded;
median of the passes of a round, median of ${result.rounds} rounds in which every engine took its turn at every setting. QPS
between two settings is interpolated, log QPS linear in recall. A ratio is the median over rounds of the ratio within a
round, with the least and the greatest. \`>\` and \`≥\`: the engine's least effort is already beyond that recall; \`–\`: not
reached. Raw passes are in results.json.
${busy(result)}
${[...engines, ...absent].join('\n')}

${result.sets.map(oneSet).join('\n\n')}
`;
}
