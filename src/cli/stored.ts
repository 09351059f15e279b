/** The fields asked for, in that order; all of them for undefined or 'all'. Missing ones are left out. */
export function pickFields(
  stored: Record<string, unknown>,
  names: string[] | undefined,
): Record<string, unknown> {
  if (names === undefined || (names.length === 1 && names[0] === 'all' && !Object.hasOwn(stored, 'all')))
    return stored;
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(stored, name)).map((name) => [name, stored[name]]),
  );
}
