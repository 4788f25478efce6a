/** Counts the lines, bytes, answers and pages of a slice in Common Log Format. */
const LINE = /^\S+ \S+ \S+ \[[^\]]+\] "(?:[A-Z]+) (\S+)[^"]*" (\d{3}) (\d+|-)/;

export function handler(ctx, {lines}) {
  const slice = {lines: 0, unreadable: 0, bytes: 0, statuses: {}, pages: {}};
  for (const line of lines) {
    const [, page, status, bytes] = LINE.exec(line) ?? [];
    if (page === undefined) {
      slice.unreadable++;
      ctx.log('unreadable:', line.slice(0, 200));
      continue;
    }
    slice.lines++;
    slice.bytes += bytes === '-' ? 0 : Number(bytes);
    slice.statuses[status] = (slice.statuses[status] ?? 0) + 1;
    slice.pages[page] = (slice.pages[page] ?? 0) + 1;
  }
  return slice;
}
