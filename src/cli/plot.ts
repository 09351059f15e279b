import { table } from './table.js';

/** Dots of a Braille cell: two columns of four, as bits of its code point (Unicode 17, Braille Patterns). */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
];
const BRAILLE = 0x2800;
const COLUMNS = 60;
const LINES = 14;

/** A point of a plot, drawn as a dot, or as a mark where it has one. */
export interface PlotPoint {
  x: number;
  /** Above 0: drawn on a scale of powers. */
  y: number;
  mark?: string;
}

/**
 * A scatter of points in Braille dots: x along a line, y on a logarithmic scale, with the ends of both written at them.
 * @param line points that are joined, in order
 * @returns '' where there are not two points with different x
 */
export function plot(points: PlotPoint[], line: PlotPoint[], names: { x: string; y: string }): string {
  const drawn = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y) && y > 0);
  const xs = drawn.map(({ x }) => x);
  const ys = drawn.map(({ y }) => y);
  const x = { least: Math.min(...xs), most: Math.max(...xs) };
  const y = { least: Math.min(...ys), most: Math.max(...ys) };
  if (drawn.length < 2 || x.least === x.most) return '';
  const share = (value: number, { least, most }: { least: number; most: number }) =>
    most > least ? (value - least) / (most - least) : 0.5;
  const logs = { least: Math.log(y.least), most: Math.log(y.most) };
  const column = (point: PlotPoint) => Math.round(share(point.x, x) * (COLUMNS * 2 - 1));
  const row = (point: PlotPoint) => Math.round((1 - share(Math.log(point.y), logs)) * (LINES * 4 - 1));
  const cells = Array.from({ length: LINES }, () => new Uint8Array(COLUMNS));
  const dot = (across: number, down: number) => {
    cells[down >> 2][across >> 1] |= DOTS[across & 1][down & 3];
  };
  for (const [i, point] of line.entries()) {
    const next = line[i + 1];
    if (next === undefined) continue;
    const steps = Math.max(Math.abs(column(next) - column(point)), Math.abs(row(next) - row(point)), 1);
    for (let step = 0; step <= steps; step++) {
      const at = (from: number, to: number) => Math.round(from + ((to - from) * step) / steps);
      dot(at(column(point), column(next)), at(row(point), row(next)));
    }
  }
  for (const point of drawn) dot(column(point), row(point));
  const lines = cells.map((line) => Array.from(line, (cell) => String.fromCodePoint(BRAILLE + cell)));
  for (const point of drawn)
    if (point.mark !== undefined) lines[row(point) >> 2][column(point) >> 1] = point.mark;
  const written = (value: number) => Math.round(value).toLocaleString('en-US');
  const rows = lines.map((line, i) => [
    i === 0 ? `${names.y} ${written(y.most)}` : i === LINES - 1 ? written(y.least) : '',
    `│${line.join('')}`,
  ]);
  const ends = [x.least.toFixed(4), x.most.toFixed(4)];
  const between = COLUMNS - ends[0].length - ends[1].length;
  const name = names.x
    .slice(0, between)
    .padStart((between + names.x.length) >> 1)
    .padEnd(between);
  rows.push(['', `└${'─'.repeat(COLUMNS)}`], ['', ` ${ends[0]}${name}${ends[1]}`]);
  return table(rows, ['right', 'left']);
}
