import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDocuments, resolveInputs } from '../../src/records/index.js';
import { flat, fromText, messageOf, scratch, shown } from './helpers.js';

const files = scratch();

async function one(name: string, content: string | Uint8Array): Promise<unknown> {
  const path = files.file(name, content);
  const [input] = await resolveInputs([path], {});
  const [found] = shown(await flat(readDocuments(input)));
  return typeof found === 'string' ? found.replace(path, name) : found;
}

describe('front matter', () => {
  test('becomes fields, the rest is the text', async () => {
    const text =
      '---\ntitle: "On: pumps"\ntags: [a, b]\nyear: 1999\ndate: 2024-01-02\ndraft: true\n---\n# A heading\n\nBody.\n';
    expect(await one('a.md', text)).toEqual({
      _id: 'a.md',
      title: 'On: pumps',
      tags: ['a', 'b'],
      year: 1999,
      date: '2024-01-02',
      draft: true,
      text: '# A heading\n\nBody.\n',
    });
    expect(await one('crlf.md', '---\r\nx: 1\r\n---\r\n# T\r\nbody')).toEqual({
      _id: 'crlf.md',
      x: 1,
      title: 'T',
      text: '# T\r\nbody',
    });
    expect(await one('id.md', '---\n_id: mine\n---\nbody')).toEqual({ _id: 'mine', text: 'body' });
    expect(await one('none.md', '---\n---\nbody')).toEqual({ _id: 'none.md', text: 'body' });
  });

  test.each([
    '---\nnever closed\n',
    '---\nA rule, then prose.\n---\nmore',
    '----\na: 1\n---\n',
    ' ---\na: 1\n---\n',
    'x\n---\na: 1\n---\n',
  ])('is not taken for it: %j', async (text) => {
    expect(await one('b.md', text)).toEqual({ _id: 'b.md', text });
  });

  test('that is wrong is said', async () => {
    expect(await one('c.md', '---\na: 1\nb: [1, 2\n---\nbody')).toMatch(
      /^c\.md:\d: front matter that is not valid YAML \(.*\); mend it$/,
    );
    expect(await one('d.md', '---\ntext: 1\n---\n')).toBe(
      "d.md: front matter with a field 'text', which is the body's name; rename the field",
    );
    expect(await one('e.md', '---\n__proto__: 1\n---\n')).toBe(
      "e.md: '__proto__' can't be a field name; rename the field",
    );
    const bomb = `---\na: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((k, i) => `${k}: &${k} [${Array(9).fill(`*${'abcdefgh'[i]}`)}]`).join('\n')}\n---\n`;
    expect(await one('bomb.md', bomb)).toMatch(/^bomb\.md: front matter that can't be read \(.*alias/);
  });
});

describe('HTML', () => {
  test('title and what a reader sees', async () => {
    const html = `<!doctype html><html><head><meta charset=utf-8><title>A &amp;\n B</title><style>p{}</style>
      <script>if (a < b) "<p>no</p>"</script></head>
      <body><h1>Head<em>ing</em></h1><p>One <b>bold</b>word,<br>two&nbsp;caf&eacute;.<p>Three<ul><li>x<li>y</ul>
      <table><tr><td>1<td>2</table><pre>a
  b</pre><!-- no --></body></html>`;
    expect(await one('a.html', html)).toEqual({
      _id: 'a.html',
      title: 'A & B',
      text: 'Heading\nOne boldword,\ntwo café.\nThree\nx\ny\n1 2\na\n  b',
    });
  });

  test('the first heading where there is no title', async () => {
    expect(await one('b.htm', '<h1>First <i>one</i></h1><h1>Second</h1>text')).toEqual({
      _id: 'b.htm',
      title: 'First one',
      text: 'First one\nSecond\ntext',
    });
    expect(await one('c.html', 'bare')).toEqual({ _id: 'c.html', text: 'bare' });
  });

  test('another encoding, where it says so', async () => {
    const latin = Buffer.from('<meta charset="iso-8859-1"><p>caf\xe9', 'latin1');
    expect(await one('d.html', latin)).toEqual({ _id: 'd.html', text: 'café' });
    expect(await one('e.html', Buffer.from('<p>caf\xe9', 'latin1'))).toBe(
      'e.html: not valid UTF-8; convert the input to UTF-8',
    );
  });

  test('text without markup comes out as it is, whatever else there is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 5 }),
        fc.array(
          fc.constantFrom(
            '<p>',
            '</p>',
            '<div>',
            '<i>',
            '</i>',
            '<script>x</script>',
            '<!--x-->',
            '<br>',
            '<title>t</title>',
          ),
        ),
        async (words, tags) => {
          const html = words.map((word, i) => `<p>${word}</p>${tags[i] ?? ''}`).join('');
          const found = (await one('f.html', html)) as { text: string };
          expect(found.text.split('\n')).toEqual(words);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('TREC documents', () => {
  test('elements are fields, <TEXT> is the text', async () => {
    const sgml = `<DOC>
<DOCNO> FT911-1 </DOCNO>
<HEADLINE>
FT  14 MAY 91 / A &amp; B
</HEADLINE>
<DATE>910514</DATE>
<TEXT>
<P>First
part</P>
Second.
</TEXT>
<TEXT>Third.</TEXT>
</DOC>

<doc>
<docno>2</docno>
<DOCHDR>http://x</DOCHDR>
<html><title>Page</title><body><p>Web <b>text</b>.</body></html>
</doc>
`;
    expect(shown(await fromText(sgml, 'trec'))).toEqual([
      { _id: 'FT911-1', title: 'FT 14 MAY 91 / A & B', date: '910514', text: 'First part\nSecond. Third.' },
      { _id: '2', title: 'Page', text: 'Web text.' },
    ]);
  });

  test('what is wrong is said', async () => {
    expect(await messageOf(() => fromText('<DOC>\n<DOCNO>1</DOCNO>\n', 'trec'))).toBe(
      'InputError: stdin:1: this <DOC> is never closed; end it with </DOC>',
    );
    expect(await messageOf(() => fromText('\n<DOC>\n<DOC>\n', 'trec'))).toBe(
      'InputError: stdin:3: <DOC> inside a <DOC>; end it with </DOC>',
    );
    expect(await messageOf(() => fromText('prose\n', 'trec'))).toBe(
      'InputError: stdin: no <DOC> in it, on a line of its own; check that it is TREC documents',
    );
    expect(shown(await fromText('<DOC>\n<TEXT>x</TEXT>\n</DOC>\n', 'trec'))).toEqual([
      'stdin:1: a <DOC> without a <DOCNO>; give it one',
    ]);
    expect(
      shown(
        await fromText(
          `<DOC>\n<DOCNO>1</DOCNO>\n${'x'.repeat(200)}\n</DOC>\n<DOC>\n<DOCNO>2</DOCNO>\n</DOC>\n`,
          'trec',
          { maxRecordBytes: 100 },
        ),
      ),
    ).toEqual(['stdin:1: a record of 218 bytes, above the limit of 100; split it', { _id: '2', text: '' }]);
  });

  test('many unclosed tags take no longer than they are', async () => {
    const many = `<DOC>\n<DOCNO>1</DOCNO>\n${'<a><b>'.repeat(200_000)}\n</DOC>\n`;
    expect(shown(await fromText(many, 'trec'))).toEqual([{ _id: '1', text: '' }]);
  });
});
