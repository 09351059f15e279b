// Curves of recall against QPS as an SVG that needs nothing else.
import { frontier } from './curve.mjs';

const WIDTH = 920;
const HEIGHT = 540;
const BOX = { left: 92, right: 250, top: 58, bottom: 62 };
const PLOT = { width: WIDTH - BOX.left - BOX.right, height: HEIGHT - BOX.top - BOX.bottom };
/** Okabe and Ito's colours, told apart by most eyes. The first curve has one to itself; dashes tell the rounds of the rest. */
const OURS = '#d55e00';
const COLOURS = ['#0072b2', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#555555', '#8c6bb1'];
const DASHES = ['', '7 4', '2 3'];
const RECALL_TICKS = [0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999];
/** Beyond this, recall is drawn at the right edge. */
const MOST_RECALL = 0.9995;

const escaped = (text) =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
const text = (x, y, content, attributes = '') =>
  `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped(content)}</text>`;
const line = (x1, y1, x2, y2, className) =>
  `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" class="${className}"/>`;
const round = (value) => Math.round(value * 10) / 10;

/** Misses on a log scale, so that 0.99 and 0.995 are as far apart as 0.90 and 0.95. */
const depth = (recall) => -Math.log10(1 - Math.min(recall, MOST_RECALL));

/** @param series {name, points: [{recall, qps}]} each @returns the SVG document */
export function curveSvg(title, subtitle, series) {
  const curves = series
    .map(({ name, points }) => ({ name, points: frontier(points) }))
    .filter(({ points }) => points.length > 0);
  const all = curves.flatMap(({ points }) => points);
  const least = Math.min(0.9, ...all.map(({ recall }) => Math.max(recall, 0.8)));
  const [left, right] = [depth(least), depth(Math.max(0.995, ...all.map(({ recall }) => recall)))];
  const low = lower(all);
  const high = upper(all);
  const x = (recall) => BOX.left + (PLOT.width * (depth(Math.max(recall, least)) - left)) / (right - left);
  const y = (qps) => BOX.top + PLOT.height * (1 - Math.log(qps / low) / Math.log(high / low));
  const parts = [...axes(x, y, least, right, low, high), ...drawn(curves, x, y)];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escaped(title)}">
<style>
text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #333 }
.title { font-size: 18px; font-weight: 600; fill: #111 }
.quiet { fill: #666; font-size: 12px }
.grid { stroke: #e6e6e6 }
.axis { stroke: #888 }
</style>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${text(BOX.left, 26, title, 'class="title"')}
${text(BOX.left, 45, subtitle, 'class="quiet"')}
${parts.join('\n')}
</svg>
`;
}

const STEPS = [1, 2, 5];
const ticks = (from, to) => {
  const found = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++) {
    for (const step of STEPS)
      if (step * 10 ** power >= from && step * 10 ** power <= to) found.push(step * 10 ** power);
  }
  return found;
};
const lower = (points) => ticks(1e-3, Math.min(...points.map(({ qps }) => qps))).at(-1);
const upper = (points) => ticks(Math.max(...points.map(({ qps }) => qps)), 1e9)[0];

function axes(x, y, least, right, low, high) {
  const bottom = BOX.top + PLOT.height;
  const end = BOX.left + PLOT.width;
  const parts = [];
  for (const recall of RECALL_TICKS) {
    if (recall < least || depth(recall) > right) continue;
    parts.push(line(x(recall), BOX.top, x(recall), bottom, 'grid'));
    parts.push(text(x(recall), bottom + 20, String(recall), 'text-anchor="middle"'));
  }
  for (const qps of ticks(low, high)) {
    parts.push(line(BOX.left, y(qps), end, y(qps), 'grid'));
    parts.push(text(BOX.left - 8, y(qps) + 4, qps.toLocaleString('en-US'), 'text-anchor="end"'));
  }
  parts.push(line(BOX.left, bottom, end, bottom, 'axis'), line(BOX.left, BOX.top, BOX.left, bottom, 'axis'));
  parts.push(
    text(
      BOX.left + PLOT.width / 2,
      HEIGHT - 14,
      'recall@10 (misses on a log scale)',
      'text-anchor="middle" class="quiet"',
    ),
  );
  const middle = BOX.top + PLOT.height / 2;
  const turn = `transform="rotate(-90 16 ${middle})" text-anchor="middle" class="quiet"`;
  parts.push(text(16, middle, 'queries per second of CPU time, one thread', turn));
  return parts;
}

const looks = (i) => ({
  colour: i === 0 ? OURS : COLOURS[(i - 1) % COLOURS.length],
  width: i === 0 ? 3 : 2,
  dash: i === 0 ? '' : DASHES[Math.floor((i - 1) / COLOURS.length) % DASHES.length],
});

function drawn(curves, x, y) {
  const parts = [];
  curves.forEach(({ points }, i) => {
    const { colour, width, dash } = looks(i);
    const path = points.map(({ recall, qps }) => `${round(x(recall))},${round(y(qps))}`).join(' ');
    const style = `fill="none" stroke="${colour}" stroke-width="${width}" stroke-dasharray="${dash}"`;
    parts.push(`<polyline points="${path}" ${style} stroke-linejoin="round"/>`);
    for (const { recall, qps } of points) {
      parts.push(
        `<circle cx="${round(x(recall))}" cy="${round(y(qps))}" r="${width + 0.8}" fill="${colour}"/>`,
      );
    }
  });
  return [...parts, ...legend(curves, y)];
}

/** Names right of the plot in the order in which the curves end, pushed apart where they would overlap. */
function legend(curves, y) {
  const ends = curves
    .map(({ name, points }, i) => ({ name, i, at: y(points.at(-1).qps) }))
    .sort((a, b) => a.at - b.at);
  const bottom = BOX.top + PLOT.height;
  const edge = BOX.left + PLOT.width + 14;
  const parts = [];
  let last = -Infinity;
  ends.forEach(({ name, i, at }, place) => {
    // Room is left for those that follow.
    last = Math.max(last + 18, Math.min(at, bottom - 18 * (ends.length - 1 - place)));
    const { colour, width, dash } = looks(i);
    const style = `stroke="${colour}" stroke-width="${width}" stroke-dasharray="${dash}"`;
    parts.push(`<line x1="${edge}" x2="${edge + 22}" y1="${round(last)}" y2="${round(last)}" ${style}/>`);
    parts.push(text(edge + 28, last + 4, name, `style="fill:${colour};font-weight:${i === 0 ? 700 : 400}"`));
  });
  return parts;
}
