// Ends what hangs, and nothing else: a machine may be slow or busy, and no promise is about time.
const HANGS_AFTER_MS = 600_000;

jest.setTimeout(HANGS_AFTER_MS);
