import { extent } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import type { EvalReport } from '../../evaluation/index.js';
import { axisBelow, axisLeft, type Chart, type Frame, LETTER, logTicks, px } from '../chart.js';
import { escapeText, short } from '../markup.js';

interface Point {
  name: string;
  quality: number;
  qps: number;
  kind: 'chosen' | 'front' | 'other';
}

/** Runs by how good and how fast they are, with the front of a sweep joined. Undefined for less than two timed runs. */
export function speedChart(report: EvalReport): Chart | undefined {
  const measure = report.sweep?.measure ?? Object.keys(report.measures)[0];
  const front = report.sweep?.front ?? [];
  const chosen = report.sweep?.chosen ?? report.primary;
  const points = report.runs
    .map(({ name, measures, qps = 0 }): Point => {
      const kind = name === chosen ? 'chosen' : front.includes(name) ? 'front' : 'other';
      return { name, quality: measures[measure] ?? Number.NaN, qps, kind };
    })
    .filter(({ quality, qps }) => Number.isFinite(quality) && qps > 0);
  if (points.length < 2) return undefined;
  const joined = front.flatMap((name) => points.filter((point) => point.name === name));
  const what = report.sweep
    ? `${front.length} of ${points.length} settings are on the front, beaten by no other in both`
    : `${points.length} runs`;
  return {
    id: 'speed',
    title: `${measure} and queries per second`,
    description: `Up and to the right is better; ${what}. The diamond is ${chosen}.`,
    height: 340,
    draw: (frame) => draw(frame, points, joined, measure),
    data: {
      head: ['run', measure, 'QPS', ...(report.sweep ? ['on the front'] : [])],
      rows: points.map(({ name, quality, qps }) => [
        name,
        short(quality),
        short(qps),
        ...(report.sweep ? [front.includes(name) ? 'yes' : ''] : []),
      ]),
      marked: points.findIndex(({ kind }) => kind === 'chosen'),
    },
  };
}

function draw(frame: Frame, points: Point[], joined: Point[], measure: string): string {
  const x = scaleLinear(padded(extent(points, ({ quality }) => quality) as [number, number]), [
    frame.left,
    frame.width - frame.right,
  ]);
  const [slowest, fastest] = extent(points, ({ qps }) => qps) as [number, number];
  const reach = [slowest / 1.25, fastest * 1.25] as const;
  const y = scaleLog(reach, [frame.height - frame.bottom, frame.top]);
  const ticks = x.ticks(frame.width > 500 ? 8 : 4);
  const label = x.tickFormat(frame.width > 500 ? 8 : 4);
  const path = line<Point>(
    (point) => x(point.quality),
    (point) => y(point.qps),
  ).digits(1)(joined);
  const dots = points.map((point) => {
    const [cx, cy] = [x(point.quality), y(point.qps)];
    const shape =
      point.kind === 'chosen'
        ? `<path class="chosen" d="M${px(cx)},${px(cy - 7)}l7,7l-7,7l-7,-7z">`
        : `<circle class="${point.kind}" cx="${px(cx)}" cy="${px(cy)}" r="4">`;
    return `${shape}<title>${escapeText(`${point.name}: ${short(point.quality)}, ${short(point.qps)} QPS`)}</title></${point.kind === 'chosen' ? 'path' : 'circle'}>`;
  });
  return [
    axisLeft(frame, y, logTicks(reach, 7), short, 'queries per second'),
    axisBelow(
      frame,
      ticks.map((value) => ({ at: x(value), label: label(value) })),
      measure,
    ),
    joined.length > 1 ? `<path class="curve" d="${path}"/>` : '',
    ...dots,
    ...labels(frame, points, (point) => [x(point.quality), y(point.qps)]),
  ].join('\n');
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Names beside points where they fit, to the right, left, above or below: the chosen one's first, then those of the front. */
function labels(frame: Frame, points: Point[], place: (point: Point) => [number, number]): string[] {
  const order = { chosen: 0, front: 1, other: 2 };
  const taken: Box[] = points.map((point) => {
    const [x, y] = place(point);
    return { left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 };
  });
  const free = (box: Box) =>
    box.left >= frame.left &&
    box.right <= frame.width - frame.right &&
    box.top >= frame.top &&
    box.bottom <= frame.height - frame.bottom &&
    !taken.some(
      (other) =>
        other.left < box.right && box.left < other.right && other.top < box.bottom && box.top < other.bottom,
    );
  return points
    .toSorted((a, b) => order[a.kind] - order[b.kind])
    .flatMap((point) => {
      const [x, y] = place(point);
      const wide = point.name.length * LETTER;
      for (const [across, down] of [
        [12 + wide / 2, 0],
        [-12 - wide / 2, 0],
        [0, -16],
        [0, 16],
      ]) {
        const middle = x + across;
        const box = {
          left: middle - wide / 2,
          right: middle + wide / 2,
          top: y + down - 7,
          bottom: y + down + 7,
        };
        if (!free(box)) continue;
        taken.push(box);
        return [
          `<text x="${px(middle)}" y="${px(y + down)}" dy="0.32em" text-anchor="middle">${escapeText(point.name)}</text>`,
        ];
      }
      return [];
    });
}

/** A little beyond both ends, so that no point lies on the frame. */
function padded([least, most]: [number, number]): [number, number] {
  const room = (most - least) * 0.06 || Math.abs(most) * 0.05 || 0.5;
  return [least - room, most + room];
}
