import { nearest, UsageError } from '../errors/index.js';

/** What `--vectors emb=base.fvecs.gz,ids=ids.txt.gz` names. */
export interface VectorsArgument {
  field: string;
  path: string;
  /** A file of ids, one a line, that joins the rows to documents; without it rows are aligned with documents. */
  ids?: string;
}

const SHAPE = 'FIELD=PATH[,ids=PATH], such as emb=base.fvecs.gz';

/**
 * Parses `FIELD=PATH[,ids=PATH]`. The field ends at the first '=', the ids begin at the last ',ids='.
 * @throws UsageError naming `option`
 */
export function parseVectorsArgument(text: string, option = '--vectors'): VectorsArgument {
  const fail = (reason: string) => new UsageError(`${option} ${text}: ${reason}; expected ${SHAPE}`);
  const equals = text.indexOf('=');
  if (equals < 0) throw fail("no '=' after a field name");
  const field = text.slice(0, equals);
  if (field === '') throw fail('the field name is empty');
  if (field === '__proto__') throw fail("'__proto__' can't be a field name");

  const rest = text.slice(equals + 1);
  const cut = rest.lastIndexOf(',ids=');
  const path = cut < 0 ? rest : rest.slice(0, cut);
  if (path === '') throw fail('the path is empty');
  const typo = /,([a-z]+)=[^,]*$/i.exec(rest)?.[1];
  if (cut < 0 && typo !== undefined && nearest(typo, ['ids']) !== undefined) {
    throw fail(`unknown part '${typo}='; did you mean 'ids='?`);
  }
  if (cut < 0) return { field, path };
  const ids = rest.slice(cut + ',ids='.length);
  if (ids === '') throw fail('the path of the ids is empty');
  return { field, path, ids };
}
