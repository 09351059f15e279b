/** What a field of a table holds: a number in the table, or a reference to something else. */
export interface FieldLayout {
  /** To pick its value out. */
  name?: string;
  bytes?: number;
  /** A string or a vector of numbers or structs of so many bytes. */
  vectorOf?: number;
  table?: TableLayout;
  vectorOfTables?: TableLayout;
  /** A table chosen by the byte in the field before; one that is not listed has no references. */
  union?: Record<number, TableLayout>;
}

export interface TableLayout {
  /** In the order of their declaration; a function, because tables may hold themselves. */
  fields(): readonly FieldLayout[];
}

const DEEPEST = 64;
const MOST_TABLES = 1_000_000;
const NOTHING: TableLayout = { fields: () => [] };

/**
 * Checks that all that a FlatBuffer's tables refer to lies inside it (flatbuffers.dev, "Internals"): readers without a
 * verifier take any length for true.
 * @returns the 64-bit value of the field `name` of the root table, 0 where it is absent
 * @throws Error
 */
export function verifyTable(view: DataView, layout: TableLayout, name: string): bigint {
  const verifier = new Verifier(view);
  const root = verifier.reference(0);
  verifier.table(root, layout, 0);
  const slot = layout.fields().findIndex((field) => field.name === name);
  const at = verifier.slot(root, slot);
  return at === undefined ? 0n : view.getBigInt64(at, true);
}

class Verifier {
  private readonly view: DataView;
  private tables = 0;

  constructor(view: DataView) {
    this.view = view;
  }

  /** Where the unsigned offset at `at` leads. */
  reference(at: number): number {
    this.inside(at, 4);
    const target = at + this.view.getUint32(at, true);
    this.inside(target, 4);
    return target;
  }

  /** Where the value of a field stands, or undefined where the table leaves it out. */
  slot(table: number, index: number): number | undefined {
    const vtable = table - this.view.getInt32(table, true);
    const entry = 4 + 2 * index;
    if (entry + 2 > this.view.getUint16(vtable, true)) return undefined;
    const offset = this.view.getUint16(vtable + entry, true);
    return offset === 0 ? undefined : table + offset;
  }

  table(at: number, layout: TableLayout, depth: number): void {
    if (depth > DEEPEST) throw new Error(`tables more than ${DEEPEST} deep`);
    if (++this.tables > MOST_TABLES) throw new Error(`more than ${MOST_TABLES} tables`);
    this.inside(at, 4);
    const vtable = at - this.view.getInt32(at, true);
    this.inside(vtable, 4);
    this.inside(vtable, this.view.getUint16(vtable, true));
    this.inside(at, this.view.getUint16(vtable + 2, true));
    const fields = layout.fields();
    for (const [i, field] of fields.entries()) {
      const value = this.slot(at, i);
      if (value === undefined) continue;
      if (field.bytes !== undefined) this.inside(value, field.bytes);
      else if (field.union !== undefined) {
        const kind = this.slot(at, i - 1);
        const chosen = field.union[kind === undefined ? 0 : this.view.getUint8(kind)];
        this.table(this.reference(value), chosen ?? NOTHING, depth + 1);
      } else if (field.table !== undefined) this.table(this.reference(value), field.table, depth + 1);
      else if (field.vectorOf !== undefined) this.vector(value, field.vectorOf);
      else if (field.vectorOfTables !== undefined) {
        const { start, length } = this.vector(value, 4);
        for (let n = 0; n < length; n++) {
          this.table(this.reference(start + 4 * n), field.vectorOfTables, depth + 1);
        }
      }
    }
  }

  private vector(value: number, bytes: number): { start: number; length: number } {
    const at = this.reference(value);
    const length = this.view.getUint32(at, true);
    this.inside(at + 4, length * bytes);
    return { start: at + 4, length };
  }

  private inside(at: number, bytes: number): void {
    if (!(at >= 0 && at + bytes <= this.view.byteLength)) throw new Error('an offset leads out of it');
  }
}
