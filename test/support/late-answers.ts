/** Stands between a client and a server, and gives nothing back of what is asked with certain words until a test lets it. */
import { gate } from './eventually';
import { goTogether, standBetween } from './stand-between';

export interface LateAnswers {
  /** The address of the server with this proxy in front of it. */
  readonly origin: string;
  /** Resolves when the words went through to the server. */
  readonly asked: Promise<void>;
  close(): Promise<void>;
}

export async function lateAnswers(target: string, words: string, given: Promise<void>): Promise<LateAnswers> {
  const { opened: asked, open: went } = gate();
  const { url, close } = await standBetween(target, (client, behind) => {
    goTogether(client, behind);
    behind.pipe(client);
    client.on('data', (bytes) => {
      behind.write(bytes);
      if (!bytes.includes(words)) return;
      behind.unpipe(client).pause();
      void given.then(() => behind.pipe(client));
      went();
    });
  });
  return { origin: new URL(url).origin, asked, close };
}
