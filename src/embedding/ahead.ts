/** Items whose vectors are on their way: what a command may hold back, and what it can take as a batch. */
export const AHEAD = 512;

/**
 * Items with what is made of each, in order; up to 512 are begun before the first is waited for.
 * @param begin may give undefined: nothing is made of the item
 * @param ended is called when all are begun
 */
export async function* ahead<T, V>(
  items: AsyncIterable<T>,
  begin: (item: T) => Promise<V> | undefined,
  ended: () => void,
): AsyncGenerator<{ item: T; made: V | undefined }> {
  const queue: { item: T; made: Promise<V> | undefined }[] = [];
  const first = async () => {
    const { item, made } = queue.shift() as (typeof queue)[number];
    return { item, made: await made };
  };
  for await (const item of items) {
    const made = begin(item);
    // Looked at when its turn comes; until then a failure must not count as unhandled.
    made?.catch(() => {});
    queue.push({ item, made });
    if (queue.length >= AHEAD) yield await first();
  }
  ended();
  while (queue.length > 0) yield await first();
}
