import { openAnalyzer } from '../../analysis/index.js';
import type { IndexReader } from '../../index/index.js';
import { TextBranch } from '../../inverted/index.js';
import { TEXT_BRANCH, TITLE_NAMES } from '../../schema/index.js';
import type { Random } from '../random.js';

/** Words of a query that has no title to be made of. */
const WORDS = 4;

/** Texts to look for documents by. */
export class TextItems {
  /** Queries so far that are titles, and that are words. */
  titles = 0;
  words = 0;
  /** False where no field that is searched is kept. */
  readonly possible: boolean;
  private readonly index: IndexReader;
  private readonly fields: string[];
  private readonly title: string | undefined;

  constructor(index: IndexReader) {
    const { text, stored } = index.manifest.schema;
    this.index = index;
    this.fields = text.filter((name) => stored === 'all' || (stored !== 'none' && stored.includes(name)));
    this.possible = this.fields.length > 0;
    // A title alone is the document's text.
    this.title = this.fields.length > 1 ? TITLE_NAMES.find((name) => this.fields.includes(name)) : undefined;
  }

  /** The title, or words drawn from the document; undefined where it has no text. */
  of(doc: number, random: Random): string | undefined {
    const stored = this.index.documents.stored(doc);
    const texts = this.fields.map((name) => stored?.[name]).filter((value) => typeof value === 'string');
    const title = this.title === undefined ? undefined : stored?.[this.title];
    if (typeof title === 'string' && title.trim() !== '') {
      this.titles++;
      return title.replace(/\s+/g, ' ').trim();
    }
    const drawn = this.draw(texts, random);
    if (drawn.length === 0) return undefined;
    this.words++;
    return drawn.join(' ');
  }

  /**
   * Words as they stand in the texts, each drawn with a chance in proportion to tf · log(N / df): "popular and
   * discriminative" terms of the paper, section 3.2.
   */
  private draw(texts: string[], random: Random): string[] {
    const { schema, documents } = this.index.manifest;
    const branch = this.index.branch(TEXT_BRANCH);
    if (schema.analyzer === undefined || !(branch instanceof TextBranch)) return [];
    const analyzer = openAnalyzer(schema.analyzer);
    const terms = new Map<string, { word: string; tf: number }>();
    for (const text of texts) {
      analyzer.analyze(text, (term, _position, start, end) => {
        const known = terms.get(term);
        if (known === undefined) terms.set(term, { word: text.slice(start, end), tf: 1 });
        else known.tf++;
      });
    }
    const left = [...terms].map(([term, { word, tf }]) => ({
      word,
      // A little more than the collection holds, so that a word of all documents may still be drawn.
      weight: tf * Math.log((documents + 1) / branch.documentFrequency(term)),
    }));
    const drawn: string[] = [];
    while (drawn.length < WORDS && left.length > 0) {
      let at = (random.next() / 2 ** 32) * left.reduce((sum, { weight }) => sum + weight, 0);
      let i = 0;
      while (i < left.length - 1 && at >= left[i].weight) at -= left[i++].weight;
      drawn.push(left[i].word);
      left.splice(i, 1);
    }
    return drawn;
  }
}
