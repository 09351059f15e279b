/** Why a text is not JSON (RFC 8259). */
export interface JsonFault {
  /** 0-based UTF-16 offset of the first character that can't stand where it is. */
  offset: number;
  /** What could stand there. */
  expected: string;
}

/**
 * Finds the first fault of a text that JSON.parse refused, because V8's own messages change from version to version
 * and often lack the position. Iterative, so that deep nesting costs no stack; O(length). Undefined where the text
 * is JSON after all.
 */
export function jsonFault(text: string): JsonFault | undefined {
  const open: ('[' | '{')[] = [];
  let at = 0;
  let state: 'value' | 'firstValue' | 'firstKey' | 'key' | 'after' = 'value';

  const space = () => {
    while (at < text.length && ' \t\n\r'.includes(text[at])) at++;
  };

  for (;;) {
    space();
    const c = text[at];
    if (state === 'after') {
      const inside = open.at(-1);
      if (inside === undefined)
        return at < text.length ? { offset: at, expected: 'the end of the record' } : undefined;
      if (c === ',') {
        at++;
        state = inside === '{' ? 'key' : 'value';
      } else if (c === (inside === '{' ? '}' : ']')) {
        at++;
        open.pop();
      } else {
        return { offset: at, expected: inside === '{' ? "',' or '}'" : "',' or ']'" };
      }
      continue;
    }
    if (state === 'firstKey' || state === 'key') {
      if (c === '}' && state === 'firstKey') {
        at++;
        open.pop();
        state = 'after';
        continue;
      }
      if (c !== '"')
        return { offset: at, expected: state === 'key' ? 'a quoted name' : "a quoted name or '}'" };
      const fault = string();
      if (fault !== undefined) return fault;
      space();
      if (text[at] !== ':') return { offset: at, expected: "':'" };
      at++;
      state = 'value';
      continue;
    }
    if (c === ']' && state === 'firstValue') {
      at++;
      open.pop();
      state = 'after';
      continue;
    }
    if (c === '{' || c === '[') {
      at++;
      open.push(c);
      state = c === '{' ? 'firstKey' : 'firstValue';
      continue;
    }
    const fault = c === '"' ? string() : scalar();
    if (fault !== undefined) return fault;
    state = 'after';
  }

  function string(): JsonFault | undefined {
    at++;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x22) {
        at++;
        return undefined;
      }
      if (code < 0x20) return { offset: at, expected: 'an escape (a raw control character stands here)' };
      if (code !== 0x5c) continue;
      at++;
      if (text[at] === 'u') {
        for (let digit = 0; digit < 4; digit++) {
          at++;
          if (!/^[0-9a-fA-F]$/.test(text[at] ?? ''))
            return { offset: at, expected: 'four hexadecimal digits after \\u' };
        }
      } else if (at >= text.length || !'"\\/bfnrt'.includes(text[at])) {
        return { offset: at, expected: 'an escape such as \\n or \\"' };
      }
    }
    return { offset: at, expected: 'a closing quote' };
  }

  function scalar(): JsonFault | undefined {
    for (const word of ['true', 'false', 'null']) {
      if (text[at] !== word[0]) continue;
      for (const letter of word) {
        if (text[at] !== letter) return { offset: at, expected: `'${word}'` };
        at++;
      }
      return undefined;
    }
    const start = at;
    if (text[at] === '-') at++;
    if (text[at] === '0') at++;
    else if (!digits()) return { offset: at, expected: at === start ? 'a value' : 'a digit' };
    if (text[at] === '.') {
      at++;
      if (!digits()) return { offset: at, expected: 'a digit' };
    }
    if (text[at] === 'e' || text[at] === 'E') {
      at++;
      if (text[at] === '+' || text[at] === '-') at++;
      if (!digits()) return { offset: at, expected: 'a digit' };
    }
    return undefined;
  }

  function digits(): boolean {
    const start = at;
    while (text[at] >= '0' && text[at] <= '9') at++;
    return at > start;
  }
}
