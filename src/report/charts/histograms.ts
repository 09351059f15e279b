import { type Bin, bin, extent, max } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import type { LatencySummary } from '../../evaluation/index.js';
import { axisBelow, axisLeft, type Chart, type Frame, logTicks, px } from '../chart.js';
import { escapeText, short } from '../markup.js';

/** Values up to this many different ones have a bar each; more are put into bins. */
const SEPARATE_VALUES = 12;
const BINS = 20;
const TIME_BINS = 36;

interface Bar {
  label: string;
  count: number;
}

/** How many queries have which value of a measure. */
export function distributionChart(measure: string, values: readonly number[], at: number): Chart {
  const different = [...new Set(values)].sort((a, b) => a - b);
  const bars =
    different.length <= SEPARATE_VALUES
      ? different.map((value) => ({
          label: short(value),
          count: values.filter((other) => other === value).length,
        }))
      : binned(values);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const sorted = values.toSorted((a, b) => a - b);
  const none = values.filter((value) => value === 0).length;
  return {
    id: `queries-${at}`,
    title: `${measure} of the queries`,
    description: `${values.length.toLocaleString('en-US')} queries: mean ${short(mean)}, median ${short(sorted[sorted.length >> 1])}; ${none === 0 ? 'none has' : `${none.toLocaleString('en-US')} have`} 0.`,
    height: 240,
    draw: (frame) => drawBars(frame, bars, measure),
    data: { head: [measure, 'queries'], rows: bars.map(({ label, count }) => [label, String(count)]) },
  };
}

function binned(values: readonly number[]): Bar[] {
  const [least, most] = extent(values) as [number, number];
  const domain: [number, number] = [Math.min(0, least), Math.max(1, most)];
  return bin()
    .domain(domain)
    .thresholds(BINS)(values)
    .map((own) => ({ label: `${short(own.x0 as number)}–${short(own.x1 as number)}`, count: own.length }));
}

function drawBars(frame: Frame, bars: Bar[], name: string): string {
  const y = scaleLinear([0, max(bars, ({ count }) => count) ?? 1], [frame.height - frame.bottom, frame.top]);
  const step = (frame.width - frame.right - frame.left) / bars.length;
  const base = frame.height - frame.bottom;
  const gap = Math.min(4, step * 0.15);
  const longest = max(bars, ({ label }) => label.length) ?? 1;
  const every = Math.max(1, Math.ceil((longest * 6.6 + 6) / step));
  const drawn = bars.map(({ label, count }, i) => {
    const left = frame.left + i * step + gap / 2;
    return `<rect class="bar" x="${px(left)}" y="${px(y(count))}" width="${px(step - gap)}" height="${px(base - y(count))}"><title>${escapeText(`${label}: ${count}`)}</title></rect>`;
  });
  const ticks = bars.flatMap(({ label }, i) =>
    i % every === 0 ? [{ at: frame.left + (i + 0.5) * step, label }] : [],
  );
  return [
    axisLeft(frame, y, y.ticks(4).filter(Number.isInteger), short, 'queries'),
    axisBelow(frame, ticks, name),
    ...drawn,
  ].join('\n');
}

/** How many queries took how long, on a logarithmic scale, with the percentiles of the tables. */
export function latencyChart(run: string, times: Float64Array, latency: LatencySummary): Chart {
  // A clock that is too coarse gives 0: the least that is shown.
  const ms = Array.from(times, (time) => Math.max(time, 1e-4));
  const [least, most] = extent(ms) as [number, number];
  const domain: [number, number] = [least / 1.1, most * 1.1];
  const edges = scaleLog(domain, [0, TIME_BINS]);
  const thresholds = Array.from({ length: TIME_BINS - 1 }, (_, i) => edges.invert(i + 1));
  const bins = bin().domain(domain).thresholds(thresholds)(ms);
  const marks = [
    ['p50', latency.p50Ms],
    ['p95', latency.p95Ms],
    ['p99', latency.p99Ms],
  ] as const;
  return {
    id: 'latency',
    title: `Time of a query: ${run}`,
    description: `Milliseconds, each query's own: ${marks.map(([name, at]) => `${name} ${short(at)}`).join(', ')}; the slowest took ${short(latency.maxMs)}.`,
    height: 260,
    draw: (frame) => drawTimes(frame, domain, bins, marks),
    data: {
      head: ['from ms', 'to ms', 'queries'],
      rows: bins
        .filter(({ length }) => length > 0)
        .map((own) => [short(own.x0 as number), short(own.x1 as number), String(own.length)]),
    },
  };
}

function drawTimes(
  frame: Frame,
  domain: [number, number],
  bins: Bin<number, number>[],
  marks: readonly (readonly [string, number])[],
): string {
  const x = scaleLog(domain, [frame.left, frame.width - frame.right]);
  // Room above for the names of the percentiles, one below the other.
  const y = scaleLinear(
    [0, max(bins, ({ length }) => length) ?? 1],
    [frame.height - frame.bottom, frame.top + 44],
  );
  const base = frame.height - frame.bottom;
  const bars = bins
    .filter(({ length }) => length > 0)
    .map((own) => {
      const [from, to] = [x(own.x0 as number), x(own.x1 as number)];
      return `<rect class="bar" x="${px(from)}" y="${px(y(own.length))}" width="${px(Math.max(1, to - from - 1))}" height="${px(base - y(own.length))}"><title>${escapeText(`${short(own.x0 as number)}–${short(own.x1 as number)} ms: ${own.length}`)}</title></rect>`;
    });
  const lines = marks.map(([name, value], i) => {
    const at = px(x(value));
    const toLeft = x(value) > frame.width - 90;
    return `<line class="mark" x1="${at}" x2="${at}" y1="${frame.top + 4 + i * 14}" y2="${base}"/><text x="${at}" y="${frame.top + 8 + i * 14}" dx="${toLeft ? -5 : 5}" text-anchor="${toLeft ? 'end' : 'start'}">${name} ${escapeText(short(value))}</text>`;
  });
  return [
    axisLeft(frame, y, y.ticks(4).filter(Number.isInteger), short, 'queries'),
    axisBelow(
      frame,
      logTicks(domain, frame.width > 500 ? 9 : 5).map((value) => ({ at: x(value), label: short(value) })),
      'milliseconds',
    ),
    ...bars,
    ...lines,
  ].join('\n');
}
