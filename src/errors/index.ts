/**
 * errors: every failure a person can meet, as a class with a stable code and exit code.
 *
 * Maps a cause to what the shell sees. Good for: telling a mistake of the user (2), an index that
 * can't be used (3), a damaged index (4), a full machine (5) and a bug of ours (70) apart without
 * parsing text. Not for: control flow inside an algorithm.
 *
 * Messages are one line: where (file:line), what, and the mend. Nothing here prints.
 */

/** Exit codes, stable from 0.1 on; documented in docs/json.md. */
export const ExitCode = {
  ok: 0,
  assertionFailed: 1,
  usage: 2,
  indexUnavailable: 3,
  indexDamaged: 4,
  resources: 5,
  bug: 70,
  interrupted: 130,
  terminated: 143,
} as const;

/** Base of all expected failures. `code` is stable and never reused; `exitCode` is what the CLI returns. */
export class ShortlistError extends Error {
  readonly code: string;
  readonly exitCode: number;

  constructor(code: string, exitCode: number, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.exitCode = exitCode;
  }
}

/** A flag, argument or combination of them that can't be acted on. Exit 2. */
export class UsageError extends ShortlistError {
  constructor(message: string) {
    super('SHORTLIST_USAGE', ExitCode.usage, message);
  }
}

/** Where in an input something stands. `line` is 1-based; `row` is the 0-based record or vector. */
export interface Place {
  file: string;
  line?: number;
  row?: number;
}

/** `corpus.jsonl:12`, `base.fvecs: row 7` or `corpus.jsonl`. */
export function formatPlace(place: Place): string {
  if (place.line !== undefined) return `${place.file}:${place.line}`;
  if (place.row !== undefined) return `${place.file}: row ${place.row}`;
  return place.file;
}

/** An input file that can't be read as what it claims to be. Exit 2; never skippable. */
export class InputError extends ShortlistError {
  readonly place: Place;
  readonly reason: string;

  /**
   * @param place where it is
   * @param reason what is wrong, without the place
   * @param mend what to do about it; '' when the reason says it
   */
  constructor(place: Place, reason: string, mend = '', code = 'SHORTLIST_INPUT') {
    super(code, ExitCode.usage, `${formatPlace(place)}: ${reason}${mend ? `; ${mend}` : ''}`);
    this.place = place;
    this.reason = reason;
  }
}

/**
 * One record that can't be indexed (bad JSON, duplicate id, NaN, wrong dimension…). Exit 2 under
 * `--on-error fail`; counted and left out under `--on-error skip`.
 */
export class RecordError extends InputError {
  constructor(place: Place, reason: string, mend = '') {
    super(place, reason, mend, 'SHORTLIST_RECORD');
  }
}

/** No index where one was named. Exit 3. */
export class IndexMissingError extends ShortlistError {
  constructor(path: string, what = 'no index here') {
    super(
      'SHORTLIST_INDEX_MISSING',
      ExitCode.indexUnavailable,
      `${path}: ${what}; make one with 'shortlist build <inputs> -o ${path}'`,
    );
  }
}

/** Another process is writing this index. Exit 3. */
export class IndexLockedError extends ShortlistError {
  constructor(path: string, holder: string) {
    super(
      'SHORTLIST_INDEX_LOCKED',
      ExitCode.indexUnavailable,
      `${path}: being written by ${holder}; wait for it, or delete the file 'lock' in it if that process is gone`,
    );
  }
}

/** Written by a version whose format this one no longer reads. Exit 3. */
export class TooOldError extends ShortlistError {
  constructor(path: string, found: number, oldest: number) {
    super(
      'SHORTLIST_TOO_OLD',
      ExitCode.indexUnavailable,
      `${path}: format version ${found} is too old (this shortlist reads ${oldest} and later); build the index again`,
    );
  }
}

/** Written by a later version. Exit 3. */
export class TooNewError extends ShortlistError {
  constructor(path: string, found: number, newest: number) {
    super(
      'SHORTLIST_TOO_NEW',
      ExitCode.indexUnavailable,
      `${path}: format version ${found} is too new (this shortlist reads up to ${newest}); update shortlist`,
    );
  }
}

/** The file does not begin as one of ours does. Exit 4. */
export class NotOursError extends ShortlistError {
  constructor(path: string, what = 'not a shortlist file: its first bytes are not our magic') {
    super('SHORTLIST_NOT_OURS', ExitCode.indexDamaged, `${path}: ${what}`);
  }
}

/** Shorter than its own header says. Exit 4. */
export class TruncatedError extends ShortlistError {
  constructor(path: string, expected: number, found: number) {
    super(
      'SHORTLIST_TRUNCATED',
      ExitCode.indexDamaged,
      `${path}: truncated: ${found} bytes of ${expected}; copy it again from its source or build the index again`,
    );
  }
}

/** A checksum or a structural rule does not hold. Exit 4. */
export class CorruptError extends ShortlistError {
  constructor(path: string, what: string) {
    super(
      'SHORTLIST_CORRUPT',
      ExitCode.indexDamaged,
      `${path}: damaged: ${what}; copy it again from its source or build the index again`,
    );
  }
}

/** Out of disk or memory, or a budget that can't hold what was asked for. Exit 5. */
export class ResourceError extends ShortlistError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('SHORTLIST_RESOURCES', ExitCode.resources, message, options);
  }
}

/**
 * The nearest of `candidates` to `word` by edit distance, for "did you mean" lines.
 * @returns the nearest name, or undefined when none is near enough to be a typo (distance > 2, or more than half the word, rounded up)
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.ceil(word.length / 2) + 1);
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `; did you mean 'x'?` or '' when nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const near = nearest(word, candidates);
  return near === undefined ? '' : `; did you mean '${near}'?`;
}

/** Levenshtein distance, O(a·b) time, O(b) space. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, previous[j] + 1, current[j - 1] + 1));
    }
    previous = current;
  }
  return previous[b.length];
}
