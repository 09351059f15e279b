import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Inflates the members of a gzip stream; errors are zlib's. @param chunkBytes of inflated data at a time */
export async function* inflateGzip(
  chunks: AsyncGenerator<Buffer>,
  chunkBytes: number,
): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  // The iterator below sees every error that pipeline does; the callback only keeps it from being thrown twice.
  pipeline(Readable.from(chunks, { highWaterMark: 1 }), gunzip, () => {});
  for await (const chunk of gunzip) yield chunk as Buffer;
}
