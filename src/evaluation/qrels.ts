import { InputError } from '../errors/index.js';
import { columns, eachLine } from './lines.js';
import type { Subtopics } from './subtopics.js';

/** Query id → document id → grade. A grade of 0 or less is judged and not relevant. */
export type Qrels = Map<string, Map<string, number>>;

/** What runs are measured by. */
export interface Judgments {
  grades: Qrels;
  /** Where a measure asks for them. */
  subtopics?: Subtopics;
}

/** Takes a line apart; undefined when the line has no business in this layout. */
type Layout = (text: string) => [query: string, document: string, grade: string] | undefined;

const MEND = "write lines of 'query 0 document grade', or tabs under a header 'query-id corpus-id score'";
const LARGEST_GRADE = 2 ** 31 - 1;

/**
 * Reads judgments, plain or gzip: TREC's four columns (`query 0 document grade`, white space) or
 * BEIR's tab-separated file (header `query-id corpus-id score`; three columns without a header are
 * read too). The first line that is not blank tells which.
 *
 * A pair judged twice alike is one judgment. Memory: O(judgments).
 * @param options.subtopics whether a pair may be judged for several subtopics: its grade is the largest
 * @throws InputError naming the line for anything that is not a judgment, for a pair judged twice with
 *   different grades, and for a file without judgments
 */
export async function readQrels(path: string, options: { subtopics?: boolean } = {}): Promise<Qrels> {
  const qrels: Qrels = new Map();
  const file = path === '-' ? 'standard input' : path;
  let layout: Layout | undefined;
  await eachLine(path, (text, line) => {
    if (text.trim() === '') return;
    if (layout === undefined) {
      const header = headerLayout(text);
      layout = header ?? plainLayout(text);
      if (layout === undefined) throw new InputError({ file, line }, 'not a judgment', MEND);
      if (header !== undefined) return;
    }
    const fields = layout(text);
    if (fields === undefined) throw new InputError({ file, line }, 'not a judgment like those above', MEND);
    const [query, document, gradeText] = fields;
    const grade = Number(gradeText);
    if (!/^[+-]?\d+$/.test(gradeText) || Math.abs(grade) > LARGEST_GRADE) {
      throw new InputError(
        { file, line },
        `'${gradeText}' is not a grade`,
        'grades are whole numbers of 32 bits',
      );
    }
    let judged = qrels.get(query);
    if (judged === undefined) {
      judged = new Map();
      qrels.set(query, judged);
    }
    const before = judged.get(document);
    if (options.subtopics && before !== undefined) {
      judged.set(document, Math.max(before, grade));
      return;
    }
    if (before !== undefined && before !== grade) {
      throw new InputError(
        { file, line },
        `query '${query}' judges document '${document}' ${grade}, and ${before} further up`,
        'keep one of the two lines; judgments of subtopics are for alpha_nDCG@k',
      );
    }
    judged.set(document, grade);
  });
  if (qrels.size === 0) throw new InputError({ file }, 'holds no judgments', MEND);
  return qrels;
}

/** Layout of a tab-separated file by its header, in whatever order the columns stand. */
function headerLayout(text: string): Layout | undefined {
  const names = text.split('\t').map((name) => name.trim().toLowerCase());
  const query = names.indexOf('query-id');
  const document = names.indexOf('corpus-id');
  const grade = names.indexOf('score');
  if (query < 0 || document < 0 || grade < 0) return undefined;
  return tabbed(names.length, query, document, grade);
}

function plainLayout(text: string): Layout | undefined {
  if (columns(text).length === 4) {
    return (row) => {
      const fields = columns(row);
      return fields.length === 4 ? [fields[0], fields[2], fields[3]] : undefined;
    };
  }
  if (text.split('\t').length === 3) return tabbed(3, 0, 1, 2);
  return undefined;
}

function tabbed(width: number, query: number, document: number, grade: number): Layout {
  return (row) => {
    const fields = row.split('\t');
    if (fields.length !== width || fields[query] === '' || fields[document] === '') return undefined;
    return [fields[query], fields[document], fields[grade].trim()];
  };
}
