import {createReadStream, createWriteStream} from 'node:fs';
import {mkdtemp, open, rm, stat} from 'node:fs/promises';
import http from 'node:http';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {setTimeout as pause} from 'node:timers/promises';

const FIELD = '$data';
const PATIENCE_MS = 60_000;
const TIMEOUT_MS = 55_000;
const LAST_MS = 1_000;
const MOST_EMPTY = 5;
const PAUSES_MS = [50, 100, 200, 500, 1_000];

/** The gateway does not take a value or cannot give it. `code` is stable, such as `gateway/data-lost`; docs/errors.md explains it. */
export class DataRefused extends Error {
  constructor(code, detail) {
    super(`${code}: ${detail}`);
    this.name = 'DataRefused';
    this.code = code;
    this.detail = detail;
  }
}

/** No room for a value, or no answer, until the attempt's time was nearly over. */
export class DataUnavailable extends Error {
  constructor(message) {
    super(message);
    this.name = 'DataUnavailable';
  }
}

/** An answer that is not what was asked for. */
class Problem extends Error {
  constructor(status, answer) {
    let problem = {code: `http/${status}`, detail: answer.slice(0, 200), retryable: status >= 500};
    try {
      const {code, detail, retryable} = JSON.parse(answer);
      problem = typeof code === 'string' && typeof retryable === 'boolean' ? {code, detail, retryable} : problem;
    } catch {
      // not a problem of the gateway's; told by its status
    }
    super(`${problem.code}: ${problem.detail}`);
    Object.assign(this, problem);
  }
}

/** The values of one attempt. Each transfer has a connection of its own. */
export class Data {
  #url;
  #token;
  #deadline;
  /** Files of values; until the gateway says that it does not. */
  #seesFiles = true;

  /** @param {number} deadline milliseconds since the epoch, after which nothing is tried again; 0: after 60 s */
  constructor(url, token, deadline) {
    this.#url = url;
    this.#token = token;
    this.#deadline = deadline;
  }

  async put(name, data, {mediaType = 'application/octet-stream', nodes, replicate} = {}) {
    const query = new URLSearchParams();
    if (nodes !== undefined) {
      query.set('nodes', nodes);
    }
    if (replicate !== undefined) {
      query.set('replicate', replicate ? 'always' : 'never');
    }
    const where = `/v1/runtime/data/${encodeURIComponent(name)}?${query}`;
    return await withContent(data, (content) =>
      this.#again(`value ${name}`, () => this.#send(where, mediaType, content)));
  }

  async get(reference) {
    const value = described(reference);
    if (value.base64 !== undefined) {
      return Readable.from([Buffer.from(value.base64, 'base64')], {objectMode: false});
    }
    return (this.#seesFiles && (await this.#file(value))) || Readable.from(this.#bytes(value), {objectMode: false});
  }

  /** The value's file, on the gateway's machine or as its container sees it. Null: it is to be streamed. */
  async #file(value) {
    const place = await this.#again(`value ${value.name}`, async () =>
      JSON.parse(await text(await this.#open(`${value.href}&as=path`))));
    if (place.path === undefined) {
      this.#seesFiles = false;
      return null;
    }
    try {
      const file = await open(place.path);
      if ((await file.stat()).size === value.bytes) {
        return file.createReadStream();
      }
      await file.close();
    } catch (error) {
      if (error.code === undefined) {
        throw error;
      }
      // it is not on this machine
    }
    return null;
  }

  /** A connection that breaks is followed by another for the rest. */
  async *#bytes(value) {
    for (let position = 0, empty = 0; position < value.bytes;) {
      if (++empty > MOST_EMPTY) {
        throw new DataUnavailable(`value ${value.name}: connections end at byte ${position} of ${value.bytes}`);
      }
      const range = position > 0 ? {Range: `bytes=${position}-`} : {};
      const response = await this.#again(`value ${value.name}`, () => this.#open(value.href, range));
      try {
        for await (const chunk of response) {
          position += chunk.length;
          empty = 0;
          yield chunk;
        }
      } catch (error) {
        if (error.code !== 'ECONNRESET') {
          throw error;
        }
      } finally {
        response.destroy();
      }
    }
  }

  #open(where, more = {}) {
    return new Promise((resolve, reject) => {
      const request = this.#request('GET', where, more);
      request.on('response', (response) => settled(response).then(resolve, reject));
      request.on('error', reject);
      request.end();
    });
  }

  /** Sends the value when the gateway says that it has room. */
  #send(where, mediaType, content) {
    return new Promise((resolve, reject) => {
      const headers = {'Content-Type': mediaType, 'Content-Length': content.size, 'Expect': '100-continue'};
      const request = this.#request('PUT', where, headers);
      request.on('continue', () => pipeline(content.open(), request).catch(reject));
      request.on('response', (response) => settled(response).then(text).then(JSON.parse).then(resolve, reject));
      request.on('error', reject);
      request.flushHeaders();
    });
  }

  #request(method, where, more) {
    const headers = {Authorization: `Bearer ${this.#token}`, Connection: 'close', ...more};
    const request = http.request(this.#url + where, {method, headers, agent: false, timeout: TIMEOUT_MS});
    request.on('timeout', () => request.destroy(new Error(`no answer for ${TIMEOUT_MS / 1_000} s`)));
    return request;
  }

  /** Waits while there is no room or no answer. */
  async #again(what, attempt) {
    const until = this.#deadline > 0 ? this.#deadline - LAST_MS : Date.now() + PATIENCE_MS;
    for (let tries = 0; ; tries++) {
      let last;
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof Problem && !error.retryable) {
          throw new DataRefused(error.code, error.detail);
        }
        last = error;
      }
      const wait = PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)];
      if (Date.now() + wait > until) {
        throw new DataUnavailable(`${what}: ${last.message}`);
      }
      await pause(wait);
    }
  }
}

function described(reference) {
  if (typeof reference?.[FIELD] !== 'object') {
    throw new TypeError(`not a reference: ${JSON.stringify(reference)?.slice(0, 100)}; pass what ctx.put returned`);
  }
  return reference[FIELD];
}

/** The answer, if it is what was asked for. */
async function settled(response) {
  if (response.statusCode !== 200 && response.statusCode !== 206) {
    throw new Problem(response.statusCode, await text(response));
  }
  return response;
}

async function text(response) {
  const parts = [];
  for await (const part of response) {
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

/** Calls back with the size of the data and how to read it, as often as needed: what can be read once is in a file meanwhile. */
async function withContent(data, use) {
  if (data instanceof Uint8Array) {
    return await use({size: data.length, open: () => Readable.from([data], {objectMode: false})});
  }
  if (data instanceof URL) {
    return await use({size: (await stat(data)).size, open: () => createReadStream(data)});
  }
  if (typeof data?.[Symbol.asyncIterator] !== 'function') {
    throw new TypeError(`a value must be bytes, a file's URL or a stream, is ${typeof data}`);
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'talflow-'));
  try {
    const file = path.join(folder, 'value');
    await pipeline(data, createWriteStream(file));
    return await use({size: (await stat(file)).size, open: () => createReadStream(file)});
  } finally {
    await rm(folder, {recursive: true});
  }
}
