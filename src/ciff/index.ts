/**
 * ciff: the Common Index File Format, in which Anserini, PISA, Terrier and others exchange inverted indexes (Lin et al. 2020,
 * arXiv:2003.08276): a header, postings lists, documents; protobuf messages, each behind its length. Documents of a list are
 * numbers less the one before, the first as it is.
 */
export {
  type CiffDocument,
  type CiffHeader,
  type CiffList,
  encodeDocument,
  encodeHeader,
  encodeList,
} from './messages.js';
export { CiffReader } from './reader.js';
