import { type AnalyzerSpec, detectLanguage, makeAnalyzerSpec } from '../analysis/index.js';
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
 * @throws UsageError now for names that don't exist
 */
export function analyzerFor(options: {
  lang?: string;
  stemmer?: string;
  stopwords?: string;
  cjk?: string;
}): (samples: string[]) => AnalyzerSpec {
  const { lang = 'auto', stemmer, stopwords, cjk } = options;
  const make = (language: string) => makeAnalyzerSpec({ lang: language, stemmer, stopwords, cjk });
  if (lang !== 'auto') {
    const spec = make(lang);
    return () => spec;
  }
  make('en');
  return (samples) => make(detectLanguage(samples));
}
