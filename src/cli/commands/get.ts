import { UsageError } from '../../errors/index.js';
import { openReader } from '../../index/index.js';
import type { Context } from '../context.js';
import { pickFields } from '../stored.js';

export async function get(
  [path, ...ids]: string[],
  options: { fields?: string[] },
  { terminal }: Context,
): Promise<number> {
  const index = openReader(path);
  try {
    const missing: string[] = [];
    for (const id of ids) {
      const doc = index.documents.find(id);
      if (doc === undefined) {
        missing.push(id);
        continue;
      }
      const stored = pickFields(index.documents.stored(doc) ?? {}, options.fields);
      await terminal.print(`${JSON.stringify({ _id: index.documents.id(doc), ...stored })}\n`);
    }
    if (missing.length > 0) {
      throw new UsageError(
        `${path}: no document ${missing.map((id) => `'${id}'`).join(', ')}; ids are compared byte for byte`,
      );
    }
    return 0;
  } finally {
    index.close();
  }
}
