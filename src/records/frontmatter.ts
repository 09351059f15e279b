import { type Place, RecordError } from '../errors/index.js';
import { protoField } from './faults.js';

const LARGEST = 65_536;
const OPENING = /^---[ \t]*\r?\n/;
const CLOSING = /^(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/m;

/** A Markdown text without its front matter, and the fields of that. */
export interface FrontMatter {
  fields: Record<string, unknown>;
  body: string;
}

/**
 * Cuts YAML front matter (a mapping between two lines of `---` at the very start) off a Markdown text. A text whose
 * first lines only look like it (a rule, then prose, then a rule) is left as it is.
 * @returns a RecordError for front matter that is not valid YAML, or names a field that is the tool's own
 */
export async function splitFrontMatter(text: string, place: Place): Promise<FrontMatter | RecordError> {
  const opening = OPENING.exec(text);
  if (opening === null) return { fields: {}, body: text };
  const rest = text.slice(opening[0].length, opening[0].length + LARGEST);
  const closing = CLOSING.exec(rest);
  if (closing === null) return { fields: {}, body: text };
  const yaml = rest.slice(0, closing.index);
  const body = text.slice(opening[0].length + closing.index + closing[0].length);
  const { parseDocument } = await import('./vendor/yaml.js');
  const parsed = parseDocument(yaml, { logLevel: 'silent', prettyErrors: false, stringKeys: false });
  if (parsed.errors.length > 0) {
    if (!/^[\w-]+[ \t]*:/m.test(yaml)) return { fields: {}, body: text };
    const { message, pos } = parsed.errors[0];
    const line = 2 + (yaml.slice(0, pos[0]).match(/\n/g)?.length ?? 0);
    return new RecordError(
      { ...place, line },
      `front matter that is not valid YAML (${oneLine(message)})`,
      'mend it',
    );
  }
  let value: unknown;
  try {
    value = parsed.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return new RecordError(place, `front matter that can't be read (${oneLine((error as Error).message)})`);
  }
  if (value === null && yaml.trim() === '') return { fields: {}, body };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { fields: {}, body: text };
  if (Object.hasOwn(value, '__proto__')) return protoField(place);
  if (Object.hasOwn(value, 'text')) {
    return new RecordError(
      place,
      "front matter with a field 'text', which is the body's name",
      'rename the field',
    );
  }
  return { fields: value as Record<string, unknown>, body };
}

function oneLine(message: string): string {
  return message.split('\n', 1)[0].replace(/[.:]$/, '');
}
