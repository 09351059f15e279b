/** Room for what is worked on, and for the eight bytes behind it that a load may touch. */
export const INPUT: usize = memory.data(65536 + 8, 16);

export function inputAt(): usize {
  return INPUT;
}
