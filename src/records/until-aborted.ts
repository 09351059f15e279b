/**
 * The items of a source until a signal aborts, also while the source waits for input.
 * @throws the signal's reason
 */
export async function* untilAborted<T>(
  source: AsyncGenerator<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  if (signal === undefined) {
    yield* source;
    return;
  }
  for (;;) {
    signal.throwIfAborted();
    const next = await nextOrAbort(source, signal);
    if (next.done) return;
    yield next.value;
  }
}

/**
 * A promise of its own for every item: racing against one promise that lives as long as the signal would keep every
 * item ever raced in memory.
 */
function nextOrAbort<T>(source: AsyncGenerator<T>, signal: AbortSignal): Promise<IteratorResult<T, unknown>> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    const settle = <A>(settler: (value: A) => void) => {
      return (value: A) => {
        signal.removeEventListener('abort', stop);
        settler(value);
      };
    };
    signal.addEventListener('abort', stop, { once: true });
    source.next().then(settle(resolve), settle(reject));
  });
}
