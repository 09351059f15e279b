/**
 * A figure with four decimals as C's printf rounds it: to the nearest, and a value that lies exactly half
 * way (0.28125) to the even digit, where toFixed goes away from zero. Text made with it can be compared
 * with trec_eval's line by line. 'nan' for NaN.
 */
export function formatFigure(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  // toFixed is exact up to 100 digits, and a half way value of a double ends within 60
  const exact = Math.abs(value) < 1e21 ? value.toFixed(60) : '';
  const [whole, fraction = ''] = exact.split('.');
  const halfWay = /^5(0*)$/.test(fraction.slice(4)) && Number(fraction[3]) % 2 === 0;
  return halfWay ? `${whole}.${fraction.slice(0, 4)}` : value.toFixed(4);
}
