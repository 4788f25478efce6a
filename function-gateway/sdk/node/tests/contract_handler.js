/** What the scenarios of the function contract call; each SDK has one that does the same. */
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import {pathToFileURL} from 'node:url';
import {DataRefused, Failure, SignalRefused} from '../talflow/index.js';

const DOES = {
  echo: (ctx, input) => input.value,
  nothing: () => undefined,
  facts(ctx) {
    ctx.log('facts of', ctx.firing);
    const {task, firing, attempt, deadline, cancelled, secrets} = ctx;
    return {task, firing, attempt, deadline, inTime: ctx.remaining() > 0, secret: secrets.key, cancelled};
  },
  throws() {
    throw new RangeError('no such luck');
  },
  fail(ctx, {retryable, retryAfter}) {
    throw new Failure('Card.Declined', 'no funds', {retryable, retryAfter});
  },
  async signal(ctx) {
    await ctx.ready('header', {codec: 'h264'});
    await ctx.item('chunks', 'a');
    await ctx.item('chunks', 'b');
    await ctx.item('keyed', 1, {key: 'k/1 é'});
    return [await ctx.close('chunks'), await ctx.close('keyed')];
  },
  async values(ctx, {name, size}) {
    const content = randomBytes(size);
    const reference = await ctx.put(name, content, {mediaType: 'video/mp4', nodes: 2, replicate: true});
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'value-')), 'v');
    await writeFile(file, content);
    const ofFile = await ctx.put(name, pathToFileURL(file));
    await rm(path.dirname(file), {recursive: true});
    const ofStream = await ctx.put(name, Readable.from([content.subarray(0, 10), content.subarray(10)]));
    const same = async (value) => content.equals(await buffer(await ctx.get(value)));
    return [reference.$data.type, await same(reference), await same(ofFile), await same(ofStream)];
  },
  async text(ctx, {value}) {
    try {
      return (await buffer(await ctx.get(value))).toString();
    } catch (error) {
      if (error instanceof DataRefused) {
        return error.code;
      }
      throw error;
    }
  },
  async reports(ctx) {
    await ctx.progress(0.25, 'a quarter');
    await ctx.progress(undefined, 'more');
    await ctx.heartbeat();
    await ctx.rule({id: 'late', when: {completed: 'f'}, do: {complete: 1}});
  },
  async refused(ctx) {
    try {
      await ctx.ready('wrong', 1);
    } catch (error) {
      if (error instanceof SignalRefused) {
        return {code: error.code, detail: error.detail};
      }
      throw error;
    }
  },
  again: (ctx) => ctx.ready('again', 1),
  huge: () => 'x'.repeat(5 * 1024 * 1024),
  bad: () => 1n,
  async wait(ctx) {
    await ctx.ready('waiting', true);
    if (!ctx.signal.aborted) {
      await once(ctx.signal, 'abort');
    }
    await ctx.ready('cancelled', true);
    return ctx.cancelled;
  },
};

export function handler(ctx, input) {
  return DOES[input.do](ctx, input);
}
