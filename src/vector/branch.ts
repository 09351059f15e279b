import type {
  Branch,
  Candidates,
  DocSet,
  Explanation,
  FilterPlan,
  PreparedQuery,
  Query,
  SearchOptions,
  SegmentView,
} from '../branch/index.js';
import { UsageError } from '../errors/index.js';
import type { VectorField } from '../schema/index.js';
import { formatEffort } from './dial.js';
import { SegmentEfforts, type TargetEffort } from './effort.js';
import { cut, exactNearest, exactWithin } from './exact/index.js';
import type { VectorSearcher } from './kind.js';
import type { Matches } from './matches.js';
import { openPart } from './part.js';
import { leastScore, type QueryVector, querySettings, queryVector, type Settings } from './query.js';
import { searchings } from './searching.js';
import { dropsFull } from './spec.js';

/** Searches of a segment that leave it in its file; by then a batch is under way, and it is loaded. */
const COLD_SEARCHES = 4;

/** Recall by one vector field over all segments; the first searches read what they touch, then a segment is loaded. */
export class VectorBranch implements Branch {
  readonly name: string;
  readonly kind = 'vector';
  readonly field: VectorField;
  private readonly segments: SegmentView[];
  /** By segment; null when it has no vectors, undefined while it is not loaded. */
  private searchers: (VectorSearcher | null | undefined)[];
  /** The same, of segments left in their files. */
  private coldSearchers: (VectorSearcher | null | undefined)[] = [];
  private coldSearches: number[] = [];
  private readonly efforts: (SegmentEfforts | undefined)[] = [];
  private last: { options: SearchOptions; settings: Settings } | undefined;

  constructor(field: VectorField, segments: SegmentView[]) {
    this.name = field.name;
    this.field = field;
    this.segments = segments;
    this.searchers = segments.map(() => undefined);
  }

  prepare(query: Query, options: SearchOptions): PreparedQuery | undefined {
    const settings = this.settingsOf(options);
    if (settings.filterPlan !== undefined) requirePlan(this.field, settings.filterPlan);
    if (dropsFull(this.field.spec)) this.refuseFull(options);
    const vector = queryVector(this.field, query);
    if (vector !== undefined && settings.radius !== undefined) leastScore(this.field, settings.radius);
    return vector === undefined
      ? undefined
      : new PreparedVector(this, vector, settings, options.targetRecall);
  }

  /** @throws UsageError for what the full vectors are needed for */
  private refuseFull({ refine, targetRecall }: SearchOptions): void {
    const { name } = this.field;
    if (refine !== undefined) {
      throw new UsageError(
        `refine ranks candidates on the full vectors, which '${name}' was built without (--drop-full); leave it out`,
      );
    }
    if (targetRecall !== undefined) {
      throw new UsageError(
        `no recall of '${name}' can be aimed at: it was built without the full vectors (--drop-full) that recall is measured against`,
      );
    }
  }

  /** True when what answered has no vectors but what codes stand for. */
  get decoded(): boolean {
    const answered = [...this.searchers, ...this.coldSearchers];
    return answered.some((searcher) => searcher?.rows.part.decoded);
  }

  searchMany(prepared: PreparedVector[], segment: number, depth: number, filter?: DocSet): Candidates[] {
    // Many queries are worth loading a segment for.
    const searcher = prepared.length > 1 ? this.searcher(segment) : null;
    const [first] = prepared;
    const alike =
      filter === undefined &&
      first.settings.radius === undefined &&
      prepared.every(({ settings, asked }) => settings === first.settings && asked === first.asked);
    if (searcher === null || !alike || !(first.settings.exact || searcher.searchMany !== undefined)) {
      return prepared.map((query) => query.search(segment, depth, filter));
    }
    const vectors = prepared.map(({ vector }) => vector);
    if (first.settings.exact) return exactOf(searcher, vectors, depth);
    // Those that are alike are settled alike.
    let { settings } = first;
    for (const query of prepared) settings = query.settle(searcher, segment, depth);
    const request = { depth, settings, note: (text: string) => first.note(text) };
    return searcher.searchMany!(vectors, request);
  }

  warm(): void {
    for (let segment = 0; segment < this.segments.length; segment++) this.searcher(segment)?.rows.warm();
  }

  /** One object for all queries with the same options: what tells that they may be answered together. */
  private settingsOf(options: SearchOptions): Settings {
    if (this.last?.options !== options) this.last = { options, settings: querySettings(options) };
    return this.last.settings;
  }

  close(): void {
    this.searchers = this.segments.map(() => undefined);
    this.coldSearchers = [];
  }

  /**
   * What answers one query: the segment in its file, unless it is loaded or was searched a few times.
   * @throws CorruptError, ResourceError
   */
  searcherOnce(segment: number): VectorSearcher | null {
    const searches = this.coldSearches[segment] ?? 0;
    const { openCold } = searchings[this.field.spec.kind];
    if (this.searchers[segment] !== undefined || searches >= COLD_SEARCHES || !openCold) {
      return this.searcher(segment);
    }
    this.coldSearches[segment] = searches + 1;
    let searcher = this.coldSearchers[segment];
    if (searcher === undefined) {
      const part = openPart(this.field, this.segments[segment]);
      searcher = part.count === 0 ? null : openCold(part);
      this.coldSearchers[segment] = searcher;
    }
    return searcher;
  }

  /** What answered last, loaded or not. */
  searcherNow(segment: number): VectorSearcher | null {
    return this.searchers[segment] ?? this.coldSearchers[segment] ?? this.searcher(segment);
  }

  /** @throws CorruptError, ResourceError while loading */
  searcher(segment: number): VectorSearcher | null {
    let searcher = this.searchers[segment];
    if (searcher === undefined) {
      const part = openPart(this.field, this.segments[segment]);
      searcher = part.count === 0 ? null : searchings[this.field.spec.kind].open(part);
      this.searchers[segment] = searcher;
      this.coldSearchers[segment] = undefined;
    }
    return searcher;
  }

  /** What a segment's recall depends on. @throws CorruptError */
  effortsOf(searcher: VectorSearcher, segment: number): SegmentEfforts {
    this.efforts[segment] ??= new SegmentEfforts(searcher.rows.part, searchings[this.field.spec.kind]);
    return this.efforts[segment];
  }
}

/** Every kind can answer exactly. */
function exactOf(searcher: VectorSearcher, queries: QueryVector[], depth: number): Candidates[] {
  return searcher.exactMany?.(queries, depth) ?? exactNearest(searcher.rows, queries, depth);
}

/** @throws UsageError for a way that the kind of a field does not know */
function requirePlan({ name, spec: { kind } }: VectorField, plan: FilterPlan): void {
  const plans = ['scan', ...(searchings[kind].filterPlans ?? [])];
  if (plans.includes(plan)) return;
  throw new UsageError(`filterPlan is ${plan}; '${name}' is ${kind}, which knows ${plans.join(', ')}`);
}

const NONE: string[] = [];
const NO_PLANS: readonly FilterPlan[] = [];

class PreparedVector implements PreparedQuery {
  readonly vector: QueryVector;
  readonly settings: Settings;
  private readonly branch: VectorBranch;
  /** Recall that the query asks for. */
  readonly asked: number | undefined;
  private remarks: string[] = NONE;
  /** By segment searched, where a recall is aimed at. */
  private targets: TargetEffort[] | undefined;
  /** How what a filter left was found, in the segments. */
  private plans: readonly FilterPlan[] = NO_PLANS;

  constructor(
    branch: VectorBranch,
    vector: QueryVector,
    settings: Settings,
    targetRecall: number | undefined,
  ) {
    this.branch = branch;
    this.vector = vector;
    this.settings = settings;
    this.asked = targetRecall;
  }

  /** Put into words when they are asked for: a batch of queries asks once or never. */
  get notes(): string[] {
    const { branch, remarks } = this;
    const how = branch.decoded ? `${this.how()}, by its code: the full vectors were dropped` : this.how();
    return [how, ...remarks].map((text) => `${branch.name}: ${text}`);
  }

  search(segment: number, depth: number, filter?: DocSet): Candidates {
    const { radius } = this.settings;
    const whole = filter !== undefined || radius !== undefined;
    const searcher = whole ? this.branch.searcher(segment) : this.branch.searcherOnce(segment);
    if (searcher === null) return { docs: new Uint32Array(0), scores: new Float64Array(0) };
    const { rows } = searcher;
    if (radius !== undefined) {
      const least = leastScore(this.branch.field, radius);
      if (filter !== undefined) {
        this.planned('scan');
        return cut(rows.exactAmong(this.vector, filter.count, rows.matches(filter)), least, depth);
      }
      return (
        searcher.exactWithin?.(this.vector, least, depth) ?? exactWithin(rows, this.vector, least, depth)
      );
    }
    if (filter !== undefined) return this.searchAmong(searcher, segment, depth, rows.matches(filter));
    if (this.settings.exact) return exactOf(searcher, [this.vector], depth)[0];
    const settings = this.settle(searcher, segment, depth);
    return searcher.search(this.vector, { depth, settings, note: (text) => this.note(text) });
  }

  /** Never fewer than there are: where a way to them finds too few, each is compared. */
  private searchAmong(
    searcher: VectorSearcher,
    segment: number,
    depth: number,
    matches: Matches,
  ): Candidates {
    const { exact, filterPlan } = this.settings;
    if (!exact && filterPlan !== 'scan' && matches.positions.length > depth) {
      const settings = this.settle(searcher, segment, depth);
      const request = { depth, settings, note: (text: string) => this.note(text) };
      const answer = searcher.searchAmong?.(this.vector, matches, request);
      if (answer?.found.docs.length === depth) {
        this.planned(answer.plan);
        return answer.found;
      }
    }
    this.planned('scan');
    return searcher.rows.exactAmong(this.vector, depth, matches);
  }

  private planned(plan: FilterPlan): void {
    if (!this.plans.includes(plan)) this.plans = [...this.plans, plan];
  }

  explain(segment: number, doc: number): Explanation | undefined {
    const rows = this.branch.searcherNow(segment)?.rows;
    const position = rows?.positionOf(doc);
    if (rows === undefined || position === undefined) return undefined;
    rows.setQuery(this.vector);
    const score = rows.rank(Uint32Array.of(position), 1).scores[0];
    const { metric, dim, name } = this.branch.field;
    const what = {
      l2: () => `minus the squared distance of '${name}', ${0 - score}`,
      ip: () => `inner product of '${name}'`,
      cosine: () => `cosine of '${name}'`,
      hamming: () => `minus the differing bits of '${name}', ${0 - score}`,
    }[metric]();
    const measured = {
      l2: { squaredDistance: 0 - score, distance: Math.sqrt(0 - score) },
      ip: {},
      cosine: {},
      hamming: { differingBits: 0 - score },
    }[metric];
    const summary = rows.part.decoded ? `${what}, by its code` : what;
    return { score, summary, details: [{ field: name, metric, dim, ...measured }] };
  }

  /** Settings for a segment: what is given stands; else the recall that is aimed at decides. */
  settle(searcher: VectorSearcher, segment: number, depth: number): Settings {
    const { asked, settings } = this;
    const efforts = this.branch.effortsOf(searcher, segment);
    if (efforts.given(settings)) {
      if (asked !== undefined) this.note('what is given stands, whatever recall is aimed at');
      return settings;
    }
    const found = efforts.choose(asked, depth);
    if (found === undefined) return settings;
    this.targets ??= [];
    this.targets[segment] = found;
    if (found.reached !== undefined) {
      this.note(`a recall of ${found.target} is beyond what was measured, ${found.reached.toFixed(4)}`);
    }
    return found.settings;
  }

  private how(): string {
    const { settings } = this;
    if (this.plans.length === 1 && this.plans[0] === 'scan')
      return 'exact: every match of the filter compared';
    if (settings.exact || settings.radius !== undefined) return 'exact: every vector compared';
    return this.plans.length === 0
      ? this.effort()
      : `${this.effort()}, filter plan ${this.plans.join(' and ')}`;
  }

  private effort(): string {
    const { branch, settings } = this;
    const { kind } = branch.field.spec;
    const targets = this.targets?.filter((target) => target !== undefined);
    if (targets === undefined) return searchings[kind].describe(settings);
    const effort = formatEffort(targets[0].dials, (setting) => {
      const values = targets.map((target) => target.settings[setting]!);
      const [least, most] = [Math.min(...values), Math.max(...values)];
      return least === most ? least : `${least} to ${most}`;
    });
    return `${kind}, ${effort} for a recall of ${targets[0].target}`;
  }

  note(text: string): void {
    if (!this.remarks.includes(text)) this.remarks = [...this.remarks, text];
  }
}
