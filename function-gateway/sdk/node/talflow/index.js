/** Talflow functions in Node.js: a function is `export async function handler(ctx, input)` that returns a JSON value. */
export {Context} from './context.js';
export {DataRefused, DataUnavailable} from './data.js';
export {Failure} from './failure.js';
export {SignalRefused, SignalUnacknowledged} from './signals.js';
export {Server} from './server.js';
