// Compiles src and migrations to dist with swc, one file each. `--if-needed`: only when a source is newer than the last build.
const { transformFileSync } = require('@swc/core');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const [unknown] = process.argv.slice(2).filter((arg) => arg !== '--if-needed');
if (unknown !== undefined) {
  const isHelp = unknown === '--help' || unknown === '-h';
  const usage = 'usage: npm run build [-- --if-needed]';
  (isHelp ? console.log : console.error)(isHelp ? usage : `Unknown option '${unknown}'\n\n${usage}`);
  process.exit(isHelp ? 0 : 64);
}
const out = path.join(root, 'dist');
const stamp = path.join(out, '.built');

function sources(folder) {
  return fs.readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    return entry.isFile() && !/\.(test|d)\.ts$/.test(file) ? [file] : [];
  });
}

const files = [...sources('src'), ...sources('migrations')];
const configuration = ['package.json', '.swcrc', 'scripts/build.cjs'].map((file) => path.join(root, file));

function isCurrent() {
  if (!fs.existsSync(stamp)) return false;
  const built = fs.statSync(stamp);
  const names = fs.readFileSync(stamp, 'utf8');
  return names === files.join('\n') && [...files, ...configuration].every((file) => fs.statSync(file).mtimeMs < built.mtimeMs);
}

function targetOf(file) {
  const relative = path.relative(root, file);
  return path.join(out, relative);
}

if (!(process.argv.includes('--if-needed') && isCurrent())) {
  fs.rmSync(out, { recursive: true, force: true });
  for (const file of files) {
    const target = targetOf(file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    if (!file.endsWith('.ts')) {
      fs.copyFileSync(file, target);
      continue;
    }
    const { code, map } = transformFileSync(file, { swcrc: true, cwd: root, filename: file });
    const script = target.replace(/\.ts$/, '.js');
    fs.writeFileSync(script, `${code}\n//# sourceMappingURL=${path.basename(script)}.map\n`);
    fs.writeFileSync(`${script}.map`, map);
  }
  fs.writeFileSync(stamp, files.join('\n'));
}
