import { didYouMean, UsageError } from '../errors/index.js';
import type { IndexReader } from '../index/index.js';

/** The vector field that a bare vector is for. @throws UsageError when there is none, or more than one */
export function soleVectorField(index: IndexReader, branches?: string[]): string {
  const names = index.manifest.schema.vectors.map((field) => field.name);
  const wanted = names.filter((name) => branches === undefined || branches.includes(name));
  if (wanted.length === 1) return wanted[0];
  const unknown = branches?.find((name) => !index.branchNames.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `no branch '${unknown}' in this index (there are: ${index.branchNames.join(', ')})${didYouMean(unknown, index.branchNames)}`,
    );
  }
  if (names.length > 0 && wanted.length === 0) {
    throw new UsageError(`the query is a vector, but --branches leaves out ${names.join(', ')}`);
  }
  if (names.length === 0) throw new UsageError('the index has no vector field');
  throw new UsageError(`which vector field? The index has ${names.join(', ')}: pick one with --branches`);
}
