import { scaleLinear } from 'd3-scale';
import type { IndexInfo } from '../../index/index.js';
import { type Chart, type Frame, px } from '../chart.js';
import { escapeText, sizes } from '../markup.js';

const ROW = 36;

/** What takes how much of an index: a bar for each part, a row of the table for each array. */
export function anatomyChart({ bytes, segments, documents }: IndexInfo): Chart {
  const { total, ...rest } = bytes;
  const parts = Object.entries(rest).sort((a, b) => b[1] - a[1]);
  const written = sizes(parts.map(([, size]) => size));
  const bars = parts.map(([name, size], i) => ({
    name,
    size,
    written: `${written[i]}, ${share(size, total)}`,
  }));
  const arrays = new Map<string, { dtype: string; size: number }>();
  for (const { name, dtype, bytes: size } of segments.flatMap((segment) => segment.arrays)) {
    arrays.set(name, { dtype, size: size + (arrays.get(name)?.size ?? 0) });
  }
  const rows = [...arrays].sort((a, b) => b[1].size - a[1].size);
  rows.push(['framing and checksums', { dtype: '', size: bytes.other ?? 0 }]);
  const each = sizes(rows.map(([, { size }]) => size));
  return {
    id: 'anatomy',
    title: 'What the index is made of',
    description: `${sizes([total])[0]} in ${segments.length} segment${segments.length === 1 ? '' : 's'}, ${documents === 0 ? '' : `${Math.round(total / documents).toLocaleString('en-US')} bytes a document; `}the largest part is ${bars[0]?.name ?? 'none'}.`,
    height: 36 + bars.length * ROW,
    left: 4,
    draw: (frame) => draw(frame, bars),
    data: {
      head: ['array', 'type', 'size', 'share'],
      rows: rows.map(([name, { dtype, size }], i) => [name, dtype, each[i], share(size, total)]),
    },
  };
}

function share(size: number, total: number): string {
  return `${total === 0 ? 0 : ((100 * size) / total).toFixed(1)} %`;
}

function draw(frame: Frame, bars: readonly { name: string; size: number; written: string }[]): string {
  const x = scaleLinear(
    [0, Math.max(1, ...bars.map(({ size }) => size))],
    [0, frame.width - frame.left - frame.right],
  );
  return bars
    .map(({ name, size, written }, i) => {
      const y = frame.top + i * ROW - 8;
      return `<text x="${frame.left}" y="${y + 4}">${escapeText(`${name}: ${written}`)}</text><rect class="bar" x="${frame.left}" y="${y + 9}" width="${px(Math.max(1, x(size)))}" height="12"/>`;
    })
    .join('\n');
}
