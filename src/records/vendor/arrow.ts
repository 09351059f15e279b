/** What the Arrow reader takes from apache-arrow: the stream of record batches, and its types. */
export {
  CompressionType,
  compressionRegistry,
  type Data,
  type DataType,
  type Field,
  type RecordBatch,
  RecordBatchReader,
  Type,
  type Vector,
} from 'apache-arrow';
