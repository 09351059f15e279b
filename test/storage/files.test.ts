import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CorruptError, ResourceError, TruncatedError } from '../../src/errors/index.js';
import { fromSystem, readExactly, syncDirectory, writeExactly } from '../../src/storage/index.js';
import { scratch, thrown } from './scratch.js';

const { root, path } = scratch();

function withFile<T>(content: Uint8Array | string, use: (fd: number, name: string) => T, flags = 'r+'): T {
  const name = path();
  writeFileSync(name, content);
  const fd = openSync(name, flags);
  try {
    return use(fd, name);
  } finally {
    closeSync(fd);
  }
}

describe('readExactly', () => {
  test('fills the target from the position, wherever the target lies in its buffer', () => {
    withFile('0123456789', (fd, name) => {
      const buffer = new Uint8Array(8).fill(0x2e);
      readExactly(fd, buffer.subarray(2, 6), 3, name);
      expect(Buffer.from(buffer).toString()).toBe('..3456..');
      readExactly(fd, new Uint8Array(0), 99, name);
    });
  });

  test('fills shared memory', () => {
    withFile('0123456789', (fd, name) => {
      const target = new Uint8Array(new SharedArrayBuffer(4));
      readExactly(fd, target, 6, name);
      expect([...target]).toEqual([...'6789'].map((c) => c.charCodeAt(0)));
    });
  });

  test.each([
    ['the last byte is missing', 10, 1, 10, 11],
    ['all of it lies behind the end', 20, 5, 20, 25],
  ])('%s: TruncatedError', (_, position, length, found, expected) => {
    withFile('0123456789', (fd, name) => {
      const error = thrown(() => readExactly(fd, new Uint8Array(length), position, name));
      expect(error).toBeInstanceOf(TruncatedError);
      expect(error.message).toContain(`truncated: ${found} bytes of ${expected};`);
    });
  });

  test('positions beyond 4 GiB reach where they say', () => {
    withFile('', (fd, name) => {
      const far = 5 * 2 ** 30 + 7;
      ftruncateSync(fd, far);
      writeExactly(fd, Buffer.from('far'), far, name);
      const back = Buffer.alloc(5);
      readExactly(fd, back, far - 2, name);
      expect(back.toString('latin1')).toBe('\0\0far');
    });
  });
});

describe('writeExactly', () => {
  test('writes all of the bytes at the position', () => {
    withFile('..........', (fd, name) => {
      writeExactly(fd, Buffer.from('xabcx').subarray(1, 4), 4, name);
      expect(readFileSync(name, 'utf8')).toBe('....abc...');
    });
  });

  test('a refusal that is not about space comes through as it is', () => {
    const code = withFile('', (fd, name) => thrown(() => writeExactly(fd, Buffer.from('a'), 0, name)), 'r');
    expect((code as NodeJS.ErrnoException).code).toBe('EBADF');
  });

  test.skipIf(process.platform !== 'linux')('a full disk is a ResourceError', () => {
    const fd = openSync('/dev/full', 'w');
    try {
      const error = thrown(() => writeExactly(fd, Buffer.from('a'), 0, 'index/segment'));
      expect(error).toBeInstanceOf(ResourceError);
      expect(error.message).toBe('index/segment: no space left on the disk');
      expect((error.cause as NodeJS.ErrnoException).code).toBe('ENOSPC');
    } finally {
      closeSync(fd);
    }
  });
});

describe('fromSystem', () => {
  test.each([
    ['ENOSPC', 'no space left on the disk'],
    ['EDQUOT', 'the disk quota is used up'],
    ['EFBIG', 'the file is larger than the file system allows'],
    ['ENOMEM', 'out of memory'],
    ['EMFILE', 'too many open files'],
    ['ENFILE', 'too many open files on this machine'],
  ])('%s becomes a ResourceError: %s', (code, what) => {
    const cause = Object.assign(new Error('from the system'), { code });
    const error = fromSystem(cause, 'here') as ResourceError;
    expect(error).toBeInstanceOf(ResourceError);
    expect(error.message).toBe(`here: ${what}`);
    expect(error.exitCode).toBe(5);
    expect(error.cause).toBe(cause);
  });

  test('anything else comes back as it is', () => {
    const missing = Object.assign(new Error('no such file'), { code: 'ENOENT' });
    const ours = new CorruptError('x', 'y');
    for (const error of [missing, ours, new TypeError('z'), 'text', undefined, null]) {
      expect(fromSystem(error, 'here')).toBe(error);
    }
  });
});

test('syncDirectory takes a directory and refuses what is not there', () => {
  syncDirectory(root);
  expect((thrown(() => syncDirectory(path('nowhere'))) as NodeJS.ErrnoException).code).toBe('ENOENT');
});
