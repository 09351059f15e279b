import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { area, curveStepAfter } from 'd3-shape';
import { type Comparison, formatFigure } from '../../evaluation/index.js';
import { axisBelow, axisLeft, type Chart, type Frame, px } from '../chart.js';
import { escapeText, short, type Table } from '../markup.js';

export function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${formatFigure(value)}`;
}

function probability(p: number | undefined): string {
  if (p === undefined) return '–';
  return p < 0.0001 ? '< 0.0001' : p.toFixed(4);
}

/** Each run and measure against the baseline, with interval and significance. */
export function comparisonTable(comparisons: readonly Comparison[]): Table {
  return {
    head: [
      'run',
      'measure',
      'baseline',
      'now',
      'difference',
      `${Math.round(100 * (comparisons[0]?.interval?.confidence ?? 0.95))} % interval`,
      'p (t)',
      'p (randomisation)',
      'won',
      'lost',
      'same',
    ],
    rows: comparisons.map((one) => [
      one.run ?? '',
      one.measure,
      formatFigure(one.baseline),
      formatFigure(one.candidate),
      signed(one.difference),
      one.interval === undefined ? '–' : `${signed(one.interval.low)} … ${signed(one.interval.high)}`,
      probability(one.adjusted?.tTest ?? one.tTest?.p),
      probability(one.adjusted?.randomisation ?? one.randomisation.p),
      String(one.wins),
      String(one.losses),
      String(one.ties),
    ]),
  };
}

const ROW = 34;

/** The difference of each run and measure with its interval: what lies right of 0 is better than the baseline. */
export function intervalChart(comparisons: readonly Comparison[]): Chart {
  const clear = comparisons.filter(({ interval }) => interval && (interval.low > 0 || interval.high < 0));
  return {
    id: 'intervals',
    title: 'Differences from the baseline',
    description: `Right of 0 is better than the baseline. The line is the bootstrap interval of the mean difference; ${clear.length} of ${comparisons.length} intervals do not reach 0.`,
    height: 60 + comparisons.length * ROW,
    left: 14,
    draw: (frame) => drawIntervals(frame, comparisons),
    data: comparisonTable(comparisons),
  };
}

function drawIntervals(frame: Frame, comparisons: readonly Comparison[]): string {
  const ends = comparisons.flatMap(({ difference, interval }) => [
    difference,
    interval?.low ?? difference,
    interval?.high ?? difference,
  ]);
  const [least, most] = extent([0, ...ends]) as [number, number];
  const room = (most - least) * 0.06 || 0.01;
  const x = scaleLinear([least - room, most + room], [frame.left, frame.width - frame.right]);
  const wanted = frame.width > 500 ? 8 : 4;
  const label = x.tickFormat(wanted);
  const rows = comparisons.map(({ run, measure, difference, interval }, i) => {
    const y = frame.top + i * ROW + 22;
    const low = px(x(interval?.low ?? difference));
    const high = px(x(interval?.high ?? difference));
    const kind =
      interval === undefined || (interval.low <= 0 && interval.high >= 0)
        ? 'unclear'
        : difference > 0
          ? 'better'
          : 'worse';
    return `<text x="${frame.left}" y="${y - 9}">${escapeText(`${measure}${run === undefined ? '' : ` of ${run}`}: ${signed(difference)}`)}</text><line class="interval ${kind}" x1="${low}" x2="${high}" y1="${y}" y2="${y}"/><circle class="${kind}" cx="${px(x(difference))}" cy="${y}" r="5"/>`;
  });
  return [
    axisBelow(
      frame,
      x.ticks(wanted).map((value) => ({ at: x(value), label: label(value) })),
      'difference of means',
    ),
    `<line class="zero" x1="${px(x(0))}" x2="${px(x(0))}" y1="${frame.top}" y2="${frame.height - frame.bottom}"/>`,
    ...rows,
  ].join('\n');
}

/** Each query's change in a measure, from the largest gain to the largest loss. */
export function changesChart(measure: string, differences: readonly number[], at: number): Chart {
  const sorted = differences.toSorted((a, b) => b - a);
  const won = sorted.filter((value) => value > 0).length;
  const lost = sorted.filter((value) => value < 0).length;
  return {
    id: `changes-${at}`,
    title: `${measure} of each query against the baseline`,
    description: `Queries from the largest gain to the largest loss: ${won} won, ${lost} lost, ${sorted.length - won - lost} stayed the same.`,
    height: 240,
    draw: (frame) => drawChanges(frame, sorted),
    data: {
      head: ['share of the queries', 'change is at least'],
      rows: [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1].map((share) => [
        `${Math.round(share * 100)} %`,
        signed(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]),
      ]),
    },
  };
}

function drawChanges(frame: Frame, sorted: readonly number[]): string {
  const [least, most] = extent([0, ...sorted]) as [number, number];
  const y = scaleLinear(least === most ? [-1, 1] : [least, most], [
    frame.height - frame.bottom,
    frame.top + 8,
  ]).nice();
  const x = scaleLinear([0, sorted.length], [frame.left, frame.width - frame.right]);
  const shape = area<number>()
    .x((_, i) => x(i))
    .y0(y(0))
    .y1((value) => y(value))
    .curve(curveStepAfter)
    .digits(1);
  // The last step reaches the end of the axis; gains and losses are two shapes in their own colours.
  const stepped = [...sorted, sorted[sorted.length - 1]];
  const gains = shape(stepped.map((value) => Math.max(0, value)));
  const losses = shape(stepped.map((value) => Math.min(0, value)));
  return [
    axisLeft(frame, y, y.ticks(5), short, 'change'),
    axisBelow(
      frame,
      x
        .ticks(frame.width > 500 ? 8 : 4)
        .filter(Number.isInteger)
        .map((value) => ({ at: x(value), label: short(value) })),
      'queries',
    ),
    `<path class="better area" d="${gains}"/><path class="worse area" d="${losses}"/>`,
    `<line class="zero" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${px(y(0))}" y2="${px(y(0))}"/>`,
  ].join('\n');
}
