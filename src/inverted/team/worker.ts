// A thread that analyses text, bundled as dist/text-worker.cjs.
import { parentPort, workerData } from 'node:worker_threads';
import { SpillFile } from '../../storage/index.js';
import { Inverter } from '../inverter.js';
import { spillRun } from '../run.js';
import type { FromMember, MemberSetup, ToMember } from './messages.js';

const { analyzer, bounds } = workerData as MemberSetup;
const inverter = new Inverter(analyzer, bounds);
const tell = (message: FromMember) => parentPort!.postMessage(message);

parentPort!.on('message', (message: ToMember) => {
  if (message.kind === 'texts') {
    message.texts.forEach((texts, i) => {
      inverter.add(message.first + i, texts);
    });
    tell({ kind: 'read', characters: message.characters });
    return;
  }
  const file = spillRun(inverter.takeRun(), new SpillFile(message.path));
  file.release();
  tell({ kind: 'range', path: message.path, bytes: file.length, totals: inverter.takeTotals() });
});
