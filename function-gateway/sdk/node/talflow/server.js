import http from 'node:http';
import {Context} from './context.js';
import {Data} from './data.js';
import {Failure} from './failure.js';
import {Signals} from './signals.js';

const MAX_INPUT_BYTES = 16 * 1024 * 1024;
const MAX_RESULT_BYTES = 4 * 1024 * 1024;
const MAX_MESSAGE = 2_000;
const MAX_TRACE = 16_000;

/** What is answered instead of a result. */
class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * A handler as an HTTP server that speaks the function contract (docs/functions.md). A POST to any path is a call, several at
 * once; a GET answers 200, for probes. A call is cancelled when its connection ends, which is what the gateway does at the timeout.
 */
export class Server {
  #handler;
  #running = new Set();
  #stopping = false;
  #server;

  /** @param {(ctx: Context, input: any) => any} handler */
  constructor(handler) {
    this.#handler = handler;
    this.#server = http.createServer((request, response) => this.#answer(request, response));
    this.#server.requestTimeout = 0;
    this.#server.keepAliveTimeout = 0;
  }

  /** Serves at a port; 0 takes a free one. Returns it. */
  listen(port) {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, () => resolve(this.#server.address().port));
    });
  }

  /** Takes no more calls, cancels those that run, and settles when they have answered. */
  stop() {
    this.#stopping = true;
    const stopped = new Promise((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    this.#running.forEach((ctx) => ctx.cancel());
    return stopped;
  }

  async #answer(request, response) {
    response.once('finish', () => {
      if (this.#stopping) {
        setImmediate(() => this.#server.closeIdleConnections()); // it is idle only after its answer
      }
    });
    if (request.method === 'GET') {
      response.writeHead(200, {'Content-Type': 'text/plain'}).end('ready');
    } else if (request.method !== 'POST') {
      response.writeHead(405, {Allow: 'GET, POST'}).end();
    } else {
      try {
        await this.#call(request, response);
      } catch (error) {
        const status = error instanceof Refused ? error.status : 500;
        reply(response, status, {Connection: 'close'}, JSON.stringify({message: error.message}));
      }
    }
  }

  async #call(request, response) {
    const input = await read(request);
    const ctx = context(request.headers);
    this.#running.add(ctx);
    if (this.#stopping) {
      ctx.cancel();
    }
    response.on('close', () => {
      if (!response.writableFinished) {
        ctx.cancel();
      }
    });
    try {
      reply(response, 200, {}, encoded(await this.#handler(ctx, input)));
    } catch (error) {
      fail(response, error);
    } finally {
      this.#running.delete(ctx);
    }
  }
}

function context(headers) {
  const secrets = headers['x-talflow-secrets'];
  const url = headers['x-talflow-runtime'];
  const call = {
    task: headers['x-talflow-task'] ?? '',
    firing: headers['idempotency-key'] ?? '',
    attempt: Number(headers['x-talflow-attempt'] ?? 1),
    deadline: Number(headers['x-deadline-ms'] ?? 0),
    secrets: secrets ? JSON.parse(Buffer.from(secrets, 'base64').toString()) : {},
  };
  if (!url) {
    return new Context(call);
  }
  const token = headers['x-talflow-token'] ?? '';
  return new Context(call, new Signals(url, token), new Data(url, token, call.deadline));
}

async function read(request) {
  const parts = [];
  let size = 0;
  if (Number(request.headers['content-length'] ?? 0) > MAX_INPUT_BYTES) {
    throw new Refused(413, `the body may have ${MAX_INPUT_BYTES} bytes`);
  }
  for await (const part of request) {
    size += part.length;
    if (size > MAX_INPUT_BYTES) {
      throw new Refused(413, `the body may have ${MAX_INPUT_BYTES} bytes`);
    }
    parts.push(part);
  }
  try {
    return size === 0 ? null : JSON.parse(Buffer.concat(parts).toString());
  } catch (error) {
    throw new Refused(400, `the input is not JSON: ${error.message}`);
  }
}

function encoded(result) {
  let body;
  try {
    body = JSON.stringify(result === undefined ? null : result);
  } catch (error) {
    throw new Failure('Function.BadResult', `the result is not JSON: ${error.message}`);
  }
  if (body === undefined) {
    throw new Failure('Function.BadResult', `the result is not JSON: it is a ${typeof result}`);
  }
  const bytes = Buffer.byteLength(body);
  if (bytes > MAX_RESULT_BYTES) {
    const message = `the result may have ${MAX_RESULT_BYTES} bytes of JSON, has ${bytes} bytes`;
    throw new Failure('Function.ResultTooLarge', message);
  }
  return body;
}

function fail(response, error) {
  if (error instanceof Failure) {
    const {retryable, retryAfter} = error;
    const headers = {'X-Talflow-Error': error.error};
    if (retryAfter !== undefined) {
      headers['Retry-After'] = Math.max(0, Math.ceil(retryAfter));
    }
    const status = !retryable ? 422 : retryAfter === undefined ? 500 : 503;
    reply(response, status, headers, JSON.stringify({error: error.error, message: error.message}));
    return;
  }
  const thrown = error instanceof Error ? error : new Error(String(error));
  console.error(thrown);
  const message = `${thrown.name}: ${thrown.message}`.slice(0, MAX_MESSAGE);
  const trace = (thrown.stack ?? '').slice(0, MAX_TRACE);
  const body = JSON.stringify({error: 'Function.Error', message, trace});
  reply(response, 500, {'X-Talflow-Error': 'Function.Error'}, body);
}

function reply(response, status, headers, body) {
  if (response.destroyed) {
    return; // nobody waits for it any more
  }
  response
    .writeHead(status, {'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), ...headers})
    .end(body);
}
