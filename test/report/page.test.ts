import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderPage } from '../../src/report/index.js';
import { fixtures, ok, scratch, shortlist } from '../helpers/cli.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Where a Chromium stands; SHORTLIST_CHROMIUM names another. Without one the tests of the page in a browser are skipped. */
const chromium = [
  process.env.SHORTLIST_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => path !== undefined && existsSync(path));
if (chromium === undefined) console.warn('no Chromium found (SHORTLIST_CHROMIUM=path): pages are not opened');

const cwd = scratch();
const articles = `${fixtures}articles`;
const file = (name: string) => join(cwd, `${name}.html`);
const judged = ['--queries', `${articles}/queries.jsonl`, '--qrels', `${articles}/qrels/test.tsv`];

/** Pages with every section between them. */
beforeAll(() => {
  const [text, older, graph] = ['text', 'older', 'graph'].map((name) => join(cwd, `${name}.index`));
  ok(['build', articles, '-o', text, '-q']);
  ok(['build', articles, '-o', older, '--stemmer', 'none', '-q']);
  ok(['build', `${fixtures}vectors/base.bvecs`, '-o', graph, '--metric', 'l2', '-q']);
  const gates = ['--assert', 'nDCG@10>=0.1', '--assert', 'AP>=0.99', '--baseline', older];
  expect(shortlist(['eval', text, ...judged, ...gates, '--report', file('baseline')]).code).toBe(1);
  const sweep = ['--exact', '--sweep', 'efSearch=10..200', '--target-recall', '0.95'];
  ok(['eval', graph, '--queries', `${fixtures}vectors/query.bvecs`, ...sweep, '--report', file('sweep')]);
  ok(['eval', text, ...judged, '--save-run', join(cwd, 'a.run'), '-q']);
  ok(['eval', '--run', join(cwd, 'a.run'), ...judged.slice(2), '--report', file('run')]);
});

const sections: Record<string, string[]> = {
  baseline: ['Conditions', 'Runs', 'Against the baseline', 'Query by query', 'Latency', 'Index'],
  sweep: ['Runs', 'Quality against speed', 'Query by query', 'Latency', 'Index'],
  run: ['Runs', 'Query by query'],
};

describe('eval --report', () => {
  it('prints what it prints without, and says nothing of the page but a remark', () => {
    const text = join(cwd, 'text.index');
    const plain = JSON.parse(ok(['eval', text, ...judged, '--json']).stdout);
    const found = ok(['eval', text, ...judged, '--json', '--report', file('again')]);
    const report = JSON.parse(found.stdout);
    expect(Object.keys(report)).toEqual(Object.keys(plain));
    expect(report.measures).toEqual(plain.measures);
    expect(report.runs[0].perQuery).toBeUndefined();
    expect(found.stderr).toBe(`report: ${file('again')}\n`);
  });

  it('refuses a place that cannot be written before any work, and stdout', () => {
    for (const target of [join(cwd, 'nowhere', 'x.html'), cwd, '-']) {
      const { code, stdout, stderr } = shortlist([
        ...['eval', join(cwd, 'text.index'), ...judged],
        '--report',
        target,
      ]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  it('is one file that asks for nothing', () => {
    for (const name of Object.keys(sections)) {
      const html = readFileSync(file(name), 'utf8');
      expect(html).not.toMatch(/<script|https?:\/\/|src=|url\(|@import/);
      expect(html).toContain("default-src 'none'");
    }
  });

  it('has the figures of --json', () => {
    const text = join(cwd, 'text.index');
    const args = [...judged, '--baseline', join(cwd, 'older.index'), '--json', '--per-query'];
    const report = JSON.parse(ok(['eval', text, ...args]).stdout);
    const html = readFileSync(file('baseline'), 'utf8');
    for (const [name, value] of Object.entries<number>(report.measures))
      expect(html).toContain(`<dt>${name}</dt><dd>${value.toFixed(4)}</dd>`);
    for (const { difference, wins, losses, ties } of report.comparisons)
      expect(html).toMatch(
        new RegExp(
          `<td>[+-]?${Math.abs(difference).toFixed(4).replace('.', '\\.')}</td>.*<td>${wins}</td><td>${losses}</td><td>${ties}</td></tr>`,
        ),
      );
    // Every query is in one bar of each histogram, and every one of them is timed.
    const counts = (id: string) => {
      const rows = html
        .split(`<figure id="${id}">`)[1]
        .split('</figure>')[0]
        .matchAll(/<td>(\d+)<\/td><\/tr>/g);
      return [...rows].reduce((sum, [, count]) => sum + Number(count), 0);
    };
    for (const i of Object.keys(Object.keys(report.measures))) expect(counts(`queries-${i}`)).toBe(25);
    expect(counts('latency')).toBe(25);
    const info = JSON.parse(ok(['info', text, '--json']).stdout);
    for (const part of Object.keys(info.bytes).filter((name) => name !== 'total'))
      expect(html.split('<figure id="anatomy">')[1]).toContain(`>${part}: `);
  });

  it('takes names from files as text, and figures that are not numbers', () => {
    const evil = '<img src=x onerror=alert(1)>"\'&';
    const run = { name: evil, measures: { AP: 0 } };
    const html = renderPage({
      report: {
        schema: 'shortlist.eval@1',
        queries: 1,
        measures: { AP: 0 },
        runs: [run],
        primary: evil,
        assertions: [{ text: evil, wanted: evil, got: undefined, passed: false }],
        warnings: [evil],
      },
      details: {
        perQuery: new Map([[evil, { [evil]: { AP: 0 }, q2: { AP: Number.NaN } }]]),
        times: new Map(),
      },
      subject: evil,
      date: new Date(0),
    });
    expect(html).not.toContain('<img');
    expect(html).toContain('&#60;img');
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe.skipIf(chromium === undefined)('the page in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await puppeteer.launch({
      executablePath: chromium,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    });
  });
  afterAll(() => browser?.close());

  /** The page on a screen, and whatever went wrong on it. */
  async function open(name: string, scheme: 'light' | 'dark', width: number): Promise<[Page, string[]]> {
    const page = await browser.newPage();
    const wrong: string[] = [];
    page.on('console', (message) => wrong.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => wrong.push(`error: ${error}`));
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) wrong.push(`request: ${request.url()}`);
    });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.setViewport({ width, height: 900 });
    await page.setBypassCSP(true);
    await page.goto(pathToFileURL(file(name)).href);
    return [page, wrong];
  }

  const screens = [
    ['light', 390],
    ['light', 1280],
    ['dark', 390],
    ['dark', 1280],
  ] as const;
  it.each(screens)(
    '%s, %i wide: no error, nothing axe objects to, nothing cut off',
    async (scheme, width) => {
      for (const [name, wanted] of Object.entries(sections)) {
        const [page, wrong] = await open(name, scheme, width);
        await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
        await page.evaluate(axe);
        const violations = (await page.evaluate(`axe.run(document, { resultTypes: ['violations'] })
        .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => [id, html, failureSummary].join(' | '))))`)) as string[];
        expect(violations, name).toEqual([]);
        const seen = (await page.evaluate(`({
        sections: [...document.querySelectorAll('h2')].map((one) => one.textContent),
        width: document.documentElement.scrollWidth,
        dark: getComputedStyle(document.body).backgroundColor,
        charts: [...document.querySelectorAll('svg')].filter((one) => one.getClientRects().length > 0).map((one) => ({
          role: one.getAttribute('role'),
          name: one.getAttribute('aria-labelledby').split(' ').map((id) => document.getElementById(id).textContent).join('; '),
          cut: [...one.querySelectorAll('text')].filter((text) => {
            const [inner, outer] = [text.getBoundingClientRect(), one.getBoundingClientRect()];
            return inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
          }).map((text) => text.textContent),
          size: Math.min(...[...one.querySelectorAll('text')].map((text) => text.getBoundingClientRect().height)),
        })),
        figures: document.querySelectorAll('figure').length,
        tables: document.querySelectorAll('figure details table').length,
      })`)) as {
          sections: string[];
          width: number;
          dark: string;
          charts: { role: string; name: string; cut: string[]; size: number }[];
          figures: number;
          tables: number;
        };
        expect(seen.sections).toEqual(wanted);
        expect(seen.width, 'no sideways scrolling of the page').toBeLessThanOrEqual(width);
        expect(seen.dark).toBe(scheme === 'dark' ? 'rgb(20, 23, 26)' : 'rgb(255, 255, 255)');
        // One drawing of each figure is on the screen, with a name, a sentence and a table.
        expect(seen.charts).toHaveLength(seen.figures);
        expect(seen.tables).toBe(seen.figures);
        for (const chart of seen.charts) {
          expect(chart.role).toBe('img');
          expect(chart.name).toMatch(/\S; \S/);
          expect(chart.cut, `${name}: ${chart.name}`).toEqual([]);
          expect(chart.size, 'letters that can be read').toBeGreaterThan(11);
        }
        expect(wrong).toEqual([]);
        await page.close();
      }
    },
  );

  it('is read by keyboard: links, tables behind the charts, tables that scroll', async () => {
    const [page] = await open('baseline', 'light', 390);
    const reached = new Set<string>();
    for (let i = 0; i < 120; i++) {
      await page.keyboard.press('Tab');
      const tag = (await page.evaluate(
        "document.activeElement.getAttribute('role') ?? document.activeElement.tagName",
      )) as string;
      reached.add(tag);
      if (tag === 'SUMMARY') {
        const before = await page.evaluate('document.activeElement.parentElement.open');
        await page.keyboard.press('Enter');
        expect(await page.evaluate('document.activeElement.parentElement.open')).toBe(!before);
      }
    }
    expect([...reached]).toEqual(expect.arrayContaining(['A', 'SUMMARY', 'region']));
    await page.close();
  });
});
