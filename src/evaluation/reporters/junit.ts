import type { EvalReport } from '../report.js';

/**
 * A report as JUnit XML: a test case for each assertion, failed where it did not hold; figures as properties, warnings
 * as system-out.
 */
export function toJunit(report: EvalReport): string {
  const failed = report.assertions.filter(({ passed }) => !passed).length;
  const counts = `tests="${report.assertions.length}" failures="${failed}" errors="0"`;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="shortlist eval" ${counts}>`,
    `  <testsuite name="${xml(report.primary)}" ${counts}>`,
    '    <properties>',
    `      <property name="queries" value="${report.queries}"/>`,
    ...Object.entries({
      ...report.measures,
      ...report.latency,
      ...(report.qps === undefined ? {} : { qps: report.qps }),
    }).map(([name, value]) => `      <property name="${xml(name)}" value="${value}"/>`),
    '    </properties>',
  ];
  for (const { text, wanted, got, passed } of report.assertions) {
    const open = `    <testcase classname="${xml(report.primary)}" name="${xml(text)}"`;
    if (passed) lines.push(`${open}/>`);
    else {
      const message = xml(`${text}: wanted ${wanted}, got ${got ?? 'nothing'}`);
      lines.push(`${open}>`, `      <failure message="${message}">${message}</failure>`, '    </testcase>');
    }
  }
  if (report.warnings.length > 0)
    lines.push(`    <system-out>${xml(report.warnings.join('\n'))}</system-out>`);
  lines.push('  </testsuite>', '</testsuites>');
  return `${lines.join('\n')}\n`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for XML 1.0, in which most control characters can't stand at all. */
function xml(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML forbids
      .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => ENTITIES[character])
  );
}
