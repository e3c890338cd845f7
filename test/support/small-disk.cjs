// Loaded into a gateway before its own code: a database that needs more pages than SMALL_DISK_PAGES finds the disk full.
const { Sqlite } = require('../../dist/src/storage/sqlite-driver');

const { pragma } = Sqlite.prototype;
Sqlite.prototype.pragma = function onSmallDisk(text, options) {
  const answer = pragma.call(this, text, options);
  if (/^journal_mode/.test(text)) pragma.call(this, `max_page_count = ${process.env.SMALL_DISK_PAGES}`);
  return answer;
};
