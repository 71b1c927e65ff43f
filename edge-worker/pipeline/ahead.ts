import { Channel } from "../channel";

/**
 * Lets a stage run ahead of its reader by `count` items. For work that is asked for in one stage and answered elsewhere:
 * the reader awaits the first answer while the others are on their way. Order is kept; an error of the source comes after
 * the items before it; when the reader leaves, the source is left too.
 */
export function ahead<T>(items: AsyncIterable<T>, count: number): AsyncIterable<T> {
  const channel = new Channel<T>(count);
  void fill(items, channel);
  return channel;
}

/** Never throws: the reader gets the error. */
async function fill<T>(items: AsyncIterable<T>, channel: Channel<T>): Promise<void> {
  try {
    for await (const item of items) {
      if (!channel.offer(item)) await channel.push(item);
      if (channel.isEnded) return;
    }
    channel.end();
  } catch (cause) {
    channel.end(cause instanceof Error ? cause : new Error(String(cause)));
  }
}
