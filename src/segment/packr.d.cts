/** The class that packs values as msgpack. */
export function loadPackr(): typeof import('msgpackr/pack').Packr;
