import { readFileSync } from 'node:fs';
import { InputError } from '../errors/index.js';

/** A rule of a synonyms file: every member becomes what the last is. */
export interface SynonymRule {
  members: string[];
  to: string;
}

/** Lines of a file with something in them; what follows # (or |, as Snowball's lists have it) is a remark. @throws InputError */
function* linesOf(path: string, remark: RegExp): Generator<{ text: string; line: number }> {
  let content: string;
  try {
    content = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof TypeError) throw new InputError({ file: path }, 'is not UTF-8', 'save it as UTF-8');
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(
      { file: path },
      code === 'ENOENT' ? 'no such file' : `can't be read (${code})`,
      'check the path',
    );
  }
  let line = 0;
  for (const raw of content.split(/\r?\n/)) {
    line++;
    const text = raw.replace(remark, '').trim();
    if (text !== '') yield { text, line };
  }
}

/** Words of a file, one a line. @throws InputError for a file that is empty or not UTF-8 */
export function readWords(path: string): string[] {
  const words = [...linesOf(path, /[#|].*$/)].map(({ text }) => text);
  if (words.length === 0) throw new InputError({ file: path }, 'holds no word', 'write one word a line');
  return words;
}

/**
 * Rules of a file: `laptop, notebook, portable computer` are one; `nyc, big apple => new york` become what stands behind.
 * @throws InputError naming the line
 */
export function readSynonyms(path: string): SynonymRule[] {
  const rules: SynonymRule[] = [];
  for (const { text, line } of linesOf(path, /#.*$/)) {
    const [left, right, more] = text.split('=>').map((side) => side.trim());
    const members = left.split(',').map((member) => member.trim());
    if (more !== undefined || members.includes('') || right === '' || (right ?? '').includes(','))
      throw new InputError({ file: path, line }, 'not a rule', "write 'a, b, c', or 'a, b => c'");
    if (right === undefined && members.length === 1)
      throw new InputError(
        { file: path, line },
        `'${members[0]}' stands alone`,
        "write 'a, b, c', or 'a => b'",
      );
    rules.push(right === undefined ? { members: members.slice(1), to: members[0] } : { members, to: right });
  }
  if (rules.length === 0)
    throw new InputError({ file: path }, 'holds no rule', "write lines of 'a, b, c', or 'a, b => c'");
  return rules;
}
