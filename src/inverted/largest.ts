const GROUP = 16;

/** Takes values from the largest on, one at a time: the largest of each group of them is kept, so that 32 of 256 are looked at. */
export class Largest {
  private readonly values: Float64Array;
  private readonly count: number;
  /** Largest of each group. */
  private readonly most: Float64Array;

  /** @param values of which the first `count` are taken; those that were become -1 */
  constructor(values: Float64Array, count: number) {
    this.values = values;
    this.count = count;
    this.most = new Float64Array(Math.ceil(count / GROUP));
    for (let group = 0; group < this.most.length; group++) this.look(group);
  }

  /** @returns the largest that is left, and where it was: the first of equals */
  take(): { value: number; at: number } {
    const { values, most } = this;
    let group = 0;
    for (let other = 1; other < most.length; other++) if (most[other] > most[group]) group = other;
    const value = most[group];
    let at = group * GROUP;
    while (values[at] !== value) at++;
    values[at] = -1;
    this.look(group);
    return { value, at };
  }

  private look(group: number): void {
    const { values } = this;
    const end = Math.min(this.count, (group + 1) * GROUP);
    let most = values[group * GROUP];
    for (let i = group * GROUP + 1; i < end; i++) if (values[i] > most) most = values[i];
    this.most[group] = most;
  }
}
