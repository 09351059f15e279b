import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { untilAborted } from '../../src/records/index.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

describe('untilAborted', () => {
  it('passes everything on and keeps nothing of it', async () => {
    const kept: WeakRef<object>[] = [];
    async function* source() {
      for (let i = 0; i < 300; i++) {
        const item = { i };
        kept.push(new WeakRef(item));
        yield item;
      }
    }
    const { signal } = new AbortController();
    let sum = 0;
    for await (const { i } of untilAborted(source(), signal)) {
      sum += i;
      expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1);
      if (i !== 250) continue;
      // While it goes on: what the loop is done with must be gone.
      await new Promise((resolve) => setImmediate(resolve));
      collectGarbage();
      expect(kept.filter((reference) => reference.deref() !== undefined).length).toBeLessThan(10);
    }
    expect(sum).toBe((299 * 300) / 2);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('ends with the reason while the source waits, and before it is asked again', async () => {
    const abort = new AbortController();
    async function* source(): AsyncGenerator<number> {
      yield 1;
      await new Promise(() => {});
    }
    const items = untilAborted(source(), abort.signal);
    expect((await items.next()).value).toBe(1);
    const waiting = items.next();
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(untilAborted(source(), abort.signal).next()).rejects.toThrow('enough');
  });

  it("passes the source's own error on", async () => {
    async function* source(): AsyncGenerator<number> {
      yield 1;
      throw new Error('broken');
    }
    const items = untilAborted(source(), new AbortController().signal);
    await items.next();
    await expect(items.next()).rejects.toThrow('broken');
  });
});
