/** Counts the lines, bytes, answers and pages of a slice in Common Log Format; lines that are none are handed over as a value. */
const LINE = /^\S+ \S+ \S+ \[[^\]]+\] "(?:[A-Z]+) (\S+)[^"]*" (\d{3}) (\d+|-)/;

export async function handler(ctx, {lines}) {
  const slice = {lines: 0, bytes: 0, statuses: {}, pages: {}};
  const rejected = [];
  for (const line of lines) {
    const [, page, status, bytes] = LINE.exec(line) ?? [];
    if (page === undefined) {
      rejected.push(line);
      continue;
    }
    slice.lines++;
    slice.bytes += bytes === '-' ? 0 : Number(bytes);
    slice.statuses[status] = (slice.statuses[status] ?? 0) + 1;
    slice.pages[page] = (slice.pages[page] ?? 0) + 1;
  }
  if (rejected.length > 0) {
    ctx.log('unreadable:', rejected[0].slice(0, 200));
    slice.rejected = await ctx.put('rejected', Buffer.from(rejected.join('\n')), {mediaType: 'text/plain'});
  }
  return slice;
}
