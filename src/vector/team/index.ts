/**
 * team: threads that build together over one arena.
 *
 * Maps a range of independent pieces of work to threads that take them in turn, each with its own
 * kernels over the same memory. Good for: milliseconds of work and more at a time. Not for:
 * anything whose result depends on who does it.
 */
export { JOB, type Job, type MemberSetup } from './jobs.js';
export { Team } from './team.js';
