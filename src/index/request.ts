import {
  type AnalyzerChoice,
  type AnalyzerSpec,
  detectLanguage,
  makeAnalyzerSpec,
  parseAnalyzer,
  readSynonyms,
  readWords,
} from '../analysis/index.js';
import { UsageError } from '../errors/index.js';
import { type IndexSpec, type Metric, parseIndexSpec } from '../schema/index.js';
import { defaultVectorSpec, parseMetric, resolveVectorSpec, withoutFull } from '../vector/index.js';

/** `[field=]metric` values by field; '' for all fields. @throws UsageError */
export function parseMetrics(values: string[]): Map<string, Metric> {
  const metrics = new Map<string, Metric>();
  for (const value of values) {
    const equals = value.indexOf('=');
    const field = equals < 0 ? '' : value.slice(0, equals);
    const metric = parseMetric(value.slice(equals + 1));
    if (metrics.has(field)) throw new UsageError(`--metric ${value}: given twice`);
    metrics.set(field, metric);
  }
  return metrics;
}

/**
 * `[field=]spec` values by field, checked and with defaults filled in; '' for all fields.
 * @param dropFull without the full vectors, all of them
 * @throws UsageError
 */
export function parseStructures(values: string[], dropFull = false): Map<string, IndexSpec> {
  const specs = new Map<string, IndexSpec>();
  for (const value of values) {
    const { field = '', spec } = parseIndexSpec(value);
    if (specs.has(field)) throw new UsageError(`--vector-index ${value}: given twice`);
    specs.set(field, dropFull ? withoutFull(spec) : resolveVectorSpec(spec));
  }
  if (!specs.has('')) {
    const usual = defaultVectorSpec();
    specs.set('', dropFull ? withoutFull(usual) : usual);
  }
  return specs;
}

/**
 * How text will be analysed, decided once the text is known.
 * @throws UsageError now for names that don't exist, InputError for files that can't be read
 */
export function analyzerFor(
  options: AnalyzerChoice & { analyzer?: string },
): (samples: string[]) => AnalyzerSpec {
  const { lang = 'auto', stemmer, cjk, ...files } = chosen(options);
  const stopwords = isFile(files.stopwords) ? readWords(files.stopwords) : files.stopwords;
  const synonyms = files.synonyms === undefined ? undefined : readSynonyms(files.synonyms);
  const dictionary = files.dictionary === undefined ? undefined : readWords(files.dictionary);
  const make = (language: string) =>
    makeAnalyzerSpec({ lang: language, stemmer, stopwords, cjk, synonyms, dictionary });
  if (lang !== 'auto') {
    const spec = make(lang);
    return () => spec;
  }
  make('en');
  return (samples) => make(detectLanguage(samples));
}

/** Whether --stopwords names a file: names of languages have no sign that files have. */
function isFile(stopwords: string | undefined): stopwords is string {
  return stopwords !== undefined && /[./\\]/.test(stopwords);
}

/** What one string or several options ask for. */
function chosen({ analyzer, ...others }: AnalyzerChoice & { analyzer?: string }): AnalyzerChoice {
  const { lang, stemmer, stopwords, cjk, synonyms, dictionary } = others;
  const choice = { lang, stemmer, stopwords, cjk, synonyms, dictionary };
  if (analyzer === undefined) return choice;
  const [extra] = Object.entries(choice).find(([, value]) => value !== undefined) ?? [];
  if (extra !== undefined)
    throw new UsageError(
      `--analyzer says it all: write ${extra} in it, or leave out --analyzer or --${extra}`,
    );
  return parseAnalyzer(analyzer);
}
