/**
 * calibrate: how much a structure finds at which effort, measured when it is built.
 *
 * Maps a finished part of a segment to curves of recall by effort (efSearch, nprobe), one for each of some depths, and a
 * recall that is asked for to the least effort that reaches it. Rows of the segment stand for queries, each left out
 * while it is searched for, so that nothing is asked of the user and nothing is known of real queries. Good for: queries
 * that are like the rows. Not for: queries of another kind than the rows (questions among passages, say), which may
 * find more or less at the same effort: measure those with `eval`.
 */

export { type Calibration, chooseEffort } from './curve.js';
export { decodeCalibration } from './metadata.js';
export { calibratePart } from './part.js';
