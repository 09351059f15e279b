import { type KernelExports, laneBytes, markBytes, type Pointer, type Space } from '../../kernels/index.js';

/** What a member of a team can be given ranges of. */
export const JOB = { chooseLinks: 0, linkBack: 1, fillRows: 2, assignRows: 3 } as const;
export type Job = (typeof JOB)[keyof typeof JOB];

/** What a thread sets its kernels up with before it works; pointers that end in `At` are its own. */
export interface MemberSetup {
  codes?: { base: Pointer; stride: number; width: number; space: Space };
  graph?: {
    nodes: number;
    m: number;
    links: Pointer;
    linkBytes: number;
    upper: Pointer;
    upperBytes: number;
    upperFirst: Pointer;
    levels: Pointer;
    visitedAt: Pointer;
    /** Of the widest walk: one, and one for each lane. */
    poolAt: Pointer;
    scratchAt: Pointer;
    lanesAt: Pointer;
    lanes: number;
  };
  /** For assignRows. */
  minimaAt?: Pointer;
}

export function setUp(kernels: KernelExports, { codes, graph }: MemberSetup): void {
  if (codes !== undefined) kernels.setCodes(codes.base, codes.stride, codes.width, codes.space);
  if (graph === undefined) return;
  kernels.setGraph(
    graph.nodes,
    graph.m,
    graph.links,
    graph.linkBytes,
    graph.upper,
    graph.upperBytes,
    graph.upperFirst,
    graph.levels,
    graph.visitedAt,
  );
  kernels.setScratch(graph.poolAt, graph.scratchAt);
  kernels.setLanes(graph.lanesAt, laneBytes(graph.nodes), graph.lanes, markBytes(graph.nodes));
}

/** Does `from` to `to` of a job. @param args as the kernel of that name takes them, own pointers left out */
export function doJob(
  kernels: KernelExports,
  setup: MemberSetup,
  job: Job,
  from: number,
  to: number,
  args: ArrayLike<number>,
): void {
  switch (job) {
    case JOB.chooseLinks: {
      const [nodes, breadth, entry, level] = Array.from(args);
      kernels.setEntry(entry, level);
      kernels.chooseLinks(nodes, from, to, breadth);
      break;
    }
    case JOB.linkBack: {
      const [targets, level, heads, sources, nexts] = Array.from(args);
      kernels.linkBack(targets, from, to, level, heads, sources, nexts);
      break;
    }
    case JOB.fillRows:
      kernels.fillRows(from, to, args[0]);
      break;
    case JOB.assignRows: {
      const [rows, stride, centroids, halfNorms, lists, assigned, distances] = Array.from(args);
      kernels.assignRows(
        rows,
        stride,
        from,
        to,
        centroids,
        halfNorms,
        lists,
        setup.minimaAt!,
        assigned,
        distances,
      );
    }
  }
}
