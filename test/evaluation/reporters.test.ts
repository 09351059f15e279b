import { describe, expect, it } from 'vitest';
import {
  compareSeveral,
  type EvalReport,
  toGithub,
  toJunit,
  toMarkdown,
} from '../../src/evaluation/index.js';

const perQuery = (values: number[]) => Object.fromEntries(values.map((AP, i) => [`q${i}`, { AP }]));
const report: EvalReport = {
  schema: 'shortlist.eval@1',
  queries: 3,
  measures: { AP: 0.28125, 'nDCG@10': 0.5 },
  latency: { p50Ms: 0.5, p95Ms: 1, p99Ms: 2, meanMs: 0.6, maxMs: 2 },
  qps: 1666.6,
  runs: [
    {
      name: 'text',
      measures: { AP: 0.28125, 'nDCG@10': 0.5 },
      latency: { p50Ms: 0.5, p95Ms: 1, p99Ms: 2, meanMs: 0.6, maxMs: 2 },
      qps: 1666.6,
    },
    { name: 'a|b<c>', measures: { AP: 1 } },
  ],
  primary: 'text',
  assertions: [
    { text: 'AP>=0.2', wanted: '>= 0.2', got: 0.28125, passed: true },
    { text: 'nDCG@10>=0.6', wanted: '>= 0.6', got: 0.5, passed: false },
    { text: 'p95Ms<1', wanted: '< 1', got: undefined, passed: false },
  ],
  comparisons: compareSeveral(
    perQuery([0.5, 0.5, 0.5]),
    [{ name: 'text', perQuery: perQuery([0.25, 0.5, 0.75]) }],
    ['AP'],
    { resamples: 100 },
  ),
  warnings: ['50% of q,1: missing\nand more'],
};

describe('reporters', () => {
  it('markdown', () => {
    expect(toMarkdown(report)).toMatchInlineSnapshot(`
      "| run | AP | nDCG@10 | p50 ms | p95 ms | QPS |
      | --- | ---: | ---: | ---: | ---: | ---: |
      | **text** | 0.2812 | 0.5000 | 0.500 | 1.000 | 1667 |
      | a\\|b\\<c\\> | 1.0000 |  |  |  |  |

      3 queries.

      ### Against the baseline

      | run | measure | baseline | now | difference | 95 % | p (t) | p (randomisation) | won / lost / same |
      | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
      | text | AP | 0.5000 | 0.5000 | 0.0000 | -0.1667 … +0.2500 | 1.0000 | 1.0000 | 1 / 1 / 1 |

      Worst in AP of text: \`q0\` -0.2500

      - ✅ \`AP>=0.2\`: 0.28125
      - ❌ \`nDCG@10>=0.6\`: wanted >= 0.6, got 0.5
      - ❌ \`p95Ms<1\`: wanted < 1, got nothing

      > ⚠️ 50% of q,1: missing and more
      "
    `);
  });

  it('junit', () => {
    expect(toJunit(report)).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="shortlist eval" tests="3" failures="2" errors="0">
        <testsuite name="text" tests="3" failures="2" errors="0">
          <properties>
            <property name="queries" value="3"/>
            <property name="AP" value="0.28125"/>
            <property name="nDCG@10" value="0.5"/>
            <property name="p50Ms" value="0.5"/>
            <property name="p95Ms" value="1"/>
            <property name="p99Ms" value="2"/>
            <property name="meanMs" value="0.6"/>
            <property name="maxMs" value="2"/>
            <property name="qps" value="1666.6"/>
          </properties>
          <testcase classname="text" name="AP&gt;=0.2"/>
          <testcase classname="text" name="nDCG@10&gt;=0.6">
            <failure message="nDCG@10&gt;=0.6: wanted &gt;= 0.6, got 0.5">nDCG@10&gt;=0.6: wanted &gt;= 0.6, got 0.5</failure>
          </testcase>
          <testcase classname="text" name="p95Ms&lt;1">
            <failure message="p95Ms&lt;1: wanted &lt; 1, got nothing">p95Ms&lt;1: wanted &lt; 1, got nothing</failure>
          </testcase>
          <system-out>50% of q,1: missing
      and more</system-out>
        </testsuite>
      </testsuites>
      "
    `);
  });

  it('junit escapes what XML forbids', () => {
    const odd = toJunit({ ...report, warnings: ['\u0000]]>&\ud800'], assertions: [] });
    expect(odd).toContain('<system-out>\ufffd]]&gt;&amp;\ufffd</system-out>');
    expect(odd).toContain('tests="0" failures="0"');
  });

  it('github', () => {
    expect(toGithub(report)).toMatchInlineSnapshot(`
      "::error title=nDCG@10>=0.6::wanted >= 0.6, got 0.5
      ::error title=p95Ms<1::wanted < 1, got nothing
      ::warning title=shortlist eval::50%25 of q,1: missing%0Aand more
      ::notice title=text::AP 0.2812, nDCG@10 0.5000 over 3 queries
      "
    `);
  });
});
