import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { beforeAll, expect, test } from 'vitest';
import {
  Arena,
  GRAPH_SCRATCH_BYTES,
  kernelModule,
  laneBytes,
  NO_LINK,
  SPACE,
} from '../../src/kernels/index.js';
import { CONTROL_BYTES, WORD } from '../../src/vector/team/control.js';
import { JOB, type MemberSetup, Team } from '../../src/vector/team/index.js';
import { kernelsBuilt } from '../kernels/built.js';

beforeAll(kernelsBuilt);

const NODES = 256;
const M = 2;
const SLOTS = 16;

/** A ring of nodes, each linked to the next one only, whose rows of 2 M links the job fillRows fills. */
class Ring {
  readonly arena = new Arena();
  readonly counts = this.arena.allocate(NODES);
  private readonly base = this.arena.allocate(NODES * 64);
  private readonly linksAt = this.arena.allocate(NODES * SLOTS * 4);
  private readonly levels = this.arena.allocate(NODES * 4);

  constructor() {
    const codes = this.arena.bytes(this.base, NODES * 64);
    for (let node = 0; node < NODES; node++) codes[node * 64] = node;
    this.empty();
  }

  get links(): Uint32Array {
    return this.arena.u32(this.linksAt, NODES * SLOTS);
  }

  /** Links the next two of each node: two of four slots. */
  empty(): void {
    this.links.fill(NO_LINK);
    for (let node = 0; node < NODES; node++) {
      this.links.set([(node + 1) % NODES, (node + 2) % NODES], node * SLOTS);
    }
    this.arena.bytes(this.counts, NODES).fill(2);
  }

  setup(nodes = NODES): MemberSetup {
    const { arena, levels } = this;
    return {
      codes: { base: this.base, stride: 64, width: 16, space: SPACE.byteL2 },
      graph: {
        nodes,
        m: M,
        links: this.linksAt,
        linkBytes: SLOTS * 4,
        upper: this.linksAt,
        upperBytes: 64,
        upperFirst: levels,
        levels,
        visitedAt: arena.allocate(NODES),
        poolAt: arena.allocate(64),
        scratchAt: arena.allocate(GRAPH_SCRATCH_BYTES),
        lanesAt: arena.allocate(64 + laneBytes(nodes)),
        lanes: 1,
      },
    };
  }
}

test('every piece of every order is done, on any number of threads', async () => {
  for (const threads of [1, 2, 5]) {
    const ring = new Ring();
    const team = await Team.gather(
      ring.arena,
      Array.from({ length: threads }, () => ring.setup()),
    );
    try {
      for (let round = 0; round < 300; round++) {
        ring.empty();
        const to = NODES - (round % 7);
        await team.run(JOB.fillRows, 0, to, [ring.counts], 1 + (round % 3));
        // Two hops from a node are 3 and 4 further on.
        const found = Array.from({ length: to }, (_, node) =>
          [...ring.links.subarray(node * SLOTS + 2, node * SLOTS + 4)].sort(),
        );
        const wanted = Array.from({ length: to }, (_, node) =>
          [(node + 3) % NODES, (node + 4) % NODES].sort(),
        );
        expect(found).toEqual(wanted);
      }
    } finally {
      team.goHome();
    }
  }
});

test('a thread that is woken without an order does nothing', async () => {
  const ring = new Ring();
  const control = new Int32Array(new SharedArrayBuffer(CONTROL_BYTES));
  const file = fileURLToPath(new URL('../../dist/build-worker.cjs', import.meta.url));
  const workerData = {
    memory: ring.arena.memory,
    module: kernelModule(),
    control: control.buffer,
    setup: ring.setup(),
  };
  const worker = new Worker(file, { workerData });
  try {
    await once(worker, 'message');
    let woken = 0;
    for (let i = 0; i < 100 && woken < 3; i++) {
      woken += Atomics.notify(control, WORD.order);
      await delay(5);
    }
    expect(woken).toBe(3);
    expect(Atomics.load(control, WORD.done)).toBe(0);
  } finally {
    await worker.terminate();
  }
});

test('what ends a thread ends the work, with its own error', async () => {
  const ring = new Ring();
  // More nodes than any memory has: clearing their stamps leaves it.
  const team = await Team.gather(ring.arena, [ring.setup(), ring.setup(2 ** 32 - 1)]);
  try {
    const work = async () => {
      for (;;) await team.run(JOB.fillRows, 0, NODES, [ring.counts], 1);
    };
    await expect(work()).rejects.toThrow('memory access out of bounds');
  } finally {
    team.goHome();
  }
});
