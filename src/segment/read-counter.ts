/** Counts what was asked of the system, for `--explain`. */
export class ReadCounter {
  reads = 0;
  bytes = 0;
}
