// A thread of a team, bundled as dist/build-worker.cjs.
import { parentPort, workerData } from 'node:worker_threads';
import { type MemberData, serve } from './control.js';

parentPort!.postMessage('here');
serve(workerData as MemberData);
