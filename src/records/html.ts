/** Elements whose content is not read. */
const SILENT = new Set(['script', 'style', 'noscript', 'template', 'svg', 'math', 'iframe', 'object']);
/** Elements in a line of text: those not listed here or below begin and end a line of their own. */
const INLINE = new Set(
  'a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small span strike strong sub sup time tt u var wbr'.split(
    ' ',
  ),
);
/** Elements at which a word ends, but not the line. */
const CELLS = new Set(['td', 'th', 'button', 'option', 'img', 'input', 'select']);
const PREFORMATTED = new Set(['pre', 'textarea']);

export interface HtmlText {
  /** Of <title>, else the first <h1>. */
  title?: string;
  /** Paragraphs and other blocks, a line each; white space as a browser shows it. */
  text: string;
}

/**
 * Title and text of an HTML document: what a reader sees, without scripts and styles. Reads tags in their order, not a
 * tree, so that no nesting is too deep. O(length).
 */
export async function htmlToText(html: string): Promise<HtmlText> {
  const { Tokenizer } = await import('./vendor/htmlparser2.js');
  const writer = new TextWriter();
  let name = '';
  const nothing = () => {};
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      onopentagname(start, end) {
        name = html.slice(start, end).toLowerCase();
        writer.open(name);
      },
      onselfclosingtag() {
        // HTML ignores the slash but in what is foreign to it.
        if (SILENT.has(name) && name !== 'script' && name !== 'style') writer.close(name);
      },
      onclosetag: (start, end) => writer.close(html.slice(start, end).toLowerCase()),
      ontext: (start, end) => writer.write(html.slice(start, end)),
      ontextentity: (codepoint) => writer.write(String.fromCodePoint(codepoint)),
      oncdata: nothing,
      oncomment: nothing,
      ondeclaration: nothing,
      onprocessinginstruction: nothing,
      onattribname: nothing,
      onattribdata: nothing,
      onattribentity: nothing,
      onattribend: nothing,
      onopentagend: nothing,
      onend: nothing,
    },
  );
  tokenizer.write(html);
  tokenizer.end();
  return writer.finish();
}

class TextWriter {
  private readonly lines: string[] = [];
  private line: string[] = [];
  private silent = 0;
  private preformatted = 0;
  private inTitle = false;
  private title: string[] | undefined;
  /** Line that the first <h1> begins on, until that is closed. */
  private headingAt: number | undefined;
  private heading: string | undefined;

  open(name: string): void {
    if (name === 'title') {
      this.inTitle = this.silent === 0;
      if (this.inTitle) this.title ??= [];
    }
    if (SILENT.has(name)) this.silent++;
    if (this.silent > 0) return;
    this.boundary(name);
    if (PREFORMATTED.has(name)) this.preformatted++;
    if (name === 'h1' && this.heading === undefined) this.headingAt ??= this.lines.length;
  }

  close(name: string): void {
    if (name === 'title') this.inTitle = false;
    if (SILENT.has(name)) {
      this.silent = Math.max(0, this.silent - 1);
      return;
    }
    if (this.silent > 0) return;
    this.boundary(name);
    if (PREFORMATTED.has(name)) this.preformatted = Math.max(0, this.preformatted - 1);
    if (name === 'h1' && this.headingAt !== undefined && this.heading === undefined) {
      this.heading = this.lines.slice(this.headingAt).join(' ');
    }
  }

  write(text: string): void {
    if (this.inTitle) this.title?.push(text);
    else if (this.silent === 0) this.line.push(text);
  }

  finish(): HtmlText {
    this.endLine();
    const text = this.lines.join('\n');
    const title = oneLine(this.title?.join('') ?? '') || this.heading;
    return title ? { title, text } : { text };
  }

  private boundary(name: string): void {
    if (CELLS.has(name)) this.line.push(' ');
    else if (!INLINE.has(name)) this.endLine();
  }

  private endLine(): void {
    const line = this.line.join('');
    this.line = [];
    const kept = this.preformatted > 0 ? line.trimEnd() : oneLine(line);
    if (kept !== '') this.lines.push(kept);
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/**
 * An HTML file as text: UTF-8, else in the encoding its <meta> names.
 * @returns undefined where it is neither
 */
export function decodeHtml(bytes: Uint8Array, utf8: string | undefined): string | undefined {
  if (utf8 !== undefined) return utf8;
  const head = Buffer.from(bytes.subarray(0, 4096)).toString('latin1');
  const label = /<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(head)?.[1];
  if (label === undefined || /^utf-?8$/i.test(label)) return undefined;
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
