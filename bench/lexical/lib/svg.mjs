// Queries per second of every engine as bars on a log scale: an SVG that needs nothing else.
import { MODES } from './race.mjs';

const WIDTH = 760;
const LEFT = 110;
const RIGHT = 90;
const BAR = 16;
const GAP = 18;
const TOP = 64;
/** Okabe and Ito's colours, told apart by most eyes. */
const COLOURS = { or: '#0072b2', and: '#e69f00', phrase: '#009e73' };
const LABELS = { or: 'OR', and: 'AND', phrase: 'phrase' };

const escaped = (text) =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
const round = (value) => Math.round(value * 10) / 10;

/** @param corpus as results.json holds it @returns the SVG document */
export function barsSvg(corpus, { date, machine }) {
  const all = corpus.engines.flatMap(({ modes }) => Object.values(modes).map(({ cpuQps }) => cpuQps));
  const low = 10 ** Math.floor(Math.log10(Math.min(...all)));
  const high = Math.max(...all);
  const x = (qps) => ((WIDTH - LEFT - RIGHT) * Math.log(qps / low)) / Math.log(high / low);
  const parts = [];
  let y = TOP;
  for (const { name, modes } of corpus.engines) {
    const shown = MODES.filter((mode) => modes[mode] !== undefined);
    parts.push(
      `<text x="${LEFT - 10}" y="${y + (shown.length * BAR) / 2 + 4}" text-anchor="end" class="${name === 'shortlist' ? 'ours' : ''}">${escaped(name)}</text>`,
    );
    for (const mode of shown) {
      const width = round(Math.max(1, x(modes[mode].cpuQps)));
      parts.push(
        `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR - 2}" fill="${COLOURS[mode]}"/>`,
        `<text x="${round(LEFT + width + 6)}" y="${y + 11}" class="quiet">${LABELS[mode]} ${Math.round(modes[mode].cpuQps).toLocaleString('en-US')}</text>`,
      );
      y += BAR;
    }
    y += GAP;
  }
  const subtitle = `${corpus.documents.toLocaleString('en-US')} documents; top 10, log scale; ${machine.cpu}; ${date}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img" aria-label="${escaped(corpus.name)}: queries per second">
<style>
text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #333 }
.title { font-size: 18px; font-weight: 600; fill: #111 }
.ours { font-weight: 700 }
.quiet { fill: #666; font-size: 11px }
</style>
<rect width="${WIDTH}" height="${y}" fill="#fff"/>
<text x="${LEFT}" y="26" class="title">${escaped(corpus.name)}: queries per second of CPU time, one thread</text>
<text x="${LEFT}" y="46" class="quiet">${escaped(subtitle)}</text>
${parts.join('\n')}
</svg>
`;
}
