/**
 * report: an evaluation as a page that people look at.
 *
 * Maps an evaluation, its figures by query and the sizes of an index to one HTML file: charts as SVG, each with a text that
 * says what it shows and its figures as a table. Good for: showing a result to someone, on any screen, without a network.
 * Not for: programs, which read --json.
 */
export { type PageContent, renderPage } from './page.js';
