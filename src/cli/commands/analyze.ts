import { type Analyzer, type AnalyzerChoice, analyzerWarnings, openAnalyzer } from '../../analysis/index.js';
import { UsageError } from '../../errors/index.js';
import { analyzerFor, openReader } from '../../index/index.js';
import { readQueries } from '../../records/index.js';
import type { Context } from '../context.js';

interface Options extends AnalyzerChoice {
  index?: string;
  analyzer?: string;
  json?: boolean;
}

/** Lines that --lang auto may look at before the first is analysed, as many as a build looks at. */
const SAMPLE_LINES = 1000;

/** A line of terms for the text of the arguments, or for each line of standard input. */
export async function analyze(
  words: string[],
  options: Options,
  { terminal, signal }: Context,
): Promise<number> {
  let analyzer = options.index === undefined ? undefined : analyzerOfIndex(options.index, options);
  const make = analyzerFor(options);
  const open = (samples: string[]) => {
    if (analyzer === undefined) {
      analyzer = openAnalyzer(make(samples));
      const { lang, stemmer } = analyzer.spec;
      if ((options.lang ?? 'auto') === 'auto') terminal.note(`language: ${lang}, stemmer: ${stemmer}`);
    }
    for (const warning of analyzerWarnings(analyzer.spec, samples.join('\n'))) terminal.warn(warning);
    return analyzer;
  };
  if (words.length > 0) {
    const text = words.join(' ');
    await terminal.print(render(open([text]), text, options.json));
    return 0;
  }
  const certain = analyzer !== undefined || (options.lang ?? 'auto') !== 'auto';
  const waiting: string[] = [];
  let ready: Analyzer | undefined;
  const printWaiting = async () => {
    ready ??= open(waiting);
    for (const line of waiting.splice(0)) await terminal.print(render(ready, line, options.json));
  };
  for await (const { text = '' } of readQueries('-', { format: 'text', stdin: terminal.io.stdin })) {
    signal.throwIfAborted();
    waiting.push(text);
    if (certain || ready !== undefined || waiting.length >= SAMPLE_LINES) await printWaiting();
  }
  await printWaiting();
  return 0;
}

/** @throws UsageError where there is no text in the index, or a choice is to be made twice */
function analyzerOfIndex(
  path: string,
  { analyzer, lang, stemmer, stopwords, cjk, synonyms, dictionary }: Options,
): Analyzer {
  const choices = { analyzer, lang, stemmer, stopwords, cjk, synonyms, dictionary };
  const given = Object.entries(choices).find(([, value]) => value !== undefined);
  if (given !== undefined)
    throw new UsageError(`--index and --${given[0]}: the index says how it analyses; leave one of them out`);
  const index = openReader(path);
  try {
    const spec = index.manifest.schema.analyzer;
    if (spec === undefined) throw new UsageError(`${path}: this index has no text`);
    return openAnalyzer(spec);
  } finally {
    index.close();
  }
}

function render(analyzer: Analyzer, text: string, json = false): string {
  const tokens: { term: string; position: number; start: number; end: number }[] = [];
  analyzer.analyze(text, (term, position, start, end) => tokens.push({ term, position, start, end }));
  if (!json) return `${tokens.map(({ term }) => term).join(' ')}\n`;
  const { lang } = analyzer.spec;
  return `${JSON.stringify({ schema: 'shortlist.analyze@1', lang, text, tokens })}\n`;
}
