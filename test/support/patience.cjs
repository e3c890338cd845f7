// Suites with servers and databases wait for what may take long on a busy machine; no promise is about time.
const SERVED_WITHIN_MS = 60_000;

jest.setTimeout(SERVED_WITHIN_MS);
