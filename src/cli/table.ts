/** A column's alignment: text to the left, figures to the right. */
export type Align = 'left' | 'right';

/**
 * Lays out rows in columns two blanks apart, without trailing blanks. Widths count code points,
 * wide characters as two.
 */
export function table(rows: string[][], align: Align[]): string {
  const widths = align.map((_, i) => Math.max(0, ...rows.map((row) => width(row[i] ?? ''))));
  return rows
    .map((row) =>
      row
        .map((cell, i) => {
          const pad = ' '.repeat(widths[i] - width(cell));
          return align[i] === 'right' ? pad + cell : cell + pad;
        })
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/gu;

/** Columns a string takes on a terminal. */
export function width(text: string): number {
  return [...text].length + (text.match(WIDE)?.length ?? 0);
}
