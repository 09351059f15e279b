/** Text as it may stand in HTML and SVG, in attributes too. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

export interface Table {
  /** Headings; the first column is the name of its row. */
  head: string[];
  rows: string[][];
  /** Position of a row that stands out. */
  marked?: number;
}

/** A table that scrolls sideways on its own where it is wider than the page, also by keyboard. */
export function table(name: string, { head, rows, marked }: Table): string {
  const body = rows.map((cells, i) => {
    const inner = cells.map((cell, j) =>
      j === 0 ? `<th scope="row">${escapeText(cell)}</th>` : `<td>${escapeText(cell)}</td>`,
    );
    return `<tr${i === marked ? ' class="marked"' : ''}>${inner.join('')}</tr>`;
  });
  const headings = head.map((cell) => `<th scope="col">${escapeText(cell)}</th>`).join('');
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escapeText(`Table: ${name}`)}">
<table><thead><tr>${headings}</tr></thead>
<tbody>
${body.join('\n')}
</tbody></table></div>`;
}

/** A number that a person reads: four digits that count, thousands apart. */
export function short(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(4)));
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Sizes in one unit, that of the largest, so that they can be compared. */
export function sizes(bytes: readonly number[]): string[] {
  const most = Math.max(1, ...bytes);
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log2(most) / 10));
  return bytes.map((size) => `${(size / 1024 ** unit).toFixed(unit === 0 ? 0 : 2)} ${UNITS[unit]}`);
}
