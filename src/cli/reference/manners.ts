/** Exit codes with what they mean, as the man page and docs/cli.md have them. */
export const exitCodes: [code: string, meaning: string][] = [
  ['0', 'done; also when the reader of the output went away'],
  ['1', 'eval: a condition of --assert or --max-drop did not hold'],
  ['2', 'usage, or bad input: one line on stderr says file, line, what and the mend'],
  ['3', 'the index is missing, locked, too old or too new'],
  ['4', 'the index is damaged'],
  ['5', 'out of disk or memory'],
  ['70', 'a bug of ours'],
  ['129, 130, 143', 'stopped by SIGHUP, SIGINT, SIGTERM'],
];

/** Variables of the environment that change what is printed. */
export const environment: [name: string, meaning: string][] = [
  ['NO_COLOR', 'no colour and no progress display, unless --color always'],
  ['FORCE_COLOR', 'colour where stdout is no terminal, too; 0 for none'],
  ['CI', 'no colour and no progress display'],
  ['TERM', '"dumb": no colour and no progress display'],
];

export const description = 'Build, query and evaluate on-disk search indexes: text, vectors, or both.';
