import { ticks } from 'd3-array';
import { escapeText, type Table, table } from './markup.js';

/** Where a chart is drawn: its outer size, and the margins that axes and labels take. In CSS pixels. */
export interface Frame {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Chart {
  /** Unique on the page. */
  id: string;
  title: string;
  /** What it shows, in a sentence or two: what a person hears who does not see it. */
  description: string;
  height: number;
  /** Draws inside a width: the page has a drawing for wide screens and one for phones. */
  draw: (frame: Frame) => string;
  /** The same as figures. */
  data: Table;
  /** Room for labels at the left. */
  left?: number;
}

/** Width of the drawing by screen, as style.ts shows and hides them. */
const WIDTHS = { wide: 720, narrow: 340 };

/** A chart with its title, what it shows, and its figures as a table that opens by keyboard. */
export function figure(chart: Chart): string {
  const { id, title, description, data } = chart;
  const drawn = Object.entries(WIDTHS).map(([screen, width]) => {
    const frame = { width, height: chart.height, left: chart.left ?? 76, right: 14, top: 28, bottom: 44 };
    const name = `${id}-${screen}`;
    return `<svg class="${screen}" viewBox="0 0 ${width} ${chart.height}" role="img" aria-labelledby="${name}-t ${name}-d">
<title id="${name}-t">${escapeText(title)}</title><desc id="${name}-d">${escapeText(description)}</desc>
${chart.draw(frame)}
</svg>`;
  });
  return `<figure id="${id}">
<figcaption><strong>${escapeText(title)}</strong> ${escapeText(description)}</figcaption>
${drawn.join('\n')}
<details><summary>${escapeText(title)}: the figures</summary>
${table(title, data)}
</details>
</figure>`;
}

/** A scale as axes need it. */
type Scale = (value: number) => number;

/** Width of a letter, at most: labels are placed without measuring them. */
export const LETTER = 6.8;

/** The axis below: a line at each tick, and its label where that lies on no other and is not cut off. */
export function axisBelow(
  frame: Frame,
  ticks: readonly { at: number; label: string }[],
  name: string,
): string {
  const base = frame.height - frame.bottom;
  let taken = Number.NEGATIVE_INFINITY;
  const marks = ticks.map(({ at, label }) => {
    const half = (label.length * LETTER) / 2;
    const middle = Math.min(Math.max(at, half), frame.width - half);
    const fits = middle - half > taken;
    if (fits) taken = middle + half + LETTER;
    const text = fits
      ? `<text x="${px(middle)}" y="${base + 16}" text-anchor="middle">${escapeText(label)}</text>`
      : '';
    return `<line class="grid" x1="${px(at)}" x2="${px(at)}" y1="${frame.top}" y2="${base}"/>${text}`;
  });
  const middle = (frame.left + frame.width - frame.right) / 2;
  return `<g>${marks.join('')}<line class="axis" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${base}" y2="${base}"/><text class="name" x="${px(middle)}" y="${base + 36}" text-anchor="middle">${escapeText(name)}</text></g>`;
}

/** The axis at the left, its name above it. */
export function axisLeft(
  frame: Frame,
  scale: Scale,
  ticks: readonly number[],
  label: (value: number) => string,
  name: string,
): string {
  const marks = ticks.map((value) => {
    const y = px(scale(value));
    return `<line class="grid" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${y}" y2="${y}"/><text x="${frame.left - 8}" y="${y}" dy="0.32em" text-anchor="end">${escapeText(label(value))}</text>`;
  });
  return `<g>${marks.join('')}<text class="name" x="4" y="13">${escapeText(name)}</text></g>`;
}

/** Ticks of a logarithmic scale that stay few: 1, 2 and 5 times powers of ten, or the powers alone; evenly apart on a short one. */
export function logTicks([least, most]: readonly [number, number], wanted: number): number[] {
  const all: number[] = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.log10(most); power++) {
    // Powers below one as quotients: 10 ** -3 is not the nearest double to 0.001 in every engine.
    const unit = power < 0 ? 1 / 10 ** -power : 10 ** power;
    for (const times of [1, 2, 5]) all.push(times * unit);
  }
  const inside = all.filter((value) => value >= least && value <= most);
  if (inside.length < 3) return ticks(least, most, wanted).filter((value) => value > 0);
  if (inside.length <= wanted) return inside;
  const powers = inside.filter((value) => Math.log10(value) % 1 === 0);
  return powers.length >= 2 ? powers : inside.filter((_, i) => i % 2 === 0);
}

/** A coordinate, to a tenth of a pixel. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
