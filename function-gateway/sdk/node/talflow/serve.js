#!/usr/bin/env node
/**
 * What a container runs: PORT=8080 node talflow/serve.js FILE.js[:HANDLER]
 *
 * SIGTERM cancels what runs, lets it answer, and ends the process with exit code 0.
 */
import path from 'node:path';
import process from 'node:process';
import {pathToFileURL} from 'node:url';
import {Server} from './server.js';

async function load(name) {
  const [, file, handler = 'handler'] = /^(.*?)(?::([A-Za-z_$][\w$]*))?$/.exec(name);
  const module = await import(pathToFileURL(path.resolve(file)).href);
  const found = module[handler] ?? module.default?.[handler];
  if (typeof found !== 'function') {
    throw new TypeError(`${file} exports no function ${handler}`);
  }
  return found;
}

const [name] = process.argv.slice(2);
if (name === undefined) {
  console.error('usage: PORT=8080 talflow-serve FILE.js[:HANDLER]');
  process.exit(2);
}
try {
  const server = new Server(await load(name));
  process.once('SIGTERM', async () => {
    await server.stop();
    process.exit(0);
  });
  console.error(`talflow: ${name} serves at port ${await server.listen(Number(process.env.PORT ?? 8080))}`);
} catch (error) {
  console.error(error);
  process.exit(1);
}
