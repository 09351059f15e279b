/** YAML 1.2, for the front matter of Markdown. */
export { parseDocument } from 'yaml';
